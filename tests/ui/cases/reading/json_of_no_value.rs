use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(json)]
    port: std::time::Instant,
}

fn main() {}

// Remedy: `(json)` becomes `(with = module)`
// and `fn main` becomes `mod module {\n    pub fn deserialize<'de, D: serde::Deserializer<'de>>(_: D) -> Result<std::time::Instant, D::Error> {\n        todo!()\n    }\n}\n\nfn main`
