//! What a type declares can be read in the binary, however it was built.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use object::read::archive::ArchiveFile;
use object::{Object, ObjectSection};
use secrets_tests::Application;
use serde_json::Value;

/// A program, a library that it uses and whose type nobody does, and one that it only depends on.
static APPLICATION: LazyLock<Application> = LazyLock::new(|| {
    let application = Application::new(Path::new(env!("CARGO_TARGET_TMPDIR")), "descriptor");
    application.write("Cargo.toml", WORKSPACE);
    application.package("orders", &["shared", "unnamed"]);
    application.write("orders/src/main.rs", PROGRAM);
    application.package("shared", &[]);
    application.write("shared/src/lib.rs", SHARED);
    application
        .write("shared/mail.schema.json", r#"{"properties": {"token": {"type": "string"}}, "required": ["token"]}"#);
    application.package("unnamed", &[]);
    application.write("unnamed/src/lib.rs", UNNAMED);
    application
});

/// Two ways to build the dependencies in release, so that each is built once: with machine code, and for `lto`.
const WORKSPACE: &str = r#"[workspace]
resolver = "3"
members = ["orders", "shared", "unnamed"]

[profile.dev]
debug = false

[profile.release.package."*"]
opt-level = 1

[profile.lto]
inherits = "release"
lto = true
"#;

const PROGRAM: &str = r#"
mod db {
    #[derive(secrets_runtime::Secret)]
    #[secret(id = "{APP_ENV}/orders/db", stage = "AWSPREVIOUS")]
    #[expect(dead_code)]
    /// Says nothing to tools.
    pub(crate) struct OrdersDb { username: String, #[secret(public, default = 5432)] port: u16 }
}

#[derive(secrets_runtime::Secret)]
#[secret(id = "orders/key", text)]
#[expect(dead_code)]
struct r#Key(String);

fn main() {
    let loaded = <db::OrdersDb as secrets_runtime::Secret>::from_json("{}");
    println!("{:?} {}", loaded.is_ok(), shared::used());
}
"#;

const SHARED: &str = r#"
pub fn used() -> u32 { std::process::id() }

pub mod mail {
    #[derive(secrets_runtime::Secret)]
    #[secret(id = "shared/mail", schema = "mail.schema.json")]
    pub struct Mail { pub token: String }
}
"#;

const UNNAMED: &str = r#"
#[derive(secrets_runtime::Secret)]
#[secret(id = "unnamed")]
pub struct Unnamed { pub token: String }
"#;

/// The entries of a binary, of an object file or of each in an archive.
fn entries(path: &Path) -> Vec<Value> {
    let file = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let Ok(archive) = ArchiveFile::parse(&*file) else { return entries_of_object(&file) };
    let members = archive.members().filter_map(|member| member.ok()?.data(&*file).ok());
    members.flat_map(entries_of_object).collect()
}

fn entries_of_object(file: &[u8]) -> Vec<Value> {
    const MAGIC: &str = "secrets-descriptor/1 ";
    let Ok(object) = object::File::parse(file) else { return Vec::new() };
    let sections = object.sections().filter(|section| section.name() == Ok("secrets_rs"));
    let text: String =
        sections.filter_map(|section| Some(String::from_utf8_lossy(section.data().ok()?).into_owned())).collect();
    let entry = |rest: &str| {
        let (length, json) = rest.split_once('\n').expect("a line");
        serde_json::from_str(&json[..length.parse::<usize>().expect("a length")]).expect("JSON")
    };
    text.split(MAGIC).skip(1).map(entry).collect()
}

fn types(entries: &[Value]) -> BTreeSet<&str> {
    entries.iter().filter_map(|entry| entry["type"].as_str()).collect()
}

/// Builds, and reads what was built.
fn built(arguments: &str, file: &str) -> Vec<Value> {
    let output = APPLICATION.cargo(arguments);
    assert!(output.status.success(), "cargo {arguments}\n{}", String::from_utf8_lossy(&output.stderr));
    let entries = entries(&APPLICATION.target().join(file));
    println!("cargo {arguments}: {} in {file}", entries.len());
    entries
}

#[test]
fn every_linked_type_is_in_the_binary_however_it_is_built() {
    let builds = [
        ("build -p orders", "debug/orders"),
        ("rustc -p orders --release -- -C codegen-units=16", "release/orders"),
        ("rustc -p orders --release -- -C codegen-units=1", "release/orders"),
        ("rustc -p orders --release -- -C strip=symbols", "release/orders"),
        ("rustc -p orders --profile lto -- -C lto=thin -C codegen-units=16", "lto/orders"),
        ("rustc -p orders --profile lto -- -C lto=fat -C codegen-units=16", "lto/orders"),
        ("rustc -p orders --profile lto -- -C lto=fat -C codegen-units=1 -C strip=symbols", "lto/orders"),
    ];
    for (arguments, file) in builds {
        let entries = built(arguments, file);
        // Not `unnamed`: what no code names is not linked.
        let expected = BTreeSet::from(["orders::Key", "orders::db::OrdersDb", "shared::mail::Mail"]);
        assert_eq!((types(&entries), entries.len()), (expected, 3), "{arguments}");
    }
}

#[test]
fn a_workspace_of_libraries_is_read_from_what_it_builds() {
    let builds = [
        ("build -p shared", "debug/libshared.rlib"),
        ("build -p shared --release", "release/libshared.rlib"),
        ("rustc -p shared --crate-type cdylib", "debug/libshared.so"),
        ("rustc -p shared --release --crate-type cdylib -- -C strip=symbols", "release/libshared.so"),
    ];
    for (arguments, file) in builds {
        let entries = built(arguments, file);
        assert_eq!(types(&entries), BTreeSet::from(["shared::mail::Mail"]), "{arguments}");
    }
}

#[test]
fn an_entry_says_what_the_type_declares() {
    let entries = built("build -p orders", "debug/orders");
    let entry = |name: &str| entries.iter().find(|entry| entry["type"] == name).expect("is there");
    let db = entry("orders::db::OrdersDb");
    assert_eq!((&db["id"], &db["stage"]), (&"{APP_ENV}/orders/db".into(), &"AWSPREVIOUS".into()));
    assert_eq!((&db["package"], &db["version"]), (&"orders".into(), &"1.2.3".into()));
    assert_eq!((&db["format"], &db["schema"]), (&"json".into(), &Value::Null));
    assert_eq!(db["json_schema"]["required"], serde_json::json!(["username"]));
    assert!(!db.to_string().contains("Says nothing"), "{db}");
    let key = entry("orders::Key");
    assert_eq!((&key["format"], &key["json_schema"]["type"]), (&"text".into(), &"string".into()));
    assert_eq!(entry("shared::mail::Mail")["schema"], "mail.schema.json");
}
