use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(custom = judge)]
    port: u16,
}

fn judge(_: &String) -> Result<(), &'static str> {
    Ok(())
}

fn main() {}

// Remedy: `&String` becomes `&u16`
