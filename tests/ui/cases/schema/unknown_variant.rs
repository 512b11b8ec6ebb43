use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/unknown_variant.json")]
struct Db {
    mode: Mode,
}

#[derive(Secret)]
#[secret(rename_all = "kebab-case")]
enum Mode {
    Disable,
    VerifyFull,
}

fn main() {}

// Remedy: `    Disable,` becomes `    Disable,\n    Require,`
// Or: in the file `        "require",\n` becomes nothing
