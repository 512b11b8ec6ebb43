use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(default = "abc", length(min = 8))]
    port: String,
}

fn main() {}

// Remedy: `"abc"` becomes `"abcdefgh"`
