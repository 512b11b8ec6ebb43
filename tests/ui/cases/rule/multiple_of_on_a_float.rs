use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(multiple_of(5))]
    ratio: f64,
    #[secret(multiple_of(5))]
    name: String,
}

fn main() {}

// Remedy: `ratio: f64` becomes `ratio: u64`
// and `    #[secret(multiple_of(5))]\n    name` becomes `    name`
