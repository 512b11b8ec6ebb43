//! Checks that the files that pages link to and the tests that security claims name exist.

use std::fs::{read_dir, read_to_string};
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in the workspace")
}

/// The file, or all files below the directory.
fn files(place: &Path) -> Box<dyn Iterator<Item = PathBuf>> {
    if !place.is_dir() {
        return Box::new(std::iter::once(place.to_owned()));
    }
    let entries = read_dir(place).expect("a directory").map(|entry| entry.expect("readable").path());
    let kept = |path: &PathBuf| !path.is_symlink() && !path.ends_with("target") && !path.ends_with(".git");
    Box::new(entries.filter(kept).flat_map(|path| files(&path)))
}

/// The targets of links: `[text](target)` and `[name]: target`.
fn targets(page: &str) -> impl Iterator<Item = &str> {
    let inline = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let defined = page.lines().filter_map(|line| line.strip_prefix('[')?.split_once(']')?.1.strip_prefix(": "));
    inline.chain(defined)
}

#[test]
fn links_lead_to_files_that_are_there() {
    let mut followed = 0;
    // `links.md` links to items of the documentation, not to files.
    let pages = files(root()).filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    for path in pages.filter(|path| !path.ends_with("links.md")) {
        let page = read_to_string(&path).expect("text");
        for target in targets(&page).filter(|target| !target.contains("://") && !target.starts_with('#')) {
            let target = target.split('#').next().unwrap_or_default();
            let found = path.parent().expect("a directory").join(target);
            assert!(found.exists(), "{}: {target}", path.display());
            followed += 1;
        }
    }
    assert!(followed > 20, "{followed} links");
}

#[test]
fn the_tests_that_the_claims_on_security_name_are_there() {
    let page = read_to_string(root().join("docs/reference/security.md")).expect("text");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.rsplit_once(" | "));
    let mut found = 0;
    for (claim, shown_by) in rows.filter(|(claim, _)| *claim != "claim") {
        let mut tests = Vec::new();
        let before = found;
        // Names of tests, followed by the file or directory that contains them.
        for word in shown_by.split('`').skip(1).step_by(2) {
            if !word.contains('/') {
                tests.push(word);
                continue;
            }
            let place = root().join(word);
            assert!(place.exists(), "{claim}: {word}");
            for test in tests.drain(..) {
                assert!(place.join(test).exists() || files(&place).any(|file| defines(&file, test)), "{claim}: {test}");
            }
            found += 1;
        }
        assert!(tests.is_empty(), "{claim}: where is {tests:?}?");
        assert!(found > before || shown_by == "the compiler", "{claim}: {shown_by}");
    }
    assert!(found > 20, "{found} places");
}

/// Whether a file defines a test with this name.
fn defines(file: &Path, test: &str) -> bool {
    read_to_string(file).expect("the file of a test").contains(&format!("fn {test}("))
}
