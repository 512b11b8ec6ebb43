use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(bound = "T")]
struct Db<T> {
    key: T,
}

fn main() {}

// Remedy: `bound = "T"` becomes `bound = "T: secrets_runtime::SecretValue"`
