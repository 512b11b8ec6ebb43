use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(id = "db", stage = "")]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `stage = ""` becomes `stage = "AWSPREVIOUS"`
