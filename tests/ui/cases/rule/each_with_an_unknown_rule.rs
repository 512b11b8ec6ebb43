use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(each(rang(1..=9)))]
    port: Vec<u8>,
}

fn main() {}

// Remedy: `rang(` becomes `range(`
