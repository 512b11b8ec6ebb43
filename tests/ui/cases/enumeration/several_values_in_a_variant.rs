use secrets_runtime::Secret;

#[derive(Secret)]
enum Mode {
    Postgres(String, u16),
    None,
}

fn main() {}
