use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(default = "c", one_of("a", "b"))]
    port: String,
}

fn main() {}

// Remedy: `default = "c"` becomes `default = "a"`
