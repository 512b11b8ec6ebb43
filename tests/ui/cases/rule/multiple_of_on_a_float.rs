use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(multiple_of(5))]
    ratio: f64,
    #[secret(multiple_of(5))]
    name: String,
}

fn main() {}
