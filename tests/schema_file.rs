//! Schema files and the compiler: what triggers a rebuild, what fails, and the cost of a large file.

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

/// The compiler's output; empty if there are neither errors nor warnings.
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
    // Only edits the schema file.
    application.write(FILE, r#"{"properties": {"hosts": {"type": "string"}}, "required": ["hosts"]}"#);
    let said = checked(&application);
    assert!(said.contains("secrets/db.schema.json has no key `host`; did you mean `hosts`?"), "{said}");
    application.write(FILE, r#"{"properties": {"host": {}}, "required": ["host"]}"#);
    assert_eq!(checked(&application), "");
    application.remove(FILE);
    let said = checked(&application);
    assert!(
        said.contains("the package has no file secrets/db.schema.json: write it with `cargo secrets pull --id <ID> --schema secrets/db.schema.json`"),
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
    assert!(check("off").contains("SECRETS_SCHEMA has a value other than `unchecked`: unset it"));
    assert_eq!(check("unchecked"), "");
}

/// Build tools other than cargo need not set the variables that name the package.
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
        // A limit gives the place details, so that it is more than a kind.
        let described = r#""description": "One of the many keys of this secret.""#;
        properties.push(format!(
            "\n    \"field_{at}\": {{\n      \"type\": \"string\",\n      \"minimum\": 0,\n      {described}\n    }}"
        ));
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
    // `long_running_const_eval` is deny by default, so a slow comparison would be an error.
    assert_eq!(checked(&application), "");
}

/// A workspace of declarations, each with a schema file.
fn declared(name: &str, cases: &[(&str, &str)]) -> Application {
    let mut source =
        "#![allow(dead_code, unused_imports, reason = \"it is only compiled\")]\nuse std::collections::BTreeMap;\n"
            .to_owned();
    let mut files = Vec::new();
    for (at, (declaration, file)) in cases.iter().enumerate() {
        let declaration = declaration.replace("schema", &format!("schema = \"{at}.json\""));
        writeln!(source, "mod m{at} {{ use super::*;\n#[derive(secrets_runtime::Secret)]\n{declaration}\n}}")
            .expect("text");
        files.push((format!("orders/{at}.json"), (*file).to_owned()));
    }
    let application = application(name, &source);
    for (path, file) in files {
        application.write(&path, &file);
    }
    application
}

#[test]
fn what_fits_is_not_refused_however_the_file_says_it() {
    let cases = [
        // Alternatives, next to what they have in common.
        (
            "#[secret(schema, tag = \"kind\", rename_all = \"lowercase\")] enum E { A { host: String, x: String }, B { host: String, y: String } }",
            r#"{"properties": {"kind": {"enum": ["a", "b"]}, "host": {"type": "string"}}, "required": ["kind", "host"], "oneOf": [
                {"properties": {"kind": {"const": "a"}, "x": {"type": "string"}}, "required": ["x"]},
                {"properties": {"kind": {"const": "b"}, "y": {"type": "string"}}, "required": ["y"]}]}"#,
        ),
        // Nullable values in every spelling, also next to alternatives.
        (
            "#[secret(schema)] struct S { auth: Option<Auth>, other: Option<Auth>, third: Option<Auth> }\n#[derive(secrets_runtime::Secret)] struct Auth { user: String, pw: Option<String>, token: Option<String> }",
            r##"{"properties": {"auth": {"anyOf": [{"$ref": "#/$defs/pw"}, {"$ref": "#/$defs/token"}, {"type": "null"}]},
                "other": {"anyOf": [{"$ref": "#/$defs/pw"}, {"const": null}]}, "third": {"oneOf": [{"enum": [null]}, {"$ref": "#/$defs/pw"}]}},
                "$defs": {"pw": {"type": "object", "properties": {"user": {"type": "string"}, "pw": {"type": "string"}}, "required": ["user", "pw"]},
                "token": {"type": "object", "properties": {"user": {"type": "string"}, "token": {"type": "string"}}, "required": ["user", "token"]}}}"##,
        ),
        // Two kinds, of which the type accepts one.
        (
            "#[secret(schema)] struct S { x: String }",
            r#"{"anyOf": [{"properties": {"x": {"type": "integer"}}, "required": ["x"]}, {"properties": {"x": {"type": "string"}}, "required": ["x"]}]}"#,
        ),
        // More combinations than the limit, and one key common to all.
        (
            "#[secret(schema)] struct S { k: String }",
            r#"{"properties": {"k": {}}, "oneOf": [{"required": ["a1", "a2", "a3", "a4", "a5", "k"]}, {"required": ["b1", "b2", "b3", "b4", "b5", "k"]},
                {"required": ["c1", "c2", "c3", "c4", "c5", "k"]}]}"#,
        ),
    ];
    assert_eq!(checked(&declared("fitting", &cases)), "");
}

#[test]
fn what_does_not_fit_is_told_wherever_the_file_says_it() {
    let cases = [
        (
            "#[secret(schema)] struct S { a: String, #[secret(flatten)] rest: BTreeMap<String, Vec<u16>> }",
            r#"{"properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": {"type": "string"}}"#,
            "`*` is a string in 0.json, which `BTreeMap<String, Vec<u16>>` does not read",
        ),
        (
            "#[secret(schema)] struct S { port: u16 }",
            r##"{"$ref": "#/$defs/base", "properties": {"port": {"description": "the port"}}, "$defs": {"base": {"properties": {"port": {"type": "array"}}, "required": ["port"]}}}"##,
            "`port` is an array in 1.json",
        ),
        (
            "#[secret(schema, tag = \"kind\")] enum E { A, B }",
            r#"{"properties": {"kind": {"type": ["integer", "null"]}}}"#,
            "`kind` is an integer in 2.json, and its value has to name the variant",
        ),
        (
            "#[secret(schema, tag = \"kind\")] enum E { A, B }",
            r#"{"properties": {"kind": {"enum": ["A", null]}}}"#,
            "`kind` may be null in 3.json",
        ),
        (
            "#[secret(schema)] struct S { e: E }\n#[derive(secrets_runtime::Secret)] #[secret(tag = \"kind\")] enum E { A, B }",
            r#"{"properties": {"e": {"properties": {"kind": {"enum": ["A", null]}}, "required": ["kind"]}}, "required": ["e"]}"#,
            "`e.kind` may be null in 4.json",
        ),
        (
            "#[secret(schema)] struct S { e: E }\n#[derive(secrets_runtime::Secret)] #[secret(tag = \"kind\")] enum E { A, B }",
            r#"{"properties": {"e": {"properties": {"kind": {"enum": ["A"]}}}}, "required": ["e"]}"#,
            "`e.kind` may be absent in 5.json",
        ),
    ];
    let said = checked(&declared("unfitting", &cases.map(|(declaration, file, _)| (declaration, file))));
    for (_, _, expected) in cases {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[test]
fn a_file_whose_references_multiply_is_refused_in_time() {
    let doubling = |at: usize| {
        format!(r##""a{at}": {{"allOf": [{{"$ref": "#/$defs/a{0}"}}, {{"$ref": "#/$defs/a{0}"}}]}}"##, at + 1)
    };
    let defs: Vec<String> = (0..25).map(doubling).collect();
    let bomb = format!(r##"{{"$ref": "#/$defs/a0", "$defs": {{{}, "a25": {{}}}}}}"##, defs.join(","));
    let nested = |at: usize| format!(r##""a{at}": {{"properties": {{"x": {{"$ref": "#/$defs/a{}"}}}}}}"##, at + 1);
    let defs: Vec<String> = (0..20_000).map(nested).collect();
    let deep = format!(
        r##"{{"properties": {{"x": {{"$ref": "#/$defs/a0"}}}}, "$defs": {{{}, "a20000": {{}}}}}}"##,
        defs.join(",")
    );
    let declaration = "#[secret(schema)] struct S { x: Option<String> }";
    let said = checked(&declared("multiplying", &[(declaration, &bomb), (declaration, &deep)]));
    assert!(said.contains("0.json has `$ref`s that expand to too many schemas"), "{said}");
    assert!(said.contains("1.json describes values more than 64 deep in one another"), "{said}");
}
