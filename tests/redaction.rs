//! Puts a canary in every part of a secret; it must not appear in any output.

use std::collections::BTreeMap;
use std::fmt::Debug;

use secrets_runtime::{
    Error, ErrorKind, Live, Secret, SecretString, Secrets, Snapshot,
    source::{Aws, Batch, Fetched, File, Memory, Request, Selector, Source},
};
use secrets_tests::{Emulator, Proxy, Reply, sdk_config};

/// Long enough not to occur in a message by chance, and made of letters that every encoding preserves.
const CANARY: &str = "Xq7canaryXq7";

#[derive(Secret)]
#[secret(id = "redaction", deny_unknown_fields)]
#[expect(dead_code, reason = "only shown")]
struct Everything {
    text: String,
    secret: SecretString,
    #[secret(length(min = 100))]
    short: String,
    number: u16,
    float: f64,
    flag: bool,
    list: Vec<u8>,
    map: BTreeMap<String, u8>,
    nested: Nested,
    nested_list: Vec<Nested>,
    nested_map: BTreeMap<String, Nested>,
    maybe: Option<Nested>,
}

#[derive(Secret)]
#[expect(dead_code, reason = "only shown")]
struct Nested {
    token: String,
    #[secret(alias = "n", range(..=9))]
    number: Option<u64>,
}

#[derive(Secret)]
#[secret(id = "{DB_SECRET}")]
struct Injected {}

/// Fails if the output contains the canary.
#[track_caller]
fn shows_nothing(shown: &str) {
    assert!(!shown.to_lowercase().contains("canary"), "{shown}");
}

#[track_caller]
fn error_shows_nothing(error: &Error) {
    shows_nothing(&format!("{error} {error:?} {error:#?} {:?} {:?}", error.hint(), error.kind()));
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        shows_nothing(&format!("{error} {error:?}"));
        cause = error.source();
    }
    for violation in error.violations() {
        shows_nothing(&format!("{violation} {violation:?} {violation:#?}"));
        shows_nothing(&format!("{} {} {}", violation.path(), violation.expected(), violation.found()));
    }
    for part in error.errors().iter().filter(|part| !std::ptr::eq(*part, error)) {
        error_shows_nothing(part);
    }
}

fn debug_shows_nothing(value: &impl Debug) {
    shows_nothing(&format!("{value:?} {value:#?}"));
}

/// The fields in order, each with a valid value.
const VALID: [(&str, &str); 12] = [
    ("text", r#""Xq7canaryXq7""#),
    ("secret", r#""Xq7canaryXq7""#),
    ("short", r#""""#),
    ("number", "1"),
    ("float", "1"),
    ("flag", "true"),
    ("list", "[1]"),
    ("map", r#"{"Xq7canaryXq7":1}"#),
    ("nested", r#"{"token":"Xq7canaryXq7","number":1}"#),
    ("nested_list", r#"[{"token":"Xq7canaryXq7"}]"#),
    ("nested_map", r#"{"Xq7canaryXq7":{"token":"Xq7canaryXq7"}}"#),
    ("maybe", r#"{"token":"Xq7canaryXq7"}"#),
];

/// Values that are invalid in most fields, with the canary where possible.
const WRONG: [&str; 14] = [
    r#""Xq7canaryXq7""#,
    r#""\u0058q7canaryXq7""#,
    r#""Xq7canaryXq7\ud800""#,
    "999999999999999999999999999999",
    "-1.5e400",
    "true",
    "null",
    r#"["Xq7canaryXq7", {"Xq7canaryXq7": "Xq7canaryXq7"}]"#,
    r#"{"Xq7canaryXq7": "Xq7canaryXq7", "Xq7canaryXq7": 1}"#,
    r#"{"Xq7canaryXq7": {"Xq7canaryXq7": "Xq7canaryXq7"}}"#,
    r#"{"token": {"Xq7canaryXq7": 1}, "number": "Xq7canaryXq7", "n": "Xq7canaryXq7"}"#,
    r#"{"token": "Xq7canaryXq7", "number": 10}"#,
    r#"{"Xq7canaryXq7\ud800": 1}"#,
    r#"[[["Xq7canaryXq7"]]]"#,
];

fn document(entries: &[(&str, &str)]) -> String {
    let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key:?}: {value}")).collect();
    format!("{{{}}}", entries.join(", "))
}

fn with_short(value: &str) -> Vec<(&'static str, String)> {
    VALID.iter().map(|&(key, valid)| (key, if key == "short" { value.to_owned() } else { valid.to_owned() })).collect()
}

#[test]
fn a_value_is_shown_without_its_contents() {
    let entries = with_short(&format!("{:?}", CANARY.repeat(9)));
    let entries: Vec<_> = entries.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let value = Everything::from_json(&document(&entries)).expect("valid");
    debug_shows_nothing(&value);
    assert_eq!(
        format!("{value:?}"),
        "Everything { text: [REDACTED], secret: [REDACTED], short: [REDACTED], number: [REDACTED], float: [REDACTED], \
         flag: [REDACTED], list: [REDACTED], map: [REDACTED], nested: Nested { token: [REDACTED], number: [REDACTED] }, \
         nested_list: [Nested { token: [REDACTED], number: [REDACTED] }], nested_map: [REDACTED], \
         maybe: Some(Nested { token: [REDACTED], number: [REDACTED] }) }"
    );
}

#[test]
fn no_violation_of_any_field_shows_what_it_found() {
    let mut violations = 0;
    for place in 0..VALID.len() {
        for wrong in WRONG {
            let mut entries = VALID;
            entries[place].1 = wrong;
            let error = Everything::from_json(&document(&entries)).expect_err("`short` is too short at least");
            assert_eq!(error.kind(), ErrorKind::Invalid);
            violations += error.violations().len();
            error_shows_nothing(&error);
        }
    }
    assert!(violations > 2 * VALID.len() * WRONG.len() / 2, "{violations} violations looked at");
}

#[test]
fn no_unknown_key_is_shown() {
    for key in [CANARY, "Xq7canaryXq7\\u0058", "Xq7canaryXq7text"] {
        let document = format!(r#"{{"{key}": 1, "{key}": "{CANARY}", "text": 1}}"#);
        let error = Everything::from_json(&document).expect_err("unknown");
        assert!(error.violations().iter().any(|violation| violation.found() == "an unknown key"), "{error}");
        error_shows_nothing(&error);
    }
}

#[test]
fn what_is_not_json_is_not_shown() {
    for text in [
        CANARY.to_owned(),
        format!("\"{CANARY}\""),
        format!("{{\"{CANARY}\": \"{CANARY}\""),
        format!("{{\"text\": \"{CANARY}\"}} {CANARY}"),
        format!("{{\"text\": {CANARY}}}"),
        format!("{{{CANARY}: 1}}"),
        format!("[\"{CANARY}\"]"),
        format!("\u{feff}{{\"text\": \"{CANARY}\"}}"),
    ] {
        error_shows_nothing(&Everything::from_json(&text).expect_err("not the secret"));
    }
}

#[tokio::test]
async fn no_answer_of_the_service_is_shown() {
    let found = format!(r#"{{"Name":"redaction","SecretString":"{{\"text\":\"{CANARY}\",\"{CANARY}\":1}}"}}"#);
    let replies = [
        Reply::new(200, found.clone()),
        Reply::new(200, found[..found.len() - 4].to_owned()),
        Reply::new(200, format!(r#"{{"Name":"redaction","SecretBinary":"{CANARY}"}}"#)),
        Reply::new(200, CANARY),
        Reply::new(503, CANARY),
        Reply::new(400, format!(r#"{{"__type":"{CANARY}Exception {{}}","message":"{CANARY}"}}"#)),
        // Only letters, like a real error code.
        Reply::error(400, "Xcanary-X", "XcanaryX"),
        // Error codes are shown only if they consist of letters, as AWS's do.
        Reply::error(500, "Xcanary-1XException", "XcanaryX"),
        Reply::error(400, "AccessDeniedException", CANARY),
        Reply::error(400, "AccessDeniedException", &format!("KMS {CANARY}")),
        Reply::error(400, "ThrottlingException", CANARY),
        Reply::error(400, "ResourceNotFoundException", CANARY),
        Reply::error(400, "InvalidRequestException", &format!("deleted {CANARY}")),
        Reply::error(400, "InvalidParameterException", CANARY),
        Reply::error(400, "DecryptionFailure", CANARY),
        Reply::error(500, "InternalServiceError", CANARY),
        Reply::error(400, "ExpiredTokenException", CANARY),
    ];
    for reply in replies {
        let proxy = Proxy::answering(reply).await;
        let secrets = Secrets::from_sdk_config(&sdk_config(&proxy.endpoint()));
        error_shows_nothing(&secrets.load::<Everything>().await.expect_err("wrong"));
        debug_shows_nothing(&secrets);
    }
}

#[tokio::test]
async fn no_source_shows_its_secrets() {
    let text = format!(r#"{{"text": "{CANARY}"}}"#);
    let memory = Memory::new().with("redaction", &text);
    let directory = std::env::temp_dir().join(format!("secrets-redaction-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let path = directory.join("secrets.json");
    std::fs::write(&path, format!(r#"{{"redaction": {text}, "number": 5, "string": "{CANARY}"}}"#)).expect("written");
    let file = File::new(&path);
    let emulator = Emulator::shared();
    emulator.create("redaction", &text).await;
    let aws = Aws::new(&sdk_config(&emulator.endpoint()));

    for id in ["redaction", "number", "string"] {
        let request = [Request::new(id, Selector::Stage("AWSCURRENT".into()))];
        debug_shows_nothing(&memory.fetch(&request).await);
        debug_shows_nothing(&file.fetch(&request).await);
        debug_shows_nothing(&aws.fetch(&request).await);
    }
    std::fs::write(&path, CANARY).expect("written");
    debug_shows_nothing(&file.fetch(&[Request::new("redaction", Selector::Stage("AWSCURRENT".into()))]).await);
    debug_shows_nothing(&(&memory, &file, &aws, Fetched::new(CANARY)));
    debug_shows_nothing(&memory.or(file).or(aws));
    std::fs::remove_dir_all(&directory).expect("removed");
}

#[tokio::test]
async fn an_id_that_turns_out_to_be_a_value_is_not_shown() {
    let injected = format!(r#"{{"password": "{CANARY}"}}"#);
    let builder = Secrets::builder().placeholder("DB_SECRET", &injected);
    debug_shows_nothing(&builder);
    let secrets = builder.build(Memory::new());
    let error = secrets.load::<Injected>().await.expect_err("no id");
    assert_eq!((error.kind(), error.secret_id()), (ErrorKind::BadId, Some("{DB_SECRET}")));
    assert!(error.hint().is_some_and(|hint| hint.contains("`valueFrom`")), "{error}");
    error_shows_nothing(&error);
    error_shows_nothing(&secrets.load_from::<Injected>(&injected).await.expect_err("no id"));
}

#[tokio::test]
async fn a_value_that_could_be_an_id_is_not_shown_either() {
    // If ECS injects a plain password or token, the service sees a name like any other.
    let emulator = Emulator::shared();
    let builder = || Secrets::builder().placeholder("DB_SECRET", "hunter2canary+/=");
    for secrets in [
        builder().build(Memory::new()),
        builder().build(File::new(format!("{}/environment.json", env!("CARGO_MANIFEST_DIR")))),
        builder().build_from_sdk_config(&sdk_config(&emulator.endpoint())),
    ] {
        let error = secrets.load::<Injected>().await.expect_err("no such secret");
        assert_eq!((error.kind(), error.secret_id()), (ErrorKind::NotFound, Some("{DB_SECRET}")));
        error_shows_nothing(&error);
    }
}

#[tokio::test]
async fn no_handle_of_a_live_secret_shows_it() {
    let text = |token: &str| format!(r#"{{"token": "{token}", "number": 1}}"#);
    let source = Memory::new().with("live", text(CANARY));
    let secrets = Secrets::new(source.clone());
    let live = secrets.live_from::<Nested>("live").await.expect("live");
    let pair = live.with_previous().await.expect("a pair");
    debug_shows_nothing(&(&live, live.current(), live.changes(), &pair, pair.current(), Live::fixed(live.current())));

    // The program's own error quotes its input, and a newer version makes it fail.
    let map = |nested: Snapshot<Nested>| async move {
        if nested.token == CANARY { Ok(()) } else { Err(format!("{} is no good", nested.token)) }
    };
    let mapped = live.try_map(map).await.expect("the first one is good");
    source.set("live", text("Xq7canaryXq8"));
    mapped.refresh().await.map(drop).expect_err("refused");
    let (status, health) = (mapped.status(), secrets.health());
    assert_eq!(status.last_error.as_ref().map(Error::kind), Some(ErrorKind::Refused));
    debug_shows_nothing(&(&status, &health, &mapped));
    shows_nothing(&health.to_string());
    error_shows_nothing(&status.last_error.expect("just seen"));

    // A value that does not match the declaration at all.
    source.set("pending", format!("{CANARY} {CANARY}"));
    let pending = Secrets::builder().placeholder("DB_SECRET", "pending").build(source).start::<Injected>();
    let pending = pending.expect("it has an id");
    while pending.last_error().is_none() {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    debug_shows_nothing(&pending);
    error_shows_nothing(&pending.last_error().expect("just seen"));
}

#[test]
fn a_version_id_of_the_file_source_tells_nothing_about_the_text() {
    // A version id made from the text alone would allow guessing the text; two sources must differ.
    let path = format!("{}/environment.json", env!("CARGO_MANIFEST_DIR"));
    let request = [Request::new("environment/service", Selector::Stage("AWSCURRENT".into()))];
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let version = |source: &File| format!("{:?}", runtime.block_on(source.fetch(&request)));
    let (one, other) = (File::new(&path), File::new(&path));
    assert_eq!(version(&one), version(&one), "an unchanged text keeps its version");
    assert_ne!(version(&one), version(&other));
}

/// A log writer that tests can read.
#[derive(Clone, Default)]
struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_log_line_shows_a_secret_the_sdks_own_at_trace_level_included() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    let emulator = Emulator::shared();
    emulator.create("logged/a", &format!(r#"{{"text": "{CANARY}", "sekret": "{CANARY}", "{CANARY}": 5}}"#)).await;
    emulator.create("logged/b", &format!(r#"{{"token": "{CANARY}", "numbre": "{CANARY}"}}"#)).await;

    // Starts after filling the emulator, which may log anything.
    // While there is only one subscriber, the thread that reaches a call site first decides whether it is enabled.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let _subscriber = tracing::subscriber::set_default(subscriber);
    for batch in [Batch::Off, Batch::On] {
        let secrets = Secrets::builder().build(Aws::new(&sdk_config(&emulator.endpoint())).batch(batch));
        secrets.load_many::<Everything>(["logged/a", "logged/b", "logged/c"]).await.map(drop).expect_err("none fits");
        secrets.load_many::<Nested>(["logged/b", "logged/b"]).await.expect("valid");
        secrets.load_from::<Nested>("logged/b").await.expect("valid");
    }
    let written = log.0.lock().expect("nobody panicked");
    let written = String::from_utf8_lossy(&written);
    // The SDK's lines and the warning about a misspelt key must be present.
    assert!(written.contains("aws_smithy_runtime") && written.contains("TRACE"), "{} bytes", written.len());
    assert!(written.contains("secrets_runtime") && written.contains("numbre"), "{} bytes", written.len());
    if let Some(line) = written.lines().find(|line| line.to_lowercase().contains("canary")) {
        panic!("{line}");
    }
}
