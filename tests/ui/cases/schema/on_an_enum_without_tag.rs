use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "secrets/mode.schema.json")]
enum Mode {
    On,
    Off,
}

fn main() {}

// Remedy: `#[secret(schema = "secrets/mode.schema.json")]\n` becomes nothing
// and `fn main` becomes `#[derive(Secret)]\n#[secret(id = "whole")]\nstruct Whole {\n    mode: Mode,\n}\n\nfn main`
