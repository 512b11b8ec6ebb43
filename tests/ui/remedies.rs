//! Applies to each case the remedy that its message gives, and compiles the results: one program with a module per case.
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

/// What a remedy must not introduce unless the message says so: each lets a program run with less than it needs, or shows more.
const HARMFUL: [&str; 6] = ["public", "skip", "Option<", "default", "debug", "(serde"];

/// Replaces one text by another.
struct Edit {
    in_file: bool,
    from: String,
    to: String,
}

/// Creates a program with all cases, corrected in every way that their messages name. Returns its path.
///
/// # Panics
/// If a case has no remedy, or one that does not apply, or one that removes or exposes something the message does not mention.
pub fn applied(package: &Path) -> PathBuf {
    let mut program = String::from("#![allow(dead_code, unused_imports, unused_variables, reason = \"cases\")]\n\n");
    let (mut mains, mut problems) = (String::new(), Vec::new());
    for (at, case) in cases().iter().enumerate() {
        for (nth, way) in ways(case).iter().enumerate() {
            let mended = mended(case, way, (package, nth), &mut problems);
            let module = format!("case_{at}_{nth}");
            writeln!(program, "/// {}\nmod {module} {{\n{mended}}}\n", case.display()).expect("to a string");
            writeln!(mains, "    let _: fn() = {module}::main;").expect("to a string");
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    writeln!(program, "fn main() {{\n{mains}}}").expect("to a string");
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mended.rs");
    fs::write(&path, program).expect("a place under target");
    path
}

fn cases() -> Vec<PathBuf> {
    let read = |directory: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").path());
        entries.collect()
    };
    let mut cases: Vec<PathBuf> = read(Path::new("cases")).iter().flat_map(|kind| read(kind)).collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
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

fn mended(case: &Path, way: &[Edit], (package, nth): (&Path, usize), problems: &mut Vec<String>) -> String {
    let source = fs::read_to_string(case).expect("a case");
    // A new case gets its message during this run.
    let mut message = fs::read_to_string(case.with_extension("stderr")).ok();
    if message.as_ref().is_some_and(|message| ["E0119", "E0391"].iter().any(|code| message.contains(code))) {
        // The message is the compiler's own; the remedy is in the documentation of the derive.
        message = Some(fs::read_to_string("../../docs/reference/declarations.md").expect("the page of all options"));
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
        fs::write(package.join(&mended), file).expect("a place under target");
        let [schema, mended] = [&schema, &mended].map(|path| path.display().to_string());
        source = source.replace(&schema, &mended);
    }
    source.replace("fn main()", "pub fn main()")
}
