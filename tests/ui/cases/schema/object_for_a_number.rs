use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/object_for_a_number.json")]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `u16` becomes `Port`
// and `fn main` becomes `#[derive(Secret)]\nstruct Port {\n    number: u16,\n}\n\nfn main`
