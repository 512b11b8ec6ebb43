use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(validate = judge)]
struct Db {
    port: u16,
}

fn judge(_: &u16) -> Result<(), &'static str> {
    Ok(())
}

fn main() {}

// Remedy: `&u16` becomes `&Db`
