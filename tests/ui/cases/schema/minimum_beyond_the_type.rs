use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/minimum_beyond_the_type.json")]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `u16` becomes `u32`
// Or: in the file `70000` becomes `1`
