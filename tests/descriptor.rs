//! A binary contains entries for exactly the types that it loads, however it was built.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use secrets_shape::shape::Shape;
use secrets_shape::wire::{Declaration, Format, TextFormat};
use secrets_tests::Application;

#[allow(dead_code, reason = "the command uses all of it")]
#[path = "../cargo-secrets/src/entries.rs"]
mod entries;

/// A program that links three types of its own, two of another crate, and one from a crate that is only a dependency.
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

/// Two profiles, so that macros are built rarely. Builds for size and with `lto` change the release profile.
const WORKSPACE: &str = r#"[workspace]
resolver = "3"
members = ["orders", "shared", "unnamed"]

[profile.dev]
debug = false

[profile.release.package."*"]
opt-level = 0
"#;

const SMALL: &str = r#"build -p orders --release --config profile.release.opt-level="s" --config profile.release.codegen-units=16 --config profile.release.panic="abort""#;

/// The uncalled functions that load secrets are too large to be inlined into callers.
const PROGRAM: &str = r#"
use secrets_runtime::{Secret, Secrets, source::Memory};

mod db {
    #[derive(secrets_runtime::Secret)]
    #[secret(id = "{APP_ENV}/orders/db", stage = "AWSPREVIOUS")]
    #[expect(dead_code)]
    /// Says nothing to tools.
    pub(crate) struct OrdersDb { username: String, #[secret(public, default = 5432)] port: u16 }
}

#[derive(Secret)]
#[secret(id = "orders/key", text)]
#[expect(dead_code)]
struct r#Key(String);

#[derive(Secret)]
#[secret(id = "orders/unused")]
#[expect(dead_code)]
struct Unused { token: String }

#[derive(Secret)]
#[expect(dead_code)]
struct Tenant<const N: usize> { tokens: Vec<String>, #[secret(from_str)] address: Option<std::net::IpAddr> }

/// An entry for each instance that is loaded.
#[derive(Secret)]
#[secret(id = "orders/limits")]
#[expect(dead_code)]
struct Limits<const N: usize> { each: [u8; N] }

/// Nobody calls it.
#[expect(dead_code)]
#[inline(never)]
fn never(secrets: &Secrets) -> usize {
    let mut loaded = 0;
    for id in ["a", "b", "c", "d"] {
        drop(secrets.load::<Unused>());
        drop(secrets.load_from::<Unused>(id));
        println!("{id} {loaded} is loaded by nobody");
        loaded += id.len();
    }
    loaded
}

fn boxed(secrets: &Secrets) -> std::pin::Pin<Box<dyn Future<Output = bool> + '_>> {
    Box::pin(async { secrets.load::<Key>().await.is_ok() })
}

fn main() {
    let checked = Unused::from_json("{}").is_ok();
    let secrets = Secrets::new(Memory::new());
    drop(secrets.live::<db::OrdersDb>());
    drop(secrets.load_from::<Tenant<3>>("tenants/acme"));
    drop(secrets.live::<Limits<3>>());
    drop(secrets.live::<Limits<4>>());
    drop(secrets.load_from::<std::collections::BTreeMap<String, String>>("labels"));
    let polled = boxed(&secrets).as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
    println!("{checked} {} {}", shared::used(), polled.is_ready());
}
"#;

const SHARED: &str = r#"
pub fn used() -> u32 { std::process::id() }

pub mod mail {
    #[derive(secrets_runtime::Secret)]
    #[secret(id = "shared/mail", schema = "mail.schema.json")]
    pub struct Mail { pub token: String }

    #[inline(never)]
    pub fn load(secrets: &secrets_runtime::Secrets) -> secrets_runtime::BoxFuture<'_, Result<Mail, secrets_runtime::Error>> {
        secrets.load::<Mail>()
    }
}
"#;

const UNNAMED: &str = r#"
#[derive(secrets_runtime::Secret)]
#[secret(id = "unnamed")]
pub struct Unnamed { pub token: String }
"#;

/// Builds the workspace and reads the entries of the built file.
fn built(arguments: &str, file: &str) -> Vec<&'static Declaration<'static>> {
    let output = APPLICATION.cargo(arguments);
    assert!(output.status.success(), "cargo {arguments}\n{}", String::from_utf8_lossy(&output.stderr));
    let path = APPLICATION.target().join(file);
    let file = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let found = entries::read(&file).expect("entries");
    println!("cargo {arguments}: {}", found.len());
    found
}

fn types(found: &[&'static Declaration<'static>]) -> BTreeSet<&'static str> {
    found.iter().map(|declaration| declaration.type_path).collect()
}

#[test]
fn exactly_what_is_loaded_is_in_the_binary_however_it_is_built() {
    let builds = [
        ("build -p orders", "debug/orders"),
        ("rustc -p orders --release -- -C codegen-units=16", "release/orders"),
        ("rustc -p orders --release -- -C codegen-units=1 -C strip=symbols", "release/orders"),
        (SMALL, "release/orders"),
        // The builds above use the compiler's default linker.
        ("rustc -p orders --release -- -C codegen-units=16 -C link-arg=-fuse-ld=bfd", "release/orders"),
        (
            "rustc -p orders --release --config profile.release.lto=true -- -C lto=thin -C codegen-units=16",
            "release/orders",
        ),
        (
            "rustc -p orders --release --config profile.release.lto=true -- -C lto=fat -C codegen-units=1 -C strip=symbols",
            "release/orders",
        ),
    ];
    for (arguments, file) in builds {
        let found = built(arguments, file);
        // Excludes types that are declared or decoded but never loaded, and those loaded only by uncalled functions.
        let expected =
            BTreeSet::from(["orders::Key", "orders::Limits", "orders::db::OrdersDb", "orders::Tenant", "BTreeMap"]);
        assert_eq!((types(&found), found.len()), (expected, 6), "{arguments}");
    }
}

#[test]
fn a_workspace_of_libraries_is_read_from_what_it_builds() {
    let builds = [
        ("build -p shared", "debug/libshared.rlib"),
        ("build -p shared --release", "release/libshared.rlib"),
        ("rustc -p shared --crate-type cdylib -- -C link-dead-code", "debug/libshared.so"),
    ];
    for (arguments, file) in builds {
        assert_eq!(types(&built(arguments, file)), BTreeSet::from(["shared::mail::Mail"]), "{arguments}");
    }
}

#[test]
fn an_entry_says_what_the_type_declares() {
    let found = built("build -p orders", "debug/orders");
    let entry = |name: &str| found.iter().find(|declaration| declaration.type_path == name).expect("is there");
    let db = entry("orders::db::OrdersDb");
    assert_eq!((db.id, db.stage, db.format), (Some("{APP_ENV}/orders/db"), "AWSPREVIOUS", Format::Json));
    assert_eq!((db.package, db.version, db.schema), ("orders", "1.2.3", None));
    let Shape::Object(object) = db.shape else { panic!("{db:?}") };
    assert_eq!((object.fields[0].is_required(), object.fields[1].is_required()), (true, false));
    let key = entry("orders::Key");
    assert_eq!(
        (key.id, key.format),
        (Some("orders/key"), Format::Text(TextFormat { is_trimmed: true, may_be_empty: false }))
    );
    // A type loaded with `load_from` has no id.
    let tenant = entry("orders::Tenant");
    assert_eq!((tenant.id, entry("BTreeMap").id), (None, None));
    assert!(format!("{:?}", tenant.shape).contains("Parsed(\"IpAddr\", Refused)"), "{tenant:?}");
    assert!(!format!("{found:?}").contains("Says nothing"), "{found:?}");
    let mail = built("build -p shared", "debug/libshared.rlib");
    assert_eq!((mail[0].schema, mail[0].is_checked), (Some("mail.schema.json"), true));
}
