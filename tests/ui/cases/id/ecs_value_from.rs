use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(id = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders/db-AbCdEf:password::")]
struct Db {
    password: String,
}

fn main() {}

// Remedy: `:password::` becomes nothing
