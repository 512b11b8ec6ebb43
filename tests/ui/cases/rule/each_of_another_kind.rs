use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(each(length(1..=9)))]
    port: Vec<u8>,
}

fn main() {}

// Remedy: `length` becomes `range`
