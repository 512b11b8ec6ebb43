use secrets_runtime::Secret;

#[derive(Secret)]
enum Mode {

}

fn main() {}

// Remedy: `enum Mode {` becomes `enum Mode {\n    A,`
