use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/another_kind_in_an_embedded_document.json")]
struct Db {
    #[secret(json)]
    host: Host,
}

#[derive(Secret)]
struct Host {
    name: String,
}

fn main() {}

// Remedy: `name: String` becomes `name: u16`
