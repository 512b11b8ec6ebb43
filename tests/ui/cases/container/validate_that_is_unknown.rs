use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(validate = judge)]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `fn main` becomes `fn judge(_: &Db) -> Result<(), &'static str> {\n    Ok(())\n}\n\nfn main`
