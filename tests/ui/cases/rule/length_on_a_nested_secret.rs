use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(length(1..=9))]
    port: Nested,
}

#[derive(Secret)]
struct Nested {}

fn main() {}

// Remedy: `length(1..=9)` becomes `custom = judge`
// and `fn main` becomes `fn judge(_: &Nested) -> Result<(), &'static str> {\n    Ok(())\n}\n\nfn main`
