use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/constants_that_are_no_numbers.json")]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `u16` becomes `String`
// Or: in the file `"http",\n        "https"` becomes `80,\n        443`
