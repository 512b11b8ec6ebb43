use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(tag = "engine", content = "value")]
enum Mode {
    Postgres { host: String },
}

fn main() {}

// Remedy: ` { host: String }` becomes `(Fields)`
// and `fn main` becomes `#[derive(Secret)]\nstruct Fields {\n    host: String,\n}\n\nfn main`
