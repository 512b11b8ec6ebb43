use secrets_runtime::Secret;

#[derive(Secret)]
enum Mode {
    Postgres { host: String },
    None,
}

fn main() {}
