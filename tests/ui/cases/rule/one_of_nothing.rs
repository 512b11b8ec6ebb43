use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(one_of())]
    port: String,
}

fn main() {}

// Remedy: `one_of()` becomes `one_of("disable", "require")`
