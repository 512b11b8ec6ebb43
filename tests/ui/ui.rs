//! Each case in `cases/` makes one mistake; the `.stderr` beside it is what its author reads.
//!
//! `TRYBUILD=overwrite cargo test -p secrets-ui-tests` writes them anew; read the difference as prose.

use std::path::Path;
use std::{fs, io};

#[test]
fn every_mistake_is_explained() {
    copy_schemas().expect("a place under target");
    trybuild::TestCases::new().compile_fail("cases/*/*.rs");
}

/// A schema file is part of the package; that of a case is trybuild's own, which has none.
fn copy_schemas() -> io::Result<()> {
    let schemas = Path::new("cases/schema");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tests");
    let package = target.join("trybuild").join(env!("CARGO_PKG_NAME")).join(schemas);
    fs::create_dir_all(&package)?;
    for file in fs::read_dir(schemas)? {
        let path = file?.path();
        if let (Some(name), Some("json")) =
            (path.file_name(), path.extension().and_then(|extension| extension.to_str()))
        {
            fs::copy(&path, package.join(name))?;
        }
    }
    Ok(())
}
