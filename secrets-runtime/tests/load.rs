//! Loading from sources that need no network.

use std::path::{Path, PathBuf};

use secrets_runtime::{
    ErrorKind, NamedSecret, Secret, Secrets,
    source::{Fetched, File, Memory, Request, Source, SourceError},
};

#[derive(Secret, PartialEq)]
#[secret(id = "{APP_ENV}/db")]
struct Db {
    #[secret(public)]
    host: String,
}

#[derive(Secret, PartialEq)]
#[secret(id = "mail")]
struct Mail {
    #[secret(public)]
    key: u16,
}

#[derive(Secret)]
#[secret(id = "{SECRETS_TEST_VARIABLE_THAT_NOBODY_SETS}/db")]
struct Unset {}

fn with(source: impl Source) -> Secrets {
    Secrets::builder().placeholder("APP_ENV", "test").build(source)
}

fn db(host: &str) -> Db {
    Db { host: host.to_owned() }
}

#[tokio::test]
async fn a_placeholder_in_an_id_is_resolved() {
    let secrets = with(Memory::new().with("test/db", r#"{"host": "a"}"#));
    assert_eq!(secrets.load::<Db>().await.expect("loaded"), db("a"));
}

#[tokio::test]
async fn a_placeholder_without_value_names_the_variable() {
    let secrets = Secrets::new(Memory::new());
    let error = secrets.load::<Unset>().await.expect_err("unset");
    assert_eq!((error.kind(), error.secret_id()), (ErrorKind::BadId, Some(Unset::ID)));
    assert_eq!(error.hint(), Some("set SECRETS_TEST_VARIABLE_THAT_NOBODY_SETS in the program's environment"));
}

#[tokio::test]
async fn an_id_given_at_run_time_is_taken_literally() {
    let secrets = with(Memory::new().with("test/db", r#"{"host": "a"}"#));
    assert_eq!(secrets.load_from::<Db>("test/db").await.expect("loaded"), db("a"));
    let error = secrets.load_from::<Db>("{APP_ENV}/db").await.expect_err("no placeholders here");
    assert_eq!(error.kind(), ErrorKind::BadId);
}

#[tokio::test]
async fn several_secrets_are_loaded_with_one_call_to_the_source() {
    let source = Memory::new().with("test/db", r#"{"host": "a"}"#).with("mail", r#"{"key": 1}"#);
    let secrets = with(source.clone());
    assert!(secrets.load_all::<(Db, Mail, Db)>().await.expect("loaded") == (db("a"), Mail { key: 1 }, db("a")));
    assert_eq!(source.calls(), 1);
}

#[tokio::test]
async fn every_secret_that_fails_is_named() {
    let secrets = with(Memory::new().with("mail", r#"{"key": "x"}"#));
    let error = secrets.load_all::<(Db, Mail)>().await.expect_err("both fail");
    let kinds: Vec<_> = error.errors().iter().map(|error| (error.secret_id(), error.kind())).collect();
    assert_eq!(kinds, [(Some("test/db"), ErrorKind::NotFound), (Some("mail"), ErrorKind::Invalid)]);
    assert_eq!(
        error.to_string(),
        "2 of 2 secrets could not be loaded: (1) secret \"test/db\" (declared \"{APP_ENV}/db\") does not exist: it was not set in this in-memory source; help: set \"test/db\" with `Memory::with` or `Memory::set` (2) secret \"mail\" does not fit Mail: 1 violation (key: expected an integer from 0 to 65535, found a string that does not spell one); help: correct the secret's value, or change the struct"
    );
    assert_eq!(
        format!("{error:#}"),
        "2 of 2 secrets could not be loaded\n\
         - secret \"test/db\" (declared \"{APP_ENV}/db\") does not exist: it was not set in this in-memory source\n  \
           help: set \"test/db\" with `Memory::with` or `Memory::set`\n\
         - secret \"mail\" does not fit Mail: 1 violation\n    \
             key: expected an integer from 0 to 65535, found a string that does not spell one\n  \
           help: correct the secret's value, or change the struct"
    );
}

#[tokio::test]
async fn many_secrets_of_one_type_come_in_the_order_of_their_ids() {
    let source = Memory::new().with("b", r#"{"host": "b"}"#).with("a", r#"{"host": "a"}"#);
    let secrets = with(source);
    assert!(secrets.load_many::<Db>(["a", "b", "a"]).await.expect("loaded") == [db("a"), db("b"), db("a")]);
    assert!(secrets.load_many::<Db>(std::iter::empty::<&str>()).await.expect("nothing to load").is_empty());
    let error = secrets.load_many::<Db>(["a", "c"]).await.map(|_| ()).expect_err("one is missing");
    assert_eq!((error.secret_id(), error.errors().len()), (Some("c"), 1));
}

#[tokio::test]
async fn an_error_is_as_transient_as_all_of_its_parts() {
    let source = Memory::new();
    source.fail("a", SourceError::new(ErrorKind::Unreachable, ""));
    source.fail("b", SourceError::new(ErrorKind::Throttled, ""));
    let secrets = with(source);
    let error = secrets.load_many::<Db>(["a", "b"]).await.map(|_| ()).expect_err("both");
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Unreachable, true));
    let error = secrets.load_many::<Db>(["a", "c"]).await.map(|_| ()).expect_err("both");
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::NotFound, false));
}

#[tokio::test]
async fn a_fallback_is_asked_for_what_cannot_be_reached_and_for_nothing_else() {
    let first = Memory::new().with("up", r#"{"host": "first"}"#);
    first.fail("down", SourceError::new(ErrorKind::Unreachable, ""));
    first.fail("denied", SourceError::new(ErrorKind::AccessDenied, ""));
    let second = Memory::new();
    for id in ["up", "down", "denied"] {
        second.set(id, r#"{"host": "second"}"#);
    }
    let secrets = with(first.clone().or(second.clone()));
    assert_eq!(secrets.load_from::<Db>("up").await.expect("first"), db("first"));
    assert_eq!(second.calls(), 0);
    assert!(secrets.load_many::<Db>(["up", "down"]).await.expect("both") == [db("first"), db("second")]);
    let denied = secrets.load_from::<Db>("denied").await.expect_err("denied is denied");
    assert_eq!(denied.kind(), ErrorKind::AccessDenied);
    first.fail("nowhere", SourceError::new(ErrorKind::Unreachable, ""));
    let error = secrets.load_from::<Db>("nowhere").await.expect_err("nowhere");
    assert_eq!(error.kind(), ErrorKind::Unreachable, "the first source's reason says more");
}

#[tokio::test]
async fn a_source_that_leaves_a_request_out_is_told_off() {
    struct Lazy;
    impl Source for Lazy {
        async fn fetch(&self, _: &[Request]) -> Vec<Result<Fetched, SourceError>> {
            Vec::new()
        }
    }
    let error = with(Lazy).load::<Db>().await.expect_err("no answer");
    assert_eq!((error.kind(), error.secret_id()), (ErrorKind::Service, Some("test/db")));
}

#[tokio::test]
async fn a_loader_can_be_spawned() {
    let secrets = with(Memory::new().with("test/db", r#"{"host": "a"}"#));
    let task = tokio::spawn(async move { secrets.load::<Db>().await });
    assert_eq!(task.await.expect("joined").expect("loaded"), db("a"));
}

/// A file that is deleted at the end of the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, text: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}.json", std::process::id()));
        std::fs::write(&path, text).expect("written");
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[tokio::test]
async fn a_file_holds_secrets_as_objects_or_as_strings() {
    let file = Scratch::new("objects", r#"{"test/db": {"host": "a"}, "mail": "{\"key\": \"5\"}"}"#);
    let (db_, mail) = with(File::new(&file.0)).load_all::<(Db, Mail)>().await.expect("loaded");
    assert!(db_ == db("a") && mail == Mail { key: 5 });
}

#[tokio::test]
async fn an_edited_file_is_a_new_version() {
    let file = Scratch::new("edited", r#"{"test/db": {"host": "a"}}"#);
    let secrets = with(File::new(&file.0));
    assert_eq!(secrets.load::<Db>().await.expect("loaded"), db("a"));
    std::fs::write(&file.0, r#"{"test/db": {"host": "b"}}"#).expect("written");
    assert_eq!(secrets.load::<Db>().await.expect("loaded"), db("b"));
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_told_with_its_path() {
    let cases = [
        ("{", ErrorKind::Configuration, "it ends before its object does"),
        ("{\n'a'", ErrorKind::Configuration, "line 2, column 1: expected a key in double quotes"),
        ("[]", ErrorKind::Configuration, "expected an object whose keys are ids, found an array"),
        (r#"{"test/db": {}, "test/db": {}}"#, ErrorKind::Configuration, "the key \"test/db\" is there twice"),
        (r#"{"test/db": 5}"#, ErrorKind::Configuration, "neither an object nor a string"),
        (r#"{"other": {}}"#, ErrorKind::NotFound, "help: add the key \"test/db\" to "),
        (
            r#"{"{APP_ENV}/db": {}}"#,
            ErrorKind::NotFound,
            "has the key \"{APP_ENV}/db\": if that is the secret, rename the key to \"test/db\"",
        ),
        (
            r#"{"test-db": {}}"#,
            ErrorKind::NotFound,
            "has the key \"test-db\": if that is the secret, rename the key to \"test/db\"",
        ),
    ];
    for (text, kind, words) in cases {
        let file = Scratch::new("wrong", text);
        let error = with(File::new(&file.0)).load::<Db>().await.expect_err(text);
        assert_eq!(error.kind(), kind, "{text}");
        let shown = error.to_string();
        assert!(shown.contains(words) && shown.contains(&file.0.display().to_string()), "{shown}");
    }
    let error = with(File::new("/nonexistent/secrets.json")).load::<Db>().await.expect_err("no file");
    assert!(error.to_string().contains("does not exist"), "{error}");
}
