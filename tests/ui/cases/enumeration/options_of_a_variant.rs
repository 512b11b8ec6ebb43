use secrets_runtime::Secret;

#[derive(Secret)]
enum Mode {
    #[secret(name = "a")]
    A,
    #[secret(alias = "b", untagged)]
    B,
    C(),
}

fn main() {}

// Remedy: `name` becomes `rename`
// and `    #[secret(alias = "b", untagged)]\n` becomes nothing
// and `C()` becomes `C`
