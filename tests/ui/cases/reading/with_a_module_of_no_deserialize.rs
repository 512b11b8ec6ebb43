use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(with = codec)]
    key: Vec<u8>,
}

mod codec {}

fn main() {}

// Remedy: `mod codec {}` becomes `mod codec {\n    pub fn deserialize<'de, D: serde::Deserializer<'de>>(_: D) -> Result<Vec<u8>, D::Error> {\n        todo!()\n    }\n}`
