use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/text_for_a_strict_number.json")]
struct Db {
    #[secret(strict)]
    port: Option<u16>,
}

fn main() {}

// Remedy: `    #[secret(strict)]\n` becomes nothing
