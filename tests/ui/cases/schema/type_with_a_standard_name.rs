use secrets_runtime::Secret;

#[derive(Secret)]
struct String {
    text: u16,
}

#[derive(Secret)]
#[secret(schema = "cases/schema/type_with_a_standard_name.json")]
struct Db {
    host: String,
    port: u16,
}

fn main() {}

// Remedy: `struct String` becomes `struct Text`
// and `    host: String` becomes `    host: std::string::String`
