use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(deny_unknown_fields)]
    port: u16,
}

fn main() {}

// Remedy: `    #[secret(deny_unknown_fields)]\n` becomes nothing
// and `struct` becomes `#[secret(deny_unknown_fields)]\nstruct`
