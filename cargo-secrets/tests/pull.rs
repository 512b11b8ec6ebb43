//! `pull`: what it writes, what it leaves alone, and what it says of it.

mod support;

use support::Session;

const SOURCE: &str = r#"
use std::collections::HashMap;

#[derive(Secret)]
#[secret(id = "pull/NAME", schema = "secrets/pulled.json")]
struct Pulled { tenants: HashMap<String, Tenant>, hosts: Vec<String>, #[secret(flatten)] db: Db }

#[derive(Secret)]
struct Tenant { token: String }

#[derive(Secret)]
struct Db { username: String }

mod elsewhere {
    #[derive(Secret)]
    #[secret(id = "pull/NAME/text", schema = "secrets/text.json", text)]
    struct Text(String);
}

#[derive(Secret)]
#[secret(id = "no/schema")]
struct NoSchema {}
"#;

/// Source that no compiler accepts, beside one that no parser does.
async fn session(name: &str, text: &str) -> Session {
    let session = Session::new(&format!("pull-{name}"), "orders");
    session.source(&SOURCE.replace("NAME", name));
    session.emulator.create(&format!("pull/{name}"), text).await;
    session.emulator.create(&format!("pull/{name}/text"), r#"{"looks": "like JSON"}"#).await;
    session
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_a_map_holds_are_not_written() {
    let text = r#"{"tenants": {"acme": {"token": "x"}, "umbrella": {"token": "y", "level": 3}}, "hosts": ["a", null], "username": "u"}"#;
    let session = session("maps", text).await;
    session.run("pull").ended(0);
    let pulled = session.read("orders/secrets/pulled.json");
    assert!(!pulled.contains("acme") && !pulled.contains("umbrella"), "{pulled}");
    let pulled: serde_json::Value = serde_json::from_str(&pulled).expect("JSON");
    let tenants = &pulled["properties"]["tenants"];
    assert_eq!(
        tenants.to_string(),
        r#"{"type":"object","additionalProperties":{"type":"object","properties":{"token":{"type":"string"},"level":{"type":"integer"}},"required":["token"]}}"#
    );
    assert_eq!(pulled["properties"]["hosts"].to_string(), r#"{"type":"array","items":{"type":["string","null"]}}"#);
    assert_eq!(pulled["required"].to_string(), r#"["tenants","hosts","username"]"#);
    let text: serde_json::Value = serde_json::from_str(&session.read("orders/secrets/text.json")).expect("JSON");
    assert_eq!(text["type"], "string");
    assert_eq!(text.get("properties"), None);
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
    session.application.write("orders/secrets/pulled.json", BY_HAND);
    let written = session.run("pull --type Pulled").ended(0);
    assert_eq!(
        written,
        "written    orders/secrets/pulled.json  pull/merged\n\
        \x20 gone: gone\n\
        \x20 tenants.*: was a string, is an object\n\
        \x20 new: new, a boolean\n"
    );
    let pulled = session.read("orders/secrets/pulled.json");
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

    // A second time, and in another layout, nothing changes.
    let compact = pulled.to_string();
    session.application.write("orders/secrets/pulled.json", &compact);
    let again = session.run("pull --type Pulled").ended(0);
    assert_eq!(again, "unchanged  orders/secrets/pulled.json  pull/merged\n");
    assert_eq!(session.read("orders/secrets/pulled.json"), compact);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_breaks_what_people_wrote_is_told_without_its_value() {
    let text = r#"{"username": "Xq", "port": 1, "mode": "canary", "host": "canary"}"#;
    let session = session("broken", text).await;
    session.application.write("orders/secrets/pulled.json", BY_HAND);
    let written = session.run("pull --type Pulled").ended(1);
    assert!(!written.contains("canary") && !written.contains("Xq"), "{written}");
    assert!(written.contains("username: expected a string of at least 3 characters, found one of another length: as the file says by hand\n"), "{written}");
    assert!(
        written.contains("mode: expected \"disable\" or \"require\", found another string: as the file says by hand\n"),
        "{written}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_on_standard_input_takes_the_secrets_place() {
    let session = session("given", "{}").await.with("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let refused = session.run_with("pull --from -", "{}");
    assert_eq!(
        refused.stderr,
        "error: one document, and 2 schema files\nhelp: choose the type whose secret it is: `--type OrdersDb`\n"
    );
    assert_eq!(refused.ended(2), "");
    let written = session.run_with("pull --type Pulled --from -", r#"{"username": "x"}"#).ended(0);
    assert_eq!(written, "written    orders/secrets/pulled.json  pull/given\n");
    let refused = session.run_with("pull --type Pulled --from -", r#"{"username": canary}"#);
    assert!(!refused.shown().contains("canary"), "{refused:?}");
    refused.ended(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_told_and_the_rest_is_pulled() {
    let session = session("partly", r#"{"username": "x"}"#).await;
    session.application.write("orders/src/broken.rs", "fn canary( {");
    session.emulator.client().delete_secret().secret_id("pull/partly/text").send().await.expect("deleted");
    let ran = session.run("pull");
    assert!(ran.stderr.contains("orders/src/broken.rs:1:12 is no Rust"), "{}", ran.stderr);
    assert!(ran.stderr.contains("secret \"pull/partly/text\" is marked for deletion"), "{}", ran.stderr);
    assert_eq!(
        ran.ended(2),
        "written    orders/secrets/pulled.json  pull/partly\nunknown    orders/secrets/text.json    pull/partly/text\n"
    );
    session.application.remove("orders/src/broken.rs");
    session.application.write("orders/secrets/pulled.json", "{\"a\": ");
    let ran = session.run("pull --type Pulled --format json");
    assert!(
        ran.stderr.contains("is not JSON: its syntax breaks at line 1, column 6\nhelp: correct it"),
        "{}",
        ran.stderr
    );
    assert!(ran.ended(2).contains("\"status\": \"unknown\""));
    assert_eq!(session.read("orders/secrets/pulled.json"), "{\"a\": ", "what cannot be read is not replaced");
    let left: Vec<_> =
        std::fs::read_dir(session.application.root().join("orders/secrets")).expect("there").flatten().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}
