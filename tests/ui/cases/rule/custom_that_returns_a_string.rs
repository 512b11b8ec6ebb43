use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(custom = judge)]
    port: u16,
}

fn judge(_: &u16) -> Result<(), String> {
    Ok(())
}

fn main() {}

// Remedy: `(), String` becomes `(), &'static str`
