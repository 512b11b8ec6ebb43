use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(pattern = "^(?:[a-z]{1,100}-){1,100}$")]
    name: String,
}

fn main() {}

// Remedy: `^(?:[a-z]{1,100}-){1,100}$` becomes `^[a-z-]+$`
// and `")]` becomes `", length(max = 10000))]`
