use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(one_of(1, 2))]
    port: String,
}

fn main() {}

// Remedy: `one_of(1, 2)` becomes `one_of("1", "2")`
