use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    started: Vec<std::time::Instant>,
}

fn main() {}

// Remedy: `    started` becomes `    #[secret(with = module)]\n    started`
// and `fn main` becomes `mod module {\n    pub fn deserialize<'de, D: serde::Deserializer<'de>>(_: D) -> Result<Vec<std::time::Instant>, D::Error> {\n        todo!()\n    }\n}\n\nfn main`
