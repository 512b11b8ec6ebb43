use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(id = "arn:aws:ssm:eu-central-1:123456789012:parameter/db")]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `ssm:eu-central-1:123456789012:parameter/db` becomes `secretsmanager:eu-central-1:123456789012:secret:db`
