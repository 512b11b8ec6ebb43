//! Runs the quickstart like a reader does.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use secrets_tests::{Emulator, REGION};

const REPORT: &str = r#"secret "quickstart/orders-db" does not fit OrdersDb: 4 violations
  username: expected a string, found nothing, but the similar key "Username"
  password: expected a string of at least 12 characters, found a shorter one
  host: expected a string, found an array
  port: expected an integer from 1 to 65535, found a number that does not fit
help: correct the secret's value, or change the struct
"#;

/// `target/debug/examples/quickstart`, which cargo builds before the package's tests.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a path");
    test.ancestors().nth(2).expect("target/debug").join("examples/quickstart")
}

fn quickstart(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(program()).args(arguments).envs(variables.iter().copied()).output().expect("it runs")
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
    assert!(shown.contains(&format!("2. A broken secret:\n{REPORT}")), "{shown}");
    let rotation = "3. A live secret:\n\
        at the start    : old.internal, health: ok\n\
        after a rotation: new.internal, health: ok\n\
        after a bad edit: new.internal, health: degraded\n\
        secret \"quickstart/orders-db\" does not fit OrdersDb: 1 violation\n\
        \x20 password: expected a string of at least 12 characters, found a shorter one\n\
        help: correct the secret's value, or change the struct\n\
        after its repair: good.internal, health: ok\n";
    assert!(shown.ends_with(rotation), "{shown}");
    // The README has the same declaration, with a placeholder in the id.
    let readme = REPORT.replace(r#""quickstart/orders-db""#, r#""prod/orders/db" (declared "{APP_ENV}/orders/db")"#);
    assert!(include_str!("../../README.md").contains(&format!("```text\n{readme}```")), "{readme}");
    for secret in ["for-development-only", "too-short", "70000", "0123456789ab", "ba9876543210"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn with_aws_the_same_program_reads_from_secrets_manager() {
    let emulator = Emulator::shared();
    let db = r#"{"username": "u", "password": "0123456789abc", "host": "db.internal", "port": 6432}"#;
    emulator.create("quickstart/orders-db", db).await;
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
}

/// The reader edits a file: a good version is used, a bad one is refused, and both are reported.
#[test]
fn an_edit_is_followed_while_it_watches() {
    let file = std::env::temp_dir().join(format!("quickstart-{}.json", std::process::id()));
    let document = |host: &str, password: &str| {
        let secret = format!(r#"{{"username": "u", "password": "{password}", "host": "{host}"}}"#);
        std::fs::write(&file, format!(r#"{{"quickstart/orders-db": {secret}}}"#)).expect("written");
    };
    document("one.internal", "0123456789ab");
    let mut program =
        Command::new(program()).arg("--watch").arg(&file).stdout(Stdio::piped()).spawn().expect("it runs");
    let mut lines = BufReader::new(program.stdout.take().expect("piped")).lines().map_while(Result::ok);
    let mut until = |words: &str| lines.by_ref().any(|line| line.contains(words));
    assert!(until("one.internal") && until("health: ok"));
    document("two.internal", "ba9876543210");
    assert!(until("two.internal"));
    document("three.internal", "short");
    assert!(until("health: degraded") && until("password: expected a string of at least 12 characters"));
    program.kill().expect("it ends");
    program.wait().expect("it ended");
    std::fs::remove_file(&file).expect("removed");
}

#[test]
fn another_argument_is_answered_with_the_usage() {
    let output = quickstart(&["--help"], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(output.stderr, b"usage: quickstart [--aws | --watch [FILE]]\n");
}
