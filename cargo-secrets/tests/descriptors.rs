//! Descriptor files: what a program declares, without the program.

use std::fs;
use std::path::Path;

use crate::support::Session;

const SOURCE: &str = r#"
use std::collections::BTreeMap;
use secrets_runtime::{Secret, SecretString, Secrets, source::Memory};

/// Every kind of shape and rule that an entry can hold.
#[derive(Secret)]
#[secret(id = "{APP_ENV}/described/db")]
#[expect(dead_code)]
struct Db {
    #[secret(length(min = 1, max = 63), pattern = "u.*")]
    username: String,
    #[secret(length(min = 12), alias = "pass")]
    password: SecretString,
    #[secret(default = 5432, range(1..=65535))]
    port: u16,
    #[secret(range(0.5..), strict)]
    weight: Option<f64>,
    #[secret(base64(url))]
    key: Option<Vec<u8>>,
    #[secret(from_str)]
    address: Option<std::net::IpAddr>,
    #[secret(each(length(max = 9)), length(max = 3))]
    hosts: Vec<String>,
    labels: BTreeMap<String, (bool, i64)>,
    login: Login,
}

#[derive(Secret)]
#[secret(tag = "kind", deny_unknown_fields)]
#[expect(dead_code)]
enum Login { Password, Key { file: String } }

#[derive(Secret)]
#[secret(id = "described/token", stage = "AWSPREVIOUS", text)]
#[expect(dead_code)]
struct Token(String);

fn main() {
    let secrets = Secrets::new(Memory::new());
    drop(secrets.live::<Db>());
    drop(secrets.live::<Token>());
    drop(secrets.load_from::<BTreeMap<String, String>>("labels"));
}
"#;

const GOOD: &str =
    r#"{"username": "u", "password": "0123456789ab", "hosts": [], "labels": {}, "login": {"kind": "Password"}}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_answers_what_the_program_answers() {
    let session = Session::new("described", "described").with("APP_ENV", "files");
    session.source(SOURCE);
    session.built("program");
    session.emulator.create("files/described/db", GOOD).await;
    session.emulator.create("described/token", "t-1").await;
    session.put("described/token", "t-2").await;

    assert_eq!(session.run("describe --bin program kept/orders.descriptor.json").ended(0), "");
    let written = session.read("kept/orders.descriptor.json");
    assert_eq!(session.run("describe --bin program").ended(0), written, "on standard output");
    let json = session.run("describe --bin program --format json").ended(0);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["results"][0], serde_json::from_str::<serde_json::Value>(&written).expect("JSON"));
    assert!(written.contains(r#""id": "{APP_ENV}/described/db""#) && !written.contains("program"), "{written}");

    let commands = [
        ("list", ""),
        ("schema", ""),
        ("template", ""),
        ("policy", "--region eu-central-1 --account 123456789012"),
        ("check", "--type Db --type Token"),
        ("check", "--type Db --file - --format json"),
    ];
    for (command, options) in commands {
        let by = |programs: &str| session.run_with(&format!("{command} {programs} {options}"), GOOD);
        let of_the_program = by("--bin program");
        assert_eq!(of_the_program.status, Some(0), "{}", of_the_program.shown());
        for programs in [
            "--descriptors kept/orders.descriptor.json",
            "--descriptors kept",
            "--descriptors kept --descriptors kept/orders.descriptor.json",
        ] {
            let of_the_file = by(programs).shown().replace("kept/orders.descriptor.json", "program");
            assert_eq!(of_the_file, of_the_program.shown(), "{command} {programs}");
        }
    }
    // A file and a program are held against one secret, each under its own name.
    session.source(&SOURCE.replace("min = 12", "min = 20"));
    session.built("newer");
    let both = session.run_with("check --descriptors kept --bin newer --type Db --file -", GOOD).ended(1);
    assert!(both.contains("  described::Db in newer\n    password: expected a string of at least 20"), "{both}");
    // The file of a file is the same file.
    assert_eq!(session.run("describe --descriptors kept").ended(0), written);
    // One type alone.
    let token = session.run("describe --bin program --type Token").ended(0);
    assert!(token.contains("described::Token") && !token.contains("described::Db"), "{token}");
}

/// The files of `descriptors/` were written by the versions that are in their names.
#[tokio::test(flavor = "multi_thread")]
async fn every_file_that_was_ever_written_is_read() {
    let session = Session::new("described-before", "described-before").with("APP_ENV", "before");
    let files = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/descriptors")).expect("a directory");
    let files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    assert!(!files.is_empty());
    for file in files {
        let file = file.display();
        let listed = session.run(&format!("list --descriptors {file}"));
        assert_eq!(listed.stderr, "", "{file}");
        assert_eq!(
            listed.ended(0),
            "\
ID                             TYPE              PACKAGE          KEYS
(given at run time)            BTreeMap          -                (any)
described/token (AWSPREVIOUS)  described::Token  described 1.2.3  (text)
{APP_ENV}/described/db         described::Db     described 1.2.3  username, password?, pass?, port?, weight?, key?, address?, hosts, labels, login
"
        );
        let check = format!("check --descriptors {file} --type Db --file -");
        session.run_with(&check, GOOD).ended(0);
        let bad = GOOD.replace("0123456789ab", "short").replace(r#""hosts": []"#, r#""hosts": ["0123456789"]"#);
        let refused = session.run_with(&check, &bad).ended(1);
        for said in ["password: expected a string of at least 12", "hosts[0]: expected a string of at most 9"] {
            assert!(refused.contains(said), "{refused}");
        }
    }
}

#[test]
fn what_is_no_descriptor_file_is_told_and_the_remedies_work() {
    let session = Session::new("described-not", "described-not");
    session.source(SOURCE);
    session.built("program");
    session.run("describe --bin program good.descriptor.json").ended(0);
    let good = session.read("good.descriptor.json");
    let write = |path: &str, text: &str| session.application.write(path, text);
    write("text.descriptor.json", "no JSON");
    write("other.descriptor.json", r#"{"name": "a package"}"#);
    write("later.descriptor.json", &good.replace("\"descriptor\": 1", "\"descriptor\": 2"));
    write("letters.descriptor.json", &good.replacen("\"entry\": \"", "\"entry\": \"?", 1));
    // The first letters are the magic, the last ones the payload.
    let end = good.find("=\"").or_else(|| good.find("\"\n    }")).expect("an entry");
    write("flipped.descriptor.json", &format!("{}AAAA{}", &good[..end - 8], &good[end - 4..]));
    write("empty.descriptor.json", r#"{"descriptor": 1, "declarations": []}"#);
    let _ = fs::remove_dir_all(session.application.root().join("directory"));
    write("directory/notes.json", "{}");
    let describe = "help: write one with `cargo secrets describe --bin PROGRAM <program>.descriptor.json`\n";
    let again = "help: copy the file again, or write it again with `cargo secrets describe`\n";
    for (path, said, help) in [
        ("nowhere", "cannot read nowhere: No such file or directory (os error 2)", describe),
        ("text.descriptor.json", "text.descriptor.json is not a descriptor file", describe),
        ("other.descriptor.json", "other.descriptor.json is not a descriptor file", describe),
        ("program", "cannot read program: stream did not contain valid UTF-8", describe),
        (
            "later.descriptor.json",
            "later.descriptor.json was written by a later version of cargo-secrets",
            "help: update cargo-secrets\n",
        ),
        ("letters.descriptor.json", "letters.descriptor.json is damaged: an entry is not base64", again),
        (
            "flipped.descriptor.json",
            "cannot tell which secrets flipped.descriptor.json loads: the entry at byte",
            again,
        ),
        ("empty.descriptor.json", "empty.descriptor.json says nothing of secrets that it loads", "help: call `load`"),
        ("directory", "directory has no file *.descriptor.json", describe),
    ] {
        let ran = session.run(&format!("list --descriptors {path}"));
        assert!(ran.stderr.starts_with(&format!("error: {said}")), "{path}: {}", ran.stderr);
        assert!(ran.stderr.contains(help), "{path}: {}", ran.stderr);
        assert_eq!(ran.status, Some(2));
    }
    session.run("describe --bin program directory/program.descriptor.json").ended(0);
    session.run("list --descriptors directory").ended(0);
    session.run("describe --bin program flipped.descriptor.json").ended(0);
    session.run("list --descriptors flipped.descriptor.json").ended(0);
    let built = session.run("list --descriptors directory --release");
    assert!(built.stderr.contains("cannot be used with"), "{}", built.stderr);
}
