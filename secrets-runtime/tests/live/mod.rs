//! Live secrets in paused time, with the source in memory.

mod failures;
mod looks;
mod map;
mod rollback;
mod start;
mod task;
mod values;

use std::time::Duration;

use secrets_runtime::{
    ErrorKind, Live, Secret,
    source::{Memory, SourceError},
};

#[derive(Secret, PartialEq)]
#[secret(id = "db", refresh = "5m")]
struct Db {
    #[secret(public)]
    user: String,
    #[secret(public, length(min = 3))]
    password: String,
}

#[derive(Secret)]
#[secret(id = "db", refresh = "1m")]
struct User {
    #[secret(public)]
    user: String,
}

#[derive(Secret)]
#[secret(id = "mail", max_stale = "1h")]
struct Mail {
    #[secret(public)]
    key: u16,
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn db(password: &str) -> String {
    format!(r#"{{"user": "orders", "password": "{password}"}}"#)
}

fn source() -> Memory {
    Memory::new().with("db", db("first")).with("mail", r#"{"key": 1}"#)
}

fn password(live: &Live<Db>) -> String {
    live.read(|db| db.password.clone())
}

fn unreachable() -> SourceError {
    SourceError::new(ErrorKind::Unreachable, "the test says so")
}
