use std::num::NonZeroU16;

use secrets_runtime::{Secret, SecretString};

#[derive(Secret)]
#[secret(id = "prod/api/key")]
struct ApiKey(SecretString);

#[derive(Secret)]
#[secret(id = "prod/port")]
struct Port(NonZeroU16);

fn main() {}

// Remedy: `"prod/api/key"` becomes `"prod/api/key", text`
// and `#[secret(id = "prod/port")]\n` becomes nothing
// and `fn main` becomes `#[derive(Secret)]\n#[secret(id = "prod/port")]\nstruct Whole {\n    port: Port,\n}\n\nfn main`
