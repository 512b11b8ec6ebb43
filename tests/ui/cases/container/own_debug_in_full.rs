use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    port: u16,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}

fn main() {}

// Remedy: `struct` becomes `#[secret(debug = false)]\nstruct`
