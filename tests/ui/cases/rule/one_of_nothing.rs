use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(one_of())]
    port: String,
}

fn main() {}
