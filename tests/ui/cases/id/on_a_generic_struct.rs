use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(id = "db")]
struct Db<T> {
    options: T,
}

fn main() {}
