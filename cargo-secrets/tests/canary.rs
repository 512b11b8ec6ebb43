//! Puts a canary in every part of a secret; it must not appear in anything that a command prints or writes.

use std::fs;
use std::path::Path;

use crate::support::Session;
use aws_sdk_secretsmanager::primitives::Blob;
use secrets_tests::{Proxy, Reply};

const SOURCE: &str = r#"
#![expect(dead_code, reason = "declared to be loaded")]
use std::collections::HashMap;
use secrets_runtime::{Secret, SecretString};

#[derive(Secret)]
#[secret(id = "canary/all", schema = "secrets/all.json", deny_unknown_fields)]
struct All {
    text: String,
    short: SecretString,
    #[secret(range(1..=9))]
    number: u8,
    #[secret(alias = "flagge")]
    flag: bool,
    list: Vec<u8>,
    map: HashMap<String, Inner>,
    #[secret(one_of("a", "b"), pattern = "^a")]
    mode: Option<String>,
    engine: Engine,
    #[secret(base64)]
    bytes: Vec<u8>,
}

#[derive(Secret)]
struct Inner { token: String }

#[derive(Secret)]
#[secret(tag = "kind")]
enum Engine { #[secret(rename = "pg")] Postgres { dsn: String }, #[secret(rename = "my")] Mysql { host: String } }

#[derive(Secret)]
#[secret(id = "canary/text", text)]
struct Text(#[secret(length(max = 3))] SecretString);

#[derive(Secret)]
#[secret(id = "canary/not-json", schema = "secrets/not-json.json")]
struct NotJson { text: String }

#[derive(Secret)]
#[secret(id = "canary/binary", schema = "secrets/binary.json")]
struct Binary { text: String }

#[derive(Secret)]
#[secret(id = "{INJECTED}", schema = "secrets/injected.json")]
struct Injected { text: String }

#[derive(Secret)]
#[secret(id = "{INJECTED_JSON}", schema = "secrets/injected-json.json")]
struct InjectedJson { text: String }

fn main() {
    let secrets = secrets_runtime::Secrets::new(secrets_runtime::source::Memory::new());
    drop(secrets.live::<All>());
    drop(secrets.live::<Text>());
    drop(secrets.live::<NotJson>());
    drop(secrets.live::<Binary>());
    drop(secrets.live::<Injected>());
    drop(secrets.live::<InjectedJson>());
}
"#;

/// Invalid in every field, with keys that only a map accepts.
const ALL: &str = r#"{"text": {"map": 7700770077}, "short": 7700770077, "number": "Xq7canaryXq7", "flag": "Xq7canaryXq7",
    "flagge": "Xq7canaryXq7", "list": ["Xq7canaryXq7", 7700770077], "map": {"Xq7canaryXq7": {"token": 7700770077, "token": 1}},
    "mode": "Xq7canaryXq7", "engine": {"kind": "Xq7canaryXq7", "dsn": "Xq7canaryXq7"}, "bytes": "Xq7canaryXq7!"}"#;

/// Fails if the text contains the canary.
#[track_caller]
fn shows_nothing(what: &str, shown: &str) {
    let shown = shown.to_lowercase();
    for canary in ["xq7canaryxq7", "7700770077"] {
        assert!(!shown.contains(canary), "{what}: {shown}");
    }
}

/// Checks all files below a directory, and returns how many there are.
fn files_show_nothing(directory: &Path) -> usize {
    let entries = fs::read_dir(directory).expect("a directory").flatten();
    entries.fold(0, |count, entry| {
        let path = entry.path();
        if path.is_dir() {
            return count + files_show_nothing(&path);
        }
        shows_nothing(&path.display().to_string(), &String::from_utf8_lossy(&fs::read(&path).expect("a file")));
        count + 1
    })
}

const COMMANDS: [&str; 28] = [
    "pull",
    "pull --format json",
    "pull --check",
    "pull --type All --from -",
    "pull --type All --from - --format json",
    "check --bin program",
    "check --bin program --format json",
    "check --bin program --type All --file -",
    "check --bin program --type Text --file - --format json",
    "list --bin program",
    "schema --bin program",
    "template --bin program",
    "policy --bin program --output terraform",
    "policy --bin program --type All --account 123456789012 --extra-id x",
    "stage canary/all --file - --bin program",
    "stage canary/text --file - --bin program --format json",
    "stage {INJECTED_JSON} --file - --bin program",
    "promote canary/all --bin program --yes",
    "promote {INJECTED} --bin program --yes --format json",
    "rollback canary/text --bin program --yes",
    "history canary/all",
    "history {INJECTED}",
    // A document passed where a path belongs.
    "check --bin program --type All --file Xq7canaryXq7",
    r#"check --bin program --type All --file {"text":"Xq7canaryXq7"} --format json"#,
    "pull --type All --from Xq7canaryXq7",
    r#"pull --id canary/all --schema {"text":"Xq7canaryXq7"}"#,
    r#"list --bin {"text":"Xq7canaryXq7"}"#,
    r#"check {"text":"Xq7canaryXq7"}"#,
];

/// Options whose value an error could repeat, or cargo, or the name of a file.
const NAMES: [&str; 17] = [
    "pull --id canary/all --schema",
    "pull --type",
    "check --bin program --type",
    "check --bin program --id",
    "check --bin program --stage",
    "check --bin program --version-id",
    "check --bin program --region",
    "check --bin program --var",
    "policy --bin program --extra-id",
    "promote canary/all --bin program --version-id",
    "history",
    "list --manifest-path",
    "list --package",
    "list --features",
    "list --target",
    "list --profile",
    "man",
];

/// In place of a path or a name, a document is refused and not repeated.
fn documents_are_repeated_by_no_option(session: &Session) {
    for option in NAMES {
        for document in [r#"{"text":"Xq7canaryXq7"}"#, "{text:Xq7canaryXq7}", r#"["Xq7canaryXq7"]"#] {
            for joined in [format!("{option} {document}"), format!("{option}={document}")] {
                let ran = session.run(&joined);
                shows_nothing(option, &ran.shown());
                assert_eq!(ran.status, Some(2), "{joined}");
            }
        }
    }
    let root = fs::read_dir(session.application.root()).expect("a directory").flatten();
    for entry in root {
        shows_nothing("the name of a file", &entry.path().display().to_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_command_shows_or_writes_a_value() {
    let session = Session::new("canary", "canary")
        .with("INJECTED", "Xq7canaryXq7")
        .with("INJECTED_JSON", r#"{"text": "Xq7canaryXq7"}"#)
        .with("RUST_LOG", "trace")
        .with("RUST_BACKTRACE", "1");
    for (name, text) in [("all", ALL), ("text", "Xq7canaryXq7"), ("not-json", "Xq7canaryXq7")] {
        session.emulator.create(&format!("canary/{name}"), text).await;
    }
    let client = session.emulator.client();
    client
        .create_secret()
        .name("canary/binary")
        .secret_binary(Blob::new(*b"Xq7canaryXq7"))
        .send()
        .await
        .expect("created");

    // Builds the program before the secrets are pulled.
    session.source(&without_schemas(SOURCE));
    session.built("program");
    session.source(SOURCE);

    let mut refused = 0;
    for command in COMMANDS {
        for input in
            ["", ALL, "Xq7canaryXq7", r#"{"text": "Xq7canaryXq7", "7700770077"}"#, r#"{"text": "Xq7canaryXq7"} x"#]
        {
            let ran = session.run_with(&format!("{command} --verbose"), input);
            shows_nothing(command, &ran.shown());
            assert!(!ran.stderr.contains("panicked"), "{command}: {}", ran.stderr);
            refused += usize::from(ran.status != Some(0));
        }
    }
    assert!(refused > 30, "most of them have something to refuse: {refused}");
    let checked = session.run("check --bin program").stdout;
    assert_eq!(checked, CHECKED, "there was something to show");
    assert!(files_show_nothing(&session.application.root().join("canary")) >= 3, "the sources, and what was pulled");

    documents_are_repeated_by_no_option(&session);

    // Error messages of the service are not repeated either.
    for reply in [
        Reply::error(400, "AccessDeniedException", "Xq7canaryXq7"),
        Reply::error(400, "Xq7canaryXq7", "Xq7canaryXq7"),
        Reply::new(200, r#"{"SecretString": ["Xq7canaryXq7"]}"#),
        Reply::new(500, "Xq7canaryXq7"),
        Reply::new(400, "<ErrorResponse><Error><Code>Xq7canaryXq7</Code></Error></ErrorResponse>"),
    ] {
        let proxy = Proxy::answering(reply).await;
        let commands: [&[&str]; 5] = [
            &["check", "--bin", "program", "-v"],
            &["policy", "--bin", "program", "-v"],
            &["pull", "-v", "--format", "json"],
            &["promote", "canary/all", "--bin", "program", "--yes"],
            &["history", "canary/all", "-v"],
        ];
        for arguments in commands {
            let mut command = session.command();
            command
                .env("AWS_ENDPOINT_URL", proxy.endpoint())
                .env("AWS_MAX_ATTEMPTS", "1")
                .env("INJECTED", "a")
                .env("INJECTED_JSON", "b");
            let output = command.args(arguments).output().expect("it runs");
            let shown = [output.stdout, output.stderr].concat();
            shows_nothing(arguments[0], &String::from_utf8_lossy(&shown));
            assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", String::from_utf8_lossy(&shown));
        }
    }
}

/// The source without its `schema` options.
fn without_schemas(source: &str) -> String {
    let line = |line: &str| match line.split_once(", schema = \"") {
        Some((before, after)) => format!("{before}{}\n", after.split_once('"').map_or("", |(_, rest)| rest)),
        None => format!("{line}\n"),
    };
    source.lines().map(line).collect()
}

const CHECKED: &str = "\
does not fit  canary/all       canary::All
  is arn:aws:secretsmanager:eu-central-1:123456789012:secret:canary/all-??????
  flag: expected one of the keys flag, flagge, found two of them
  text: expected a string, found an object
  short: expected a string, found a number
  number: expected an integer from 1 to 9, found a string that does not spell one
  flag: expected true or false, found a string that does not spell one
  list[0]: expected an integer from 0 to 255, found a string that does not spell one
  list[1]: expected an integer from 0 to 255, found a number that does not fit
  map.*.token: expected the key once, found it twice
  map.*.token: expected a string, found a number
  mode: expected \"a\" or \"b\" that matches ^a, found a string that does not match
  engine.kind: expected \"pg\" or \"my\", found a string that is not one of them
  bytes: expected a base64 string, found a string that does not fit
does not fit  canary/binary    canary::Binary
does not fit  canary/not-json  canary::NotJson
  is arn:aws:secretsmanager:eu-central-1:123456789012:secret:canary/not-json-??????
  the secret is not the JSON that NotJson is read from: it is plain text
does not fit  canary/text      canary::Text
  is arn:aws:secretsmanager:eu-central-1:123456789012:secret:canary/text-??????
  expected a string of at most 3 characters, found a longer one
unknown       {INJECTED_JSON}  canary::InjectedJson
missing       {INJECTED}       canary::Injected
";
