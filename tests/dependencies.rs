//! What the workspace is built on, by the lists of `deny.toml`: licences, sources, bans.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Every package that the lock file names, with what it says of itself.
fn packages() -> Vec<Value> {
    let cargo = option_env!("CARGO").unwrap_or("cargo");
    let output = Command::new(cargo)
        .args(["metadata", "--locked", "--all-features", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let Value::Array(packages) = metadata["packages"].take() else { panic!("no packages") };
    assert!(packages.len() > 100, "{} packages", packages.len());
    packages
}

fn text<'a>(package: &'a Value, key: &str) -> &'a str {
    package[key].as_str().unwrap_or_default()
}

/// The strings of a list in `deny.toml`.
fn list(section: &str, key: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deny.toml");
    let file = std::fs::read_to_string(path).expect("deny.toml");
    let (_, section) = file.split_once(&format!("\n[{section}]")).expect("the section");
    let (_, list) = section.split_once(&format!("\n{key} = [\n")).expect("the list");
    let (list, _) = list.split_once("\n]").expect("its end");
    let quoted = |line: &str| line.trim().strip_prefix('"')?.split_once('"').map(|(quoted, _)| quoted.to_owned());
    list.lines().filter_map(quoted).collect()
}

/// Whether an SPDX expression can be met with the licences that are `allowed`: one of what `OR` joins, all of what `AND`
/// does, which binds more tightly.
fn is_met(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (verdict, rest) = any(&words, allowed);
    verdict && rest.is_empty()
}

fn any<'w, 't>(words: &'w [&'t str], allowed: &[String]) -> (bool, &'w [&'t str]) {
    let (mut verdict, mut rest) = all(words, allowed);
    while let ["OR", after @ ..] = rest {
        let (other, after) = all(after, allowed);
        (verdict, rest) = (verdict | other, after);
    }
    (verdict, rest)
}

fn all<'w, 't>(words: &'w [&'t str], allowed: &[String]) -> (bool, &'w [&'t str]) {
    let (mut verdict, mut rest) = one(words, allowed);
    while let ["AND", after @ ..] = rest {
        let (other, after) = one(after, allowed);
        (verdict, rest) = (verdict & other, after);
    }
    (verdict, rest)
}

fn one<'w, 't>(words: &'w [&'t str], allowed: &[String]) -> (bool, &'w [&'t str]) {
    match words {
        ["(", inner @ ..] => match any(inner, allowed) {
            (verdict, [")", rest @ ..]) => (verdict, rest),
            (_, rest) => (false, rest),
        },
        // An exception permits more than the licence alone.
        [license, "WITH", _, rest @ ..] | [license, rest @ ..] => (allowed.iter().any(|name| name == license), rest),
        [] => (false, &[]),
    }
}

#[test]
fn an_expression_is_met_as_spdx_reads_it() {
    let allowed = ["MIT", "ISC", "Apache-2.0"].map(str::to_owned);
    for met in [
        "MIT",
        "GPL-3.0 OR MIT",
        "MIT/GPL-3.0",
        "(GPL-3.0 OR MIT) AND ISC",
        "GPL-3.0 AND X OR MIT",
        "Apache-2.0 WITH LLVM-exception",
    ] {
        assert!(is_met(met, &allowed), "{met}");
    }
    for unmet in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND GPL-3.0", "MIT AND", "(MIT", "MIT ISC"] {
        assert!(!is_met(unmet, &allowed), "{unmet}");
    }
}

#[test]
fn every_dependency_has_a_licence_that_is_allowed() {
    let allowed = list("licenses", "allow");
    let refused: Vec<String> = packages()
        .iter()
        .filter(|package| !is_met(text(package, "license"), &allowed))
        .map(|package| format!("{}: {:?}", text(package, "name"), text(package, "license")))
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn every_dependency_comes_from_crates_io_or_from_here() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    for package in packages() {
        let is_ours = package["source"].is_null() && Path::new(text(&package, "manifest_path")).starts_with(root);
        assert!(is_ours || text(&package, "source") == CRATES_IO, "{}", text(&package, "id"));
    }
}

#[test]
fn nothing_that_is_banned_is_depended_on() {
    let banned = list("bans", "deny");
    assert!(!banned.is_empty());
    for package in packages() {
        let name = text(&package, "name");
        assert!(!banned.iter().any(|banned| banned == name), "{name}");
    }
}

#[test]
fn every_dependency_says_which_versions_it_takes() {
    let packages = packages();
    let ours = packages.iter().filter(|package| package["source"].is_null());
    let wanted: Vec<&Value> = ours.flat_map(|package| package["dependencies"].as_array().expect("a list")).collect();
    assert!(wanted.len() > 50, "{} dependencies", wanted.len());
    for dependency in wanted {
        assert!(text(dependency, "req") != "*" || dependency["path"].is_string(), "{}", text(dependency, "name"));
    }
}
