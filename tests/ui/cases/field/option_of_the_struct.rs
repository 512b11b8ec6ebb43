use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(deny_unknown_fields)]
    port: u16,
}

fn main() {}
