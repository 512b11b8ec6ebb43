use secrets_runtime::Secret;

struct Replica {
    host: String,
}

#[derive(Secret)]
struct Db {
    replica: Replica,
}

fn main() {}

// Remedy: `struct Replica` becomes `#[derive(Secret)]\nstruct Replica`
