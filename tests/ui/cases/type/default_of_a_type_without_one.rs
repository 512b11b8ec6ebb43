use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(default)]
    port: Nested,
}

#[derive(Secret)]
struct Nested {
    a: u8,
}

fn main() {}

// Remedy: `#[derive(Secret)]\nstruct Nested` becomes `#[derive(Secret, Default)]\nstruct Nested`
// Or: `(default)` becomes `(default = Nested { a: 1 })`
