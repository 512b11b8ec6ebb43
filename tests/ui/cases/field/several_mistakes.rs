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

// Remedy: `stricter` becomes `strict`
// and `a b` becomes `a/b`
// and `9..=1` becomes `1..=9`
// and `, nonsense` becomes nothing
// and `rename = "port"` becomes `rename = "other"`
