//! Each case in `cases/` makes one mistake. The `.stderr` next to it is the message for the user, and the last lines of the case apply the
//! message's remedy; `../ui_remedies.rs` reads them.
//!
//! `TRYBUILD=overwrite cargo test -p secrets-ui-tests` rewrites the messages; review the difference as prose.

use std::path::{Path, PathBuf};
use std::{fs, io};

#[test]
fn every_mistake_is_explained() {
    copy_schemas(&package()).expect("a place under target");
    trybuild::TestCases::new().compile_fail("cases/*/*.rs");
}

/// The package in which trybuild compiles the cases.
fn package() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tests");
    target.join("trybuild").join(env!("CARGO_PKG_NAME"))
}

/// Schema files must be inside the package, and trybuild compiles the cases in its own, so this copies them there.
fn copy_schemas(package: &Path) -> io::Result<()> {
    let schemas = Path::new("cases/schema");
    fs::create_dir_all(package.join(schemas))?;
    for file in fs::read_dir(schemas)? {
        let path = file?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            fs::copy(&path, package.join(&path))?;
        }
    }
    Ok(())
}
