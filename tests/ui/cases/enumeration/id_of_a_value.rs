use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(id = "mode", untagged)]
enum Mode {
    Name(String),
    Port(u16),
}

fn main() {}

// Remedy: `id = "mode", ` becomes nothing
// and `fn main` becomes `#[derive(Secret)]\n#[secret(id = "mode")]\nstruct Whole {\n    mode: Mode,\n}\n\nfn main`
