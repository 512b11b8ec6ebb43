use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/constants_beyond_the_range.json")]
struct Db {
    #[secret(range(max = 1023))]
    port: u16,
}

fn main() {}

// Remedy: `max = 1023` becomes `max = 9999`
