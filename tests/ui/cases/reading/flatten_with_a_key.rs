use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(flatten, rename = "x")]
    port: Inner,
}

#[derive(Secret)]
struct Inner {}

fn main() {}

// Remedy: `, rename = "x"` becomes nothing
// Or: `flatten, rename` becomes `rename`
