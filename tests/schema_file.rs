//! The schema file and the compiler: what rebuilds, what fails, and what a large file costs.

use std::fmt::Write as _;
use std::path::Path;

use secrets_tests::Application;

fn application(name: &str, source: &str) -> Application {
    let application = Application::new(Path::new(env!("CARGO_TARGET_TMPDIR")), name);
    application
        .write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"orders\"]\n\n[profile.dev]\ndebug = false\n");
    application.package("orders", &[]);
    application.write("orders/src/lib.rs", source);
    application
}

/// What the compiler says; nothing where it has no objections, warnings included.
fn checked(application: &Application) -> String {
    let output = application.cargo("check --quiet");
    let said = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.success(), !said.contains("error"), "{said}");
    said
}

#[test]
fn the_file_alone_decides_whether_the_program_builds() {
    const FILE: &str = "orders/secrets/db.schema.json";
    let application = application(
        "schema-file",
        "#[derive(secrets_runtime::Secret)]\n#[secret(schema = \"secrets/db.schema.json\")]\npub struct Db { pub host: String }\n",
    );
    application.write(FILE, r#"{"properties": {"host": {"type": "string"}}, "required": ["host"]}"#);
    assert_eq!(checked(&application), "");
    // Nothing but the file is edited.
    application.write(FILE, r#"{"properties": {"hosts": {"type": "string"}}, "required": ["hosts"]}"#);
    let said = checked(&application);
    assert!(said.contains("secrets/db.schema.json has no key `host`; did you mean `hosts`?"), "{said}");
    application.write(FILE, r#"{"properties": {"host": {}}, "required": ["host"]}"#);
    assert_eq!(checked(&application), "");
    application.remove(FILE);
    let said = checked(&application);
    assert!(
        said.contains("there is no file secrets/db.schema.json in the package; `cargo secrets pull` writes it"),
        "{said}"
    );
    assert!(said.contains("due to 1 previous error"), "{said}");
}

#[test]
fn a_variable_switches_the_comparison_off_and_on_again() {
    let application = application(
        "unchecked",
        "#[derive(secrets_runtime::Secret)]\n#[secret(schema = \"db.json\")]\npub struct Db { pub host: String }\n",
    );
    application.write("orders/db.json", r#"{"properties": {"host": {"type": "array"}}, "required": ["host"]}"#);
    let check = |value: &str| {
        let output = application.cargo_with("check --quiet", &[("SECRETS_SCHEMA", value)]);
        String::from_utf8(output.stderr).expect("text")
    };
    assert!(checked(&application).contains("`host` is an array in db.json, which `String` does not read"));
    assert_eq!(check("unchecked"), "");
    assert!(checked(&application).contains("`host` is an array"), "it is compared again");
    assert!(check("off").contains("SECRETS_SCHEMA is set to something else than `unchecked`"));
    assert_eq!(check("unchecked"), "");
}

/// Other build tools than cargo need not say which package is compiled.
#[test]
fn what_cargo_says_of_the_package_may_be_missing() {
    let source = "#[derive(secrets_runtime::Secret)]\npub struct Db { pub host: String }\n";
    let application = application("without-cargo", source);
    application
        .write("rustc", "#!/bin/sh\nexec env -u CARGO_PKG_NAME -u CARGO_PKG_VERSION -u CARGO_MANIFEST_DIR \"$@\"\n");
    let wrapper = application.root().join("rustc");
    std::fs::set_permissions(&wrapper, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("it was written");
    let check = || {
        let wrapper = wrapper.to_str().expect("text");
        let output = application.cargo_with("check --quiet", &[("RUSTC_WORKSPACE_WRAPPER", wrapper)]);
        String::from_utf8(output.stderr).expect("text")
    };
    assert_eq!(check(), "");
    application
        .write("orders/src/lib.rs", &source.replace("pub struct", "#[secret(schema = \"db.json\")]\npub struct"));
    let said = check();
    assert!(said.contains("cargo names in CARGO_MANIFEST_DIR; it is not set"), "{said}");
    assert!(said.contains("due to 1 previous error"), "{said}");
}

#[test]
fn a_large_file_is_checked_without_the_compiler_losing_patience() {
    const KEYS: usize = 600;
    let mut fields = String::new();
    let mut properties = Vec::new();
    for at in 0..KEYS {
        writeln!(fields, "    pub field_{at}: String,").expect("a string takes all");
        let described = r#""description": "One of the many keys of this secret.""#;
        properties.push(format!("\n    \"field_{at}\": {{\n      \"type\": \"string\",\n      {described}\n    }}"));
    }
    let required: Vec<String> = (0..KEYS).map(|at| format!("\n    \"field_{at}\"")).collect();
    let file = format!(
        "{{\n  \"properties\": {{{}\n  }},\n  \"required\": [{}\n  ]\n}}\n",
        properties.join(","),
        required.join(",")
    );
    assert!(file.len() > 64 * 1024, "{}", file.len());
    let source = format!(
        "#[derive(secrets_runtime::Secret)]\n#[secret(schema = \"large.json\")]\npub struct Large {{\n{fields}}}\n"
    );
    let application = application("large-schema-file", &source);
    application.write("orders/large.json", &file);
    // `long_running_const_eval` denies by default; it would be an error.
    assert_eq!(checked(&application), "");
}
