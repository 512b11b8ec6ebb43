use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(one_of("a", "a"))]
    port: String,
}

fn main() {}

// Remedy: `"a", "a"` becomes `"a"`
