use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(strict)]
struct Db {
    #[secret(strict, lenient)]
    port: u16,
}

fn main() {}

// Remedy: `strict, lenient` becomes `strict`
// Or: `strict, lenient` becomes `lenient`
