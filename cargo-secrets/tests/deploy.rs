//! A secret is changed in steps: stage, promote, roll back.

use std::collections::BTreeMap;

use serde_json::Value;

use secrets_tests::{Proxy, Reply};

use crate::support::Session;

const SOURCE: &str = r#"
use secrets_runtime::{Secret, SecretString, Secrets, source::Memory};

#[derive(Secret)]
#[secret(id = "{APP_ENV}/deploy/api")]
#[expect(dead_code)]
struct Api {
    #[secret(length(min = 12))]
    key: SecretString,
    url: String,
}

fn main() {
    drop(Secrets::new(Memory::new()).live::<Api>());
}
"#;

const OLD: &str = r#"{"key": "canary-old-key", "url": "https://api.test"}"#;
const NEW: &str = r#"{"key": "canary-new-key", "url": "https://api.test", "canary-other": 1}"#;

/// A secret with one version, and a program that reads it.
async fn session(name: &'static str) -> Session {
    let session = Session::new(name, name).with("APP_ENV", name);
    session.source(SOURCE);
    session.built("program");
    session.emulator.create(&format!("{name}/deploy/api"), OLD).await;
    session
}

/// The version of each label.
fn labels(session: &Session, id: &str) -> BTreeMap<String, String> {
    let history = session.run(&format!("history {id} --format json")).ended(0);
    let history: Value = serde_json::from_str(&history).expect("JSON");
    let versions = history["results"].as_array().expect("versions").iter();
    let labels = versions.flat_map(|version| {
        let id = version["version_id"].as_str().expect("an id").to_owned();
        let labels = version["labels"].as_array().expect("labels").clone();
        labels.into_iter().map(move |label| (label.as_str().expect("a label").to_owned(), id.clone()))
    });
    labels.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_staged_promoted_and_rolled_back_each_step_once() {
    let session = session("steps").await;
    let id = "steps/deploy/api";
    let before = labels(&session, id);
    let old = before["AWSCURRENT"].clone();
    assert_eq!(before.len(), 1);
    let stage = |document: &str, options: &str| {
        let ran = session.run_with(&format!("stage {id} --file - --bin program {options}"), document);
        assert!(!ran.shown().contains("canary"), "{}", ran.shown());
        ran
    };
    let run = |arguments: &str| {
        let ran = session.run(arguments);
        assert!(!ran.shown().contains("canary"), "{}", ran.shown());
        ran
    };

    let refused = stage(r#"{"key": "canary", "url": "https://api.test"}"#, "").ended(1);
    assert!(refused.contains("  key: expected a string of at least 12 characters, found a shorter one"), "{refused}");
    let same = stage(OLD, "");
    assert!(same.stderr.contains("note: the current version holds this document already"), "{}", same.stderr);
    same.ended(0);
    let dry = stage(NEW, "--dry-run").ended(0);
    assert!(
        dry.contains("would stage") && dry.contains("  changes key and one key that no program declares\n"),
        "{dry}"
    );
    assert_eq!(labels(&session, id), before, "nothing was stored");

    let staged = stage(NEW, "").ended(0);
    assert!(
        staged.contains("staged        arn:aws:secretsmanager:eu-central-1:123456789012:secret:steps/deploy/api-"),
        "{staged}"
    );
    let after = labels(&session, id);
    let new = after["CARGO_CANDIDATE"].clone();
    assert!(staged.contains(&format!("  version {new}\n")), "{staged}");
    assert_eq!((after.len(), &after["AWSCURRENT"]), (2, &old));
    stage(NEW, "").ended(0);
    assert_eq!(labels(&session, id), after, "the same document is the same version");

    let asks = run(&format!("promote {id} --bin program"));
    assert!(asks.stderr.contains(&format!("moves from version {old} to {new}; judged by program")), "{}", asks.stderr);
    assert!(
        asks.stderr.contains("error: there is no terminal to ask for confirmation\nhelp: give --yes, or"),
        "{}",
        asks.stderr
    );
    asks.ended(2);
    let dry = run(&format!("promote {id} --bin program --dry-run")).ended(0);
    assert!(dry.contains("would promote"), "{dry}");
    assert_eq!(labels(&session, id), after, "nothing was moved");

    let promoted = run(&format!("promote {id} --bin program --yes")).ended(0);
    assert!(promoted.contains(&format!("  from {old}\n  to {new}\n")), "{promoted}");
    let after = labels(&session, id);
    for (label, version) in
        [("AWSCURRENT", &new), ("CARGO_CANDIDATE", &new), ("AWSPREVIOUS", &old), ("CARGO_LAST_GOOD", &old)]
    {
        assert_eq!(&after[label], version, "{label}");
    }
    assert!(run(&format!("promote {id} --bin program --yes")).ended(0).contains("is current"));
    assert_eq!(labels(&session, id), after);

    let back = run(&format!("rollback {id} --bin program --yes"));
    assert!(back.stderr.contains("note: programs that read the previous version go on accepting"), "{}", back.stderr);
    assert!(back.ended(0).contains("rolled back"));
    let after = labels(&session, id);
    for (label, version) in [("AWSCURRENT", &old), ("AWSPREVIOUS", &new), ("CARGO_LAST_GOOD", &old)] {
        assert_eq!(&after[label], version, "{label}");
    }
    assert!(!after.contains_key("CARGO_CANDIDATE"), "it is not promoted again by chance");
    assert!(run(&format!("rollback {id} --bin program --yes")).ended(0).contains("is current"));
    let none = run(&format!("promote {id} --bin program --yes"));
    assert!(none.stderr.contains("is staged\nhelp: stage one with `cargo secrets stage`"), "{}", none.stderr);
    none.ended(2);
    let again = run(&format!("promote {id} --bin program --yes --version-id {new} --format json")).ended(0);
    let again: Value = serde_json::from_str(&again).expect("JSON");
    let last = again["results"].as_array().and_then(|results| results.last()).expect("a result");
    assert_eq!((&last["status"], &last["version_id"]), (&"promoted".into(), &new.as_str().into()), "{again}");
    let text = session
        .emulator
        .client()
        .get_secret_value()
        .secret_id(id)
        .version_stage("AWSCURRENT")
        .send()
        .await
        .expect("there");
    assert_eq!(text.secret_string(), Some(NEW));

    // Something else changes the secret: what to go back to is not guessed.
    let client = session.emulator.client();
    let put =
        client.put_secret_value().secret_id(id).secret_string(NEW.replace("new", "console")).version_stages("OTHER");
    let other = put.send().await.expect("put").version_id.expect("a version");
    let current = client.update_secret_version_stage().secret_id(id).version_stage("AWSCURRENT");
    current.move_to_version_id(other).remove_from_version_id(&new).send().await.expect("moved");
    let unclear = run(&format!("rollback {id} --bin program --yes"));
    let choose = format!("help: choose with --to: {old} was replaced by `promote`, {new} by the last change\n");
    assert!(unclear.stderr.contains(&choose), "{}", unclear.stderr);
    unclear.ended(2);
    run(&format!("rollback {id} --bin program --yes --to {new}")).ended(0);
    assert_eq!(labels(&session, id)["AWSCURRENT"], new);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_a_program_is_not_promoted_and_nothing_is_changed_during_a_rotation() {
    let session = session("unfit").await;
    let id = "unfit/deploy/api";
    let client = session.emulator.client();
    session.run_with(&format!("stage {id} --file - --bin program"), NEW).ended(0);
    // Another program needs more.
    session.source(&SOURCE.replace("min = 12", "min = 20"));
    session.built("newer");
    let before = labels(&session, id);
    let refused = session.run(&format!("promote {id} --bin program --bin newer --yes")).ended(1);
    assert!(refused.contains("unfit::Api in newer\n    key: expected a string of at least 20"), "{refused}");
    let refused = session.run(&format!("rollback {id} --bin newer --yes --to {}", before["AWSCURRENT"])).ended(0);
    assert!(refused.contains("is current"), "{refused}");
    assert_eq!(labels(&session, id), before);

    let put = client.put_secret_value().secret_id(id).secret_string(OLD).version_stages("AWSPENDING");
    put.send().await.expect("a rotation begins");
    let wait = "help: wait until it ends, or give --during-rotation if it is stuck";
    for command in ["stage --file -", "promote --yes", "rollback --yes"] {
        let ran = session.run_with(&format!("{command} {id} --bin program"), NEW);
        assert!(ran.stderr.contains("a rotation of") && ran.stderr.contains(wait), "{command}: {}", ran.stderr);
        ran.ended(2);
    }
    session.run(&format!("promote {id} --bin program --yes --during-rotation")).ended(0);
    let after = labels(&session, id);
    assert_eq!(after["AWSCURRENT"], before["CARGO_CANDIDATE"]);
    // A staged version stays staged when another one is taken back.
    session
        .run_with(&format!("stage {id} --file - --bin program --during-rotation"), &NEW.replace("new", "later"))
        .ended(0);
    let staged = labels(&session, id)["CARGO_CANDIDATE"].clone();
    session.run(&format!("rollback {id} --bin program --yes --during-rotation")).ended(0);
    assert_eq!(labels(&session, id)["CARGO_CANDIDATE"], staged);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_it_from_changing_a_secret_has_its_remedy() {
    let session = session("obstacles").await;
    let id = "obstacles/deploy/api";
    let client = session.emulator.client();
    let told = |arguments: &str, said: &str| {
        let ran = session.run_with(arguments, NEW);
        assert!(ran.stderr.contains(said), "{arguments}: {}", ran.stderr);
        ran.ended(2);
    };
    told(
        "promote unheard/deploy/api --var APP_ENV=unheard --bin program",
        "there is no such secret\nhelp: give a name or an ARN that exists",
    );
    let listed = session.run(&format!("history {id}")).ended(0);
    assert!(listed.starts_with("VERSION ") && listed.contains("  AWSCURRENT  20"), "{listed}");
    // A secret of the same name in another account: the program does not read it.
    let elsewhere =
        SOURCE.replace("{APP_ENV}/deploy", "arn:aws:secretsmanager:eu-central-1:999999999999:secret:obstacles/deploy");
    session.source(&elsewhere);
    session.built("elsewhere");
    told(
        &format!("stage {id} --bin elsewhere --file -"),
        "help: give the programs that read this secret, with --bin or --descriptors",
    );
    told(&format!("rollback {id} --bin program --yes"), "help: choose a version of `cargo secrets history` with --to");
    let current = labels(&session, id)["AWSCURRENT"].clone();
    told(
        &format!("promote {id} --bin program --yes --version-id none"),
        &format!("help: its versions are {current}\n"),
    );
    session.run(&format!("promote {id} --bin program --yes --version-id {current}")).ended(0);
    session.run(&format!("rollback {id} --bin program --yes --to {current}")).ended(0);

    client.create_secret().name("vacant/deploy/api").send().await.expect("created");
    let typed = "--bin program --var APP_ENV=vacant --file -";
    told(
        &format!("stage vacant/deploy/api {typed}"),
        "help: store the first one with `aws secretsmanager put-secret-value`",
    );
    session.put("vacant/deploy/api", OLD).await;
    session.run_with(&format!("stage vacant/deploy/api {typed}"), NEW).ended(0);
    // Killed after its first call, `promote` goes on where it stopped.
    session.run_with(&format!("stage {id} --file - --bin program"), NEW).ended(0);
    let label = client.update_secret_version_stage().secret_id(id).version_stage("CARGO_LAST_GOOD");
    label.move_to_version_id(&current).send().await.expect("moved");
    session.run(&format!("promote {id} --bin program --yes")).ended(0);
    let after = labels(&session, id);
    assert_eq!((&after["CARGO_LAST_GOOD"], &after["AWSCURRENT"]), (&current, &after["CARGO_CANDIDATE"]));

    let user = "User: arn:aws:iam::123456789012:user/jane is not authorized to perform: secretsmanager:DescribeSecret";
    let denied = Proxy::answering(Reply::error(
        400,
        "AccessDeniedException",
        &format!("{user} with an explicit deny in a service control policy"),
    ))
    .await;
    let session = session.with("AWS_ENDPOINT_URL", &denied.endpoint());
    let ran = session.run(&format!("promote {id} --bin program --yes"));
    for said in [
        "access is denied to arn:aws:iam::123456789012:user/jane by an explicit deny in a service control policy",
        "help: remove the deny of secretsmanager:DescribeSecret on obstacles/deploy/api from the service control policy",
    ] {
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    ran.ended(2);
}

#[test]
fn standard_input_alone_brings_a_document() {
    let session = Session::new("inputs", "inputs");
    let told = |arguments: &str, said: &str| {
        let ran = session.run_with(arguments, NEW);
        assert!(ran.stderr.contains(said), "{arguments}: {}", ran.stderr);
        ran.ended(2);
    };
    let id = "inputs/deploy/api";
    told(&format!("stage {id} --bin program --file text.json"), "error: invalid value 'text.json' for '--file <->'");
}
