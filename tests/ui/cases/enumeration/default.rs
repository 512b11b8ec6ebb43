use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(default)]
enum Mode {
    A,
    B,
}

fn main() {}

// Remedy: `#[secret(default)]\n` becomes nothing
// and `fn main` becomes `#[derive(Secret)]\nstruct Db {\n    #[secret(default = Mode::A)]\n    mode: Mode,\n}\n\nfn main`
