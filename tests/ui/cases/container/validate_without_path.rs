use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(validate)]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `(validate)` becomes `(validate = judge)`
// and `fn main` becomes `fn judge(_: &Db) -> Result<(), &'static str> {\n    Ok(())\n}\n\nfn main`
