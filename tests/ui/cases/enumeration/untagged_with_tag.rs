use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(untagged, tag = "engine", content = "value", rename_all = "lowercase")]
enum Mode {
    Postgres { host: String },
}

fn main() {}

// Remedy: `untagged, tag` becomes `tag`
// and ` { host: String }` becomes `(String)`
// Or: `, tag = "engine", content = "value", rename_all = "lowercase"` becomes nothing
