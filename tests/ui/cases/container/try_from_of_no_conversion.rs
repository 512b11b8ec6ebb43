use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(try_from = "u64")]
struct Id {
    value: u64,
}

fn main() {}

// Remedy: `fn main` becomes `impl From<u64> for Id {\n    fn from(value: u64) -> Self {\n        Self { value }\n    }\n}\n\nfn main`
