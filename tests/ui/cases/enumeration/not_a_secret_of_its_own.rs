use secrets_runtime::{Secret, Secrets};

#[derive(Secret)]
enum Mode {
    A,
    B,
}

async fn load(secrets: &Secrets) {
    let _ = secrets.load_from::<Mode>("mode").await;
}

fn main() {}

// Remedy: `load_from::<Mode>` becomes `load_from::<Whole>`
// and `fn main` becomes `#[derive(Secret)]\nstruct Whole {\n    mode: Mode,\n}\n\nfn main`
