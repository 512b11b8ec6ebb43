use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(rename_all = "lowercase")]
enum Mode {
    Ab,
    AB,
}

fn main() {}

// Remedy: `    AB` becomes `    #[secret(rename = "a-b")]\n    AB`
