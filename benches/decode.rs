//! Decoding and validating the RDS document: against `serde_json` into a plain struct without any validation, and against
//! serde with garde doing the same validation.
//!
//! `cargo bench -p secrets-benches --bench decode`; the promise is at most twice the time of plain `serde_json`, and at most
//! one and a half times that of `serde_json` and garde.

use std::hint::black_box;

use secrets_benches::Contest;
use secrets_runtime::{Secret, SecretString};

/// Eight keys, as the rotation templates for RDS write them.
const RDS: &str = r#"{
  "engine": "postgres",
  "host": "orders.cluster-c9akciq32rgt.eu-central-1.rds.amazonaws.com",
  "username": "orders_service",
  "password": "Gm8wT1tlBDWUnMFZ0vSH+3a/xW2Zc9Lq",
  "dbname": "orders",
  "port": 5432,
  "masterarn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds-master-AbCdEf",
  "dbClusterIdentifier": "orders"
}"#;

#[derive(Secret)]
#[expect(dead_code, reason = "decoding is what is measured")]
struct Validated {
    engine: String,
    #[secret(length(1..=255))]
    host: String,
    username: String,
    #[secret(length(min = 12))]
    password: SecretString,
    dbname: String,
    #[secret(range(1..=65535))]
    port: u16,
    masterarn: Option<String>,
    #[secret(rename = "dbClusterIdentifier")]
    cluster: Option<String>,
}

#[derive(serde::Deserialize)]
#[expect(dead_code, reason = "decoding is what is measured")]
struct Plain {
    engine: String,
    host: String,
    username: String,
    password: String,
    dbname: String,
    port: u16,
    masterarn: Option<String>,
    #[serde(rename = "dbClusterIdentifier")]
    cluster: Option<String>,
}

#[derive(serde::Deserialize, garde::Validate)]
#[garde(allow_unvalidated)]
#[expect(dead_code, reason = "decoding is what is measured")]
struct Garde {
    engine: String,
    #[garde(length(chars, min = 1, max = 255))]
    host: String,
    username: String,
    #[garde(length(chars, min = 12))]
    password: String,
    dbname: String,
    #[garde(range(min = 1, max = 65535))]
    port: u16,
    masterarn: Option<String>,
    #[serde(rename = "dbClusterIdentifier")]
    cluster: Option<String>,
}

fn main() {
    Contest::new("decode and validate the RDS document")
        .enter("Secret", || Validated::from_json(black_box(RDS)).expect("valid"))
        .enter("serde_json, no validation", || serde_json::from_str::<Plain>(black_box(RDS)).expect("valid"))
        .enter("serde_json and garde", || {
            let value = serde_json::from_str::<Garde>(black_box(RDS)).expect("valid");
            garde::Validate::validate(&value).expect("valid");
            value
        })
        .print();
}
