//! The quickstart, run as its reader runs it.

use std::path::PathBuf;
use std::process::{Command, Output};

use secrets_tests::{Emulator, REGION};

const REPORT: &str = r#"secret "quickstart/orders-db" does not fit OrdersDb: 4 violations
  username: expected a string, found nothing, but the similar key "Username"
  password: expected a string of at least 12 characters, found one of a different length
  host: expected a string, found an array
  port: expected an integer from 1 to 65535, found a number that is not one
help: correct the secret's value, or change the struct
"#;

/// `target/debug/examples/quickstart`, which cargo builds before the tests of its package.
fn quickstart(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let test = std::env::current_exe().expect("a path");
    let program: PathBuf = test.ancestors().nth(2).expect("target/debug").join("examples/quickstart");
    Command::new(program).args(arguments).envs(variables.iter().copied()).output().expect("it runs")
}

fn shown(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).expect("text")
}

#[test]
fn without_arguments_it_needs_nothing_but_itself() {
    let output = quickstart(&[], &[]);
    assert!(output.status.success(), "{output:?}");
    let shown = shown(&output);
    assert!(shown.contains("password: [REDACTED],\n    host: \"localhost\",\n    port: 5432,"), "{shown}");
    assert!(shown.contains("\"orders@example.com\""), "{shown}");
    assert!(shown.ends_with(REPORT), "{shown}");
    // The README's declaration is the same, under an id with a placeholder.
    let readme = REPORT.replace(r#""quickstart/orders-db""#, r#""prod/orders/db" (declared "{APP_ENV}/orders/db")"#);
    assert!(include_str!("../../README.md").contains(&format!("```text\n{readme}```")), "{readme}");
    for secret in ["for-development-only", "not-a-real-key", "too-short", "70000"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn with_aws_the_same_program_reads_from_secrets_manager() {
    let emulator = Emulator::shared();
    let db = r#"{"username": "u", "password": "0123456789abc", "host": "db.internal", "port": 6432}"#;
    emulator.create("quickstart/orders-db", db).await;
    emulator.create("quickstart/mail-api", r#"{"key": "k", "senders": []}"#).await;
    let output = quickstart(
        &["--aws"],
        &[
            ("AWS_ENDPOINT_URL", &emulator.endpoint()),
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ],
    );
    assert!(output.status.success(), "{output:?}");
    assert!(
        shown(&output).contains("would connect to db.internal:6432/u with a password of 13 bytes"),
        "{}",
        shown(&output)
    );
    assert!(shown(&output).ends_with(REPORT), "{}", shown(&output));
}

#[test]
fn another_argument_is_answered_with_the_usage() {
    let output = quickstart(&["--help"], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(output.stderr, b"usage: quickstart [--aws]\n");
}
