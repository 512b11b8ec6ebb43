//! `pull`: what it writes, what it keeps, and what it reports.

use crate::support::Session;

const SOURCE: &str = r#"
#![expect(dead_code, reason = "declared to be loaded")]
use std::collections::HashMap;
use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(id = "pull/NAME", schema = "secrets/pulled.json")]
struct Pulled { tenants: HashMap<String, Tenant>, hosts: Vec<String>, #[secret(flatten)] db: Db }

#[derive(Secret)]
struct Tenant { token: String }

#[derive(Secret)]
struct Db { username: String }

mod elsewhere {
    #[derive(secrets_runtime::Secret)]
    #[secret(id = "pull/NAME/other", schema = "secrets/other.json")]
    pub struct Other { looks: u8 }
}

#[derive(Secret)]
#[secret(id = "no/schema")]
struct NoSchema {}

fn main() {
    let secrets = secrets_runtime::Secrets::new(secrets_runtime::source::Memory::new());
    drop(secrets.live::<Pulled>());
    drop(secrets.live::<elsewhere::Other>());
    drop(secrets.live::<NoSchema>());
}
"#;

/// A program whose schema files do not exist yet.
async fn session(name: &str, text: &str) -> Session {
    // A package per session: build outputs are named after it, in a directory that all sessions share.
    let session = Session::new(&format!("pull-{name}"), format!("pull-{name}").leak());
    session.source(&SOURCE.replace("NAME", name));
    session.emulator.create(&format!("pull/{name}"), text).await;
    session.emulator.create(&format!("pull/{name}/other"), r#"{"looks": "like JSON"}"#).await;
    session
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_a_map_holds_are_not_written() {
    let text = r#"{"tenants": {"acme": {"token": "x"}, "umbrella": {"token": "y", "level": 3}}, "hosts": ["a", null], "username": "u"}"#;
    let session = session("maps", text).await;
    session.run("pull").ended(0);
    let pulled = session.read("pull-maps/secrets/pulled.json");
    assert!(!pulled.contains("acme") && !pulled.contains("umbrella"), "{pulled}");
    let pulled: serde_json::Value = serde_json::from_str(&pulled).expect("JSON");
    let tenants = &pulled["properties"]["tenants"];
    assert_eq!(
        tenants.to_string(),
        r#"{"type":"object","additionalProperties":{"type":"object","properties":{"token":{"type":"string"},"level":{"type":"integer"}},"required":["token"]}}"#
    );
    assert_eq!(pulled["properties"]["hosts"].to_string(), r#"{"type":"array","items":{"type":["string","null"]}}"#);
    assert_eq!(pulled["required"].to_string(), r#"["tenants","hosts","username"]"#);
    // A secret is pulled even if it does not fit another type.
    let other: serde_json::Value = serde_json::from_str(&session.read("pull-maps/secrets/other.json")).expect("JSON");
    assert_eq!(other["properties"]["looks"]["type"], "string");
}

const BY_HAND: &str = r##"{
    "title": "Ours",
    "type": "object",
    "required": ["username", "gone", "host"],
    "properties": {
        "username": {"description": "Who logs in.", "type": "string", "minLength": 3},
        "port": {"type": ["integer", "string"], "maximum": 1e400},
        "gone": {"type": "string"},
        "sometimes": {"type": "string"},
        "mode": {"enum": ["disable", "require"]},
        "host": {"$ref": "#/$defs/host"},
        "tenants": {"type": "object", "additionalProperties": {"type": "string", "description": "A token."}},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}}
    },
    "$defs": {"host": {"type": "string", "pattern": "internal$"}}
}
"##;

#[tokio::test(flavor = "multi_thread")]
async fn what_people_wrote_stays() {
    let text = r#"{"username": "orders", "port": "5432", "mode": "require", "host": "db.internal", "labels": {"canary": "x"},
        "tenants": {"acme": {"token": "x"}}, "new": true}"#;
    let session = session("merged", text).await;
    session.application.write("pull-merged/secrets/pulled.json", BY_HAND);
    let written = session.run("pull --type Pulled").ended(0);
    assert_eq!(
        written,
        "written    pull-merged/secrets/pulled.json  pull/merged\n\
        \x20 gone: gone\n\
        \x20 tenants.*: was a string, is an object\n\
        \x20 new: new, a boolean\n"
    );
    let pulled = session.read("pull-merged/secrets/pulled.json");
    for kept in [
        "\"Ours\"",
        "Who logs in.",
        "\"minLength\": 3",
        "1e+400",
        "\"sometimes\"",
        "\"disable\"",
        "#/$defs/host",
        "A token.",
    ] {
        assert!(pulled.contains(kept), "{kept}: {pulled}");
    }
    assert!(!pulled.contains("canary") && !pulled.contains("acme") && !pulled.contains("\"gone\""), "{pulled}");
    let pulled: serde_json::Value = serde_json::from_str(&pulled).expect("JSON");
    assert_eq!(pulled["required"].to_string(), r#"["username","host","new"]"#, "what is optional by hand stays so");
    assert_eq!(pulled["properties"]["port"]["type"].to_string(), r#"["integer","string"]"#);

    // Pulling again changes nothing, even if the layout of the file differs.
    let compact = pulled.to_string();
    session.application.write("pull-merged/secrets/pulled.json", &compact);
    let again = session.run("pull --type Pulled").ended(0);
    assert_eq!(again, "unchanged  pull-merged/secrets/pulled.json  pull/merged\n");
    assert_eq!(session.read("pull-merged/secrets/pulled.json"), compact);
}

/// Keys may contain control characters, which must not reach the terminal.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_shown_without_what_a_terminal_obeys() {
    let session = session("escaped", r#"{"username": "x", "k\u001b[31m\u202e": 1, "grün": 2}"#).await;
    session
        .application
        .write("pull-escaped/secrets/pulled.json", r#"{"type": "object", "properties": {}, "required": []}"#);
    let written = session.run("pull --type Pulled").ended(0);
    assert!(written.contains("  k\\u{1b}[31m\\u{202e}: new, an integer\n  grün: new, an integer\n"), "{written}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_file_of_a_secret_is_pulled_without_a_program() {
    let session = session("first", r#"{"username": "x", "port": 100.0e-2}"#).await;
    session.source("no Rust at all");
    let pulled = session.run("pull --id pull/first --schema pull-first/secrets/first.json").ended(0);
    assert_eq!(pulled, "written    pull-first/secrets/first.json  pull/first\n");
    let file: serde_json::Value = serde_json::from_str(&session.read("pull-first/secrets/first.json")).expect("JSON");
    assert_eq!(file["properties"].to_string(), r#"{"username":{"type":"string"},"port":{"type":"integer"}}"#);
    session.run("pull --id pull/first").ended(2);
}

/// A pull recompiles only crates that have a schema.
#[tokio::test(flavor = "multi_thread")]
async fn only_crates_with_a_schema_are_built_anew() {
    let session = session("anew", r#"{"username": "x", "tenants": {}, "hosts": []}"#).await;
    session.source(&SOURCE.replace("NAME", "anew").replace("looks: u8", "looks: String"));
    session.run("pull").ended(0);
    let built = |what: &str| {
        let output = session.application.cargo("build --verbose -p pull-anew");
        let said = String::from_utf8(output.stderr).expect("text");
        assert!(output.status.success(), "{what}: {said}");
        let compiled = said.lines().filter(|line| line.trim_start().starts_with("Compiling "));
        compiled.map(|line| line.split_whitespace().nth(1).unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(built("after a pull"), ["pull-anew"], "and none of what it depends on");
    assert_eq!(built("again"), [""; 0]);
    session.run("pull").ended(0);
    assert_eq!(built("after another"), ["pull-anew"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_on_standard_input_takes_the_secrets_place() {
    let session = session("given", "{}").await.with("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let refused = session.run_with("pull --from -", "{}");
    let said = "error: one document is given, and 2 schema files are chosen\n\
                help: choose with `--type` the type of one of them: pull-given/secrets/other.json, pull-given/secrets/pulled.json\n";
    assert!(refused.stderr.ends_with(said), "{}", refused.stderr);
    assert_eq!(refused.ended(2), "");
    let written = session.run_with("pull --type Pulled --from -", r#"{"username": "x"}"#).ended(0);
    assert_eq!(written, "written    pull-given/secrets/pulled.json  pull/given\n");
    let refused = session.run_with("pull --type Pulled --from -", r#"{"username": canary}"#);
    assert!(!refused.shown().contains("canary"), "{refused:?}");
    refused.ended(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_told_and_the_rest_is_pulled() {
    let session = session("partly", r#"{"username": "x"}"#).await;
    session.emulator.client().delete_secret().secret_id("pull/partly/other").send().await.expect("deleted");
    let ran = session.run("pull");
    assert!(ran.stderr.contains("secret \"pull/partly/other\" is marked for deletion"), "{}", ran.stderr);
    assert_eq!(
        ran.ended(2),
        "unknown    pull-partly/secrets/other.json   pull/partly/other\nwritten    pull-partly/secrets/pulled.json  pull/partly\n"
    );
    session.application.write("pull-partly/secrets/pulled.json", "{\"a\": ");
    let ran = session.run("pull --type Pulled --format json");
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let error = &document["results"][0]["errors"][0];
    let message = error["message"].as_str().expect("text");
    assert!(message.ends_with("is not JSON: EOF while parsing a value at line 1 column 6"), "{message}");
    assert!(error["help"].as_str().is_some_and(|help| help.starts_with("correct it")), "{error}");
    assert!(ran.ended(2).contains("\"status\": \"unknown\""));
    assert_eq!(session.read("pull-partly/secrets/pulled.json"), "{\"a\": ", "what cannot be read is not replaced");
    let left: Vec<_> =
        std::fs::read_dir(session.application.root().join("pull-partly/secrets")).expect("there").flatten().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}
