use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(from = "u64", rename_all = "camelCase")]
struct Id {
    value: u64,
}

fn main() {}

// Remedy: `from = "u64", ` becomes nothing
// Or: `, rename_all = "camelCase"` becomes nothing
// and `fn main` becomes `impl From<u64> for Id {\n    fn from(value: u64) -> Self {\n        Self { value }\n    }\n}\n\nfn main`
