//! Each case in `cases/` makes one mistake; the `.stderr` beside it is what its author reads, and the lines at its end do
//! what the message says. `remedies.rs` reads them.
//!
//! `TRYBUILD=overwrite cargo test -p secrets-ui-tests` writes the messages anew; read the difference as prose.

mod remedies;

use std::path::{Path, PathBuf};
use std::{fs, io};

#[test]
fn every_mistake_is_explained_and_every_remedy_works() {
    let package = package();
    copy_schemas(&package).expect("a place under target");
    let cases = trybuild::TestCases::new();
    cases.compile_fail("cases/*/*.rs");
    cases.pass(remedies::applied(&package));
}

/// Where trybuild compiles the cases.
fn package() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tests");
    target.join("trybuild").join(env!("CARGO_PKG_NAME"))
}

/// A schema file is part of the package; that of a case is trybuild's own, which has none.
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
