use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(id = "a b", stricter)]
struct Db {
    #[secret(range(9..=1), nonsense)]
    port: u16,
    #[secret(rename = "port")]
    other: u16,
}

fn main() {}
