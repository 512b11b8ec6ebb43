use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(id = "mode")]
enum Mode {
    A,
    B,
}

fn main() {}

// Remedy: `#[secret(id = "mode")]\n` becomes nothing
// and `fn main` becomes `#[derive(Secret)]\n#[secret(id = "mode")]\nstruct Whole {\n    mode: Mode,\n}\n\nfn main`
