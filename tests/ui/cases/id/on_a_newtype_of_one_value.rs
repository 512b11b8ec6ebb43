use std::num::NonZeroU16;

use secrets_runtime::{Secret, SecretString};

#[derive(Secret)]
#[secret(id = "prod/api/key")]
struct ApiKey(SecretString);

#[derive(Secret)]
#[secret(id = "prod/port")]
struct Port(NonZeroU16);

fn main() {}
