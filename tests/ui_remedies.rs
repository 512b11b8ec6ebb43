//! Applies to each case of `ui/cases` the remedy that its message gives, and compiles the results: one program with a module per case.
//!
//! A case ends in lines that spell out the remedy:
//!
//! ```text
//! // Remedy: `pasword` becomes `password`
//! // and `default = 5` becomes nothing
//! // Or: in the file `"array"` becomes `"string"`
//! ```
//!
//! `Or` starts an alternative, if the message names several. `in the file` refers to the case's schema file.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use secrets_tests::Application;

/// What a remedy must not introduce unless the message says so: each lets a program run with less than it needs, or shows more.
const HARMFUL: [&str; 6] = ["public", "skip", "Option<", "default", "debug", "(serde"];

/// Replaces one text by another.
struct Edit {
    in_file: bool,
    from: String,
    to: String,
}

/// Corrects all cases in every way that their messages name. Each has a remedy, which applies and removes or exposes nothing that the message
/// does not mention.
#[test]
fn every_mistake_is_gone_once_its_remedy_is_applied() {
    let application = Application::new(Path::new(env!("CARGO_TARGET_TMPDIR")), "mended");
    application
        .write("Cargo.toml", &MANIFEST.replace("RUNTIME", concat!(env!("CARGO_MANIFEST_DIR"), "/../secrets-runtime")));
    for schema in cases("json") {
        application.write(&in_package(&schema), &fs::read_to_string(&schema).expect("a schema file"));
    }
    let mut program = String::from("#![allow(dead_code, unused_imports, unused_variables, reason = \"cases\")]\n\n");
    let (mut mains, mut problems) = (String::new(), Vec::new());
    for (at, case) in cases("rs").iter().enumerate() {
        for (nth, way) in ways(case).iter().enumerate() {
            let mended = mended(case, way, (&application, nth), &mut problems);
            let module = format!("case_{at}_{nth}");
            writeln!(program, "/// {}\nmod {module} {{\n{mended}}}\n", case.display()).expect("to a string");
            writeln!(mains, "    let _: fn() = {module}::main;").expect("to a string");
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    writeln!(program, "fn main() {{\n{mains}}}").expect("to a string");
    application.write("src/main.rs", &program);
    let built = application.cargo("build");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
}

const MANIFEST: &str = r#"[package]
name = "mended"
edition = "2024"

[dependencies]
secrets-runtime = { path = 'RUNTIME', default-features = false, features = ["derive", "descriptor"] }
serde = { version = "1", features = ["derive"] }

[profile.dev]
debug = false

[workspace]
"#;

/// The path of a schema file as a case declares it.
fn in_package(schema: &Path) -> String {
    schema.strip_prefix("ui").expect("it is in there").display().to_string()
}

/// The files of `ui/cases` with this extension.
fn cases(extension: &str) -> Vec<PathBuf> {
    let read = |directory: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").path());
        entries.collect()
    };
    let mut cases: Vec<PathBuf> = read(Path::new("ui/cases")).iter().flat_map(|kind| read(kind)).collect();
    cases.retain(|path| path.extension().is_some_and(|its| its == extension));
    cases.sort();
    cases
}

fn ways(case: &Path) -> Vec<Vec<Edit>> {
    let source = fs::read_to_string(case).expect("a case");
    let mut ways: Vec<Vec<Edit>> = Vec::new();
    for line in source.lines() {
        if let Some(edit) = line.strip_prefix("// Remedy: ").or_else(|| line.strip_prefix("// Or: ")) {
            ways.push(vec![edit_of(edit)]);
        } else if let Some(edit) = line.strip_prefix("// and ") {
            ways.last_mut().expect("a remedy before `and`").push(edit_of(edit));
        }
    }
    assert!(!ways.is_empty(), "{}: what the message says is to be spelled out at the end", case.display());
    ways
}

/// Parses `` in the file `from` becomes `to` ``
fn edit_of(line: &str) -> Edit {
    let (line, in_file) = line.strip_prefix("in the file ").map_or((line, false), |rest| (rest, true));
    let (from, to) = line.split_once(" becomes ").expect("`from` becomes `to`");
    let quoted = |text: &str| text.trim_matches('`').replace("\\n", "\n");
    Edit { in_file, from: quoted(from), to: if to == "nothing" { String::new() } else { quoted(to) } }
}

fn mended(case: &Path, way: &[Edit], (application, nth): (&Application, usize), problems: &mut Vec<String>) -> String {
    let source = fs::read_to_string(case).expect("a case");
    // A new case gets its message during this run.
    let mut message = fs::read_to_string(case.with_extension("stderr")).ok();
    if message.as_ref().is_some_and(|message| ["E0119", "E0391"].iter().any(|code| message.contains(code))) {
        // The message is the compiler's own; the remedy is in the documentation of the derive.
        message = Some(fs::read_to_string("../docs/reference/declarations.md").expect("the page of all options"));
    }
    let mut source = source.split("\n// Remedy: ").next().unwrap_or_default().to_owned();
    let schema = case.with_extension("json");
    let mut file = fs::read_to_string(&schema).unwrap_or_default();
    for Edit { in_file, from, to } in way {
        let text = if *in_file { &mut file } else { &mut source };
        if text.matches(from).count() != 1 {
            problems.push(format!("{}: `{from}` is not there, or not once:\n{text}", case.display()));
        }
        *text = text.replace(from, to);
        for harm in HARMFUL.iter().filter(|harm| to.contains(**harm) && !from.contains(**harm)) {
            let word = harm.trim_matches(['<', '(']);
            if message.as_ref().is_some_and(|message| !message.contains(word)) {
                problems.push(format!("{}: the message says nothing of `{word}`", case.display()));
            }
        }
    }
    if way.iter().any(|edit| edit.in_file) {
        let mended = schema.with_extension(format!("{nth}.json"));
        let [schema, mended] = [&schema, &mended].map(|path| in_package(path));
        application.write(&mended, &file);
        source = source.replace(&schema, &mended);
    }
    source.replace("fn main()", "pub fn main()")
}
