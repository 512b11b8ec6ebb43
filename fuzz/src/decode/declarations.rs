//! Types that use every option. Fields that are `public` cannot hold a canary.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use secrets_runtime::{Secret, SecretSlice, SecretString};

#[derive(Secret)]
#[secret(validate = another_password_than_the_name)]
pub(crate) struct Login {
    username: String,
    #[secret(length(8..=64))]
    password: SecretString,
    #[secret(default = "localhost", alias = "server")]
    host: String,
    #[secret(public, default = 5432, range(1..=65535))]
    port: u16,
    #[secret(rename = "dbname", alias = "database")]
    database: Option<Box<str>>,
}

fn another_password_than_the_name(login: &Login) -> Result<(), &'static str> {
    let Login { username, password, host: _, port: _, database: _ } = login;
    let password = secrets_runtime::ExposeSecret::expose_secret(password);
    if password == username { Err("a password that is not the user's name") } else { Ok(()) }
}

#[derive(Secret)]
#[secret(rename_all = "camelCase")]
pub(crate) struct Nested {
    #[secret(default, length(..=4))]
    read_replicas: Vec<Login>,
    #[secret(default)]
    tenants: BTreeMap<String, Option<Box<Closed>>>,
    primary: Option<Database>,
    #[secret(default)]
    matrix: HashMap<String, Vec<Vec<u8>>>,
}

#[derive(Secret)]
#[secret(tag = "engine", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Database {
    Postgres {
        host: String,
        #[secret(public, default = 5432, range(min = 1))]
        port: u16,
    },
    Sqlite {
        path: SecretString,
    },
    None,
}

#[derive(Secret)]
pub(crate) struct Flat {
    name: String,
    #[secret(flatten)]
    login: Closed,
    #[secret(flatten, each(range(..=9)))]
    limits: BTreeMap<String, i32>,
}

#[derive(Secret)]
#[secret(deny_unknown_fields)]
pub(crate) struct Closed {
    #[secret(alias = "pass", length(min = 2))]
    password: Option<SecretString>,
    #[secret(one_of("disable", "require", "verify-full"))]
    sslmode: Option<String>,
}

#[derive(Secret)]
pub(crate) struct Coded {
    #[secret(from_str)]
    address: Option<IpAddr>,
    #[secret(base64, length(..=8))]
    key: Option<Vec<u8>>,
    #[secret(base64)]
    hidden: Option<SecretSlice<u8>>,
    #[secret(hex)]
    digest: Option<[u8; 4]>,
    #[secret(json)]
    inner: Option<Closed>,
    #[secret(json, default)]
    list: Vec<Token>,
    #[secret(serde)]
    anything: Option<serde_json::Value>,
    #[secret(serde)]
    typed: Option<(u8, String, BTreeMap<String, bool>)>,
}

#[derive(Secret)]
#[secret(rename_all = "kebab-case")]
enum Mode {
    ReadOnly,
    ReadWrite,
}

#[derive(Secret)]
pub(crate) struct Scalars {
    flag: Option<bool>,
    #[secret(strict)]
    exact: Option<bool>,
    byte: Option<i8>,
    #[secret(range(..=-1))]
    long: Option<i64>,
    natural: Option<u64>,
    single: Option<f32>,
    #[secret(range(min = -1.5, max = 1.5))]
    double: Option<f64>,
    mode: Option<Mode>,
    #[secret(pattern = r"^[a-z]+-\d{2}$")]
    code: Option<String>,
    #[secret(each(length(min = 2), pattern = "^.+$"), length(1..))]
    words: Option<Vec<String>>,
    #[secret(custom = even)]
    even: Option<u32>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "what `custom` calls")]
fn even(number: &u32) -> Result<(), &'static str> {
    if number.is_multiple_of(2) { Ok(()) } else { Err("an even number") }
}

#[derive(Secret)]
#[secret(text)]
pub(crate) struct Token(#[secret(length(4..=32), pattern = "^[!-~]*$")] SecretString);
