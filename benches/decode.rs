//! Decoding and validating, compared with `serde_json` without validation and with `serde_json` plus garde doing the same
//! validation.

use std::collections::HashMap;
use std::fmt::Write;
use std::hint::black_box;

use secrets_runtime::{Secret, SecretString};

use crate::contest::{Contest, Count};

/// Prints decoding times.
pub fn times() {
    rds().times(1);
    let (keys, tenants) = (keys_document(), tenants_document());
    keys_contest(&keys).times(1);
    tenants_contest(&tenants).times(1);
}

/// Prints allocations of decoding.
pub fn allocations(count: Count<'_>) {
    rds().allocations(count, None);
    let (keys, tenants) = (keys_document(), tenants_document());
    keys_contest(&keys).allocations(count, None);
    tenants_contest(&tenants).allocations(count, None);
}

/// Decodes into `$plain`, and into `$garde`, which is then validated.
macro_rules! contest {
    ($title:expr, $text:expr, $secret:ty, $plain:ty, $garde:ty) => {
        Contest::new($title)
            .enter("`Secret`", || <$secret>::from_json(black_box($text)).expect("valid"))
            .enter("`serde_json`, no validation", || serde_json::from_str::<$plain>(black_box($text)).expect("valid"))
            .enter("`serde_json` and garde", || {
                let value = serde_json::from_str::<$garde>(black_box($text)).expect("valid");
                garde::Validate::validate(&value).expect("valid");
                value
            })
    };
}

/// Eight keys, as written by the rotation templates for RDS.
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
struct Rds {
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
struct PlainRds {
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
struct GardeRds {
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

fn rds() -> Contest<'static> {
    contest!(format!("decode and validate the RDS document, {} bytes", RDS.len()), RDS, Rds, PlainRds, GardeRds)
        .promises(&[2.0, 1.5])
}

/// Declares a struct of API keys for each of the three.
macro_rules! keys {
    ($($key:ident),*) => {
        #[derive(Secret)]
        #[expect(dead_code, reason = "decoding is what is measured")]
        struct Keys {
            $(#[secret(length(8..=128))] $key: SecretString,)*
        }

        #[derive(serde::Deserialize)]
        #[expect(dead_code, reason = "decoding is what is measured")]
        struct PlainKeys {
            $($key: String,)*
        }

        #[derive(serde::Deserialize, garde::Validate)]
        struct GardeKeys {
            $(#[garde(length(chars, min = 8, max = 128))] $key: String,)*
        }

        /// Sixteen keys of at least 40 characters, 1 KiB in total.
        fn keys_document() -> String {
            let keys = [$(stringify!($key)),*].map(|key| format!("\"{key}\": \"{key}_{}\"", "Zk3Qx9Lm".repeat(5)));
            format!("{{\n  {}\n}}", keys.join(",\n  "))
        }
    };
}

keys!(
    stripe, sentry, mailgun, twilio, slack, github, pagerduty, datadog, algolia, segment, launch, auth, maps, search,
    queue, cdn
);

fn keys_contest(text: &str) -> Contest<'_> {
    let title = format!("decode and validate {} bytes, sixteen API keys", text.len());
    contest!(title, text, Keys, PlainKeys, GardeKeys)
}

#[derive(Secret)]
#[expect(dead_code, reason = "decoding is what is measured")]
struct Tenants {
    tenants: HashMap<String, Tenant>,
}

#[derive(Secret)]
#[expect(dead_code, reason = "decoding is what is measured")]
struct Tenant {
    #[secret(length(min = 16))]
    token: SecretString,
    #[secret(length(1..=255))]
    endpoint: String,
    #[secret(range(1..=100_000))]
    quota: u32,
}

#[derive(serde::Deserialize)]
#[expect(dead_code, reason = "decoding is what is measured")]
struct PlainTenants {
    tenants: HashMap<String, PlainTenant>,
}

#[derive(serde::Deserialize)]
#[expect(dead_code, reason = "decoding is what is measured")]
struct PlainTenant {
    token: String,
    endpoint: String,
    quota: u32,
}

#[derive(serde::Deserialize, garde::Validate)]
struct GardeTenants {
    #[garde(dive)]
    tenants: HashMap<String, GardeTenant>,
}

#[derive(serde::Deserialize, garde::Validate)]
struct GardeTenant {
    #[garde(length(chars, min = 16))]
    token: String,
    #[garde(length(chars, min = 1, max = 255))]
    endpoint: String,
    #[garde(range(min = 1, max = 100_000))]
    quota: u32,
}

/// Some four hundred tenants in 60 KiB, close to the service's limit of 64 KiB.
fn tenants_document() -> String {
    let mut text = "{\"tenants\": {".to_owned();
    for number in 0.. {
        let separator = if number == 0 { "" } else { ",\n" };
        let token = "Gm8wT1tlBDWUnMFZ0vSH3axW2Zc9Lq7d";
        let written = write!(
            text,
            r#"{separator}"tenant-{number:04}": {{"token": "{token}", "endpoint": "https://tenant-{number:04}.api.example.com/v1", "quota": {}}}"#,
            1_000 + number
        );
        written.expect("a string takes anything");
        if text.len() > 60 * 1024 {
            break;
        }
    }
    text + "}}"
}

fn tenants_contest(text: &str) -> Contest<'_> {
    let title = format!("decode and validate {} KiB, a map of tenants", text.len() / 1024);
    contest!(title, text, Tenants, PlainTenants, GardeTenants)
}
