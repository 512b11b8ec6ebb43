use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(from_str)]
    port: Vec<std::time::Instant>,
}

fn main() {}

// Remedy: `from_str` becomes `with = module`
// and `fn main` becomes `mod module {\n    pub fn deserialize<'de, D: serde::Deserializer<'de>>(_: D) -> Result<Vec<std::time::Instant>, D::Error> {\n        todo!()\n    }\n}\n\nfn main`
