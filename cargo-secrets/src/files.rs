//! Reads whole files, and replaces them atomically, only if they change.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use secrets_shape::id;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// Reads a document from a file, or from standard input if the path is `-`. A path that does not exist may be a secret
/// passed by mistake, so it is never shown.
pub fn document(path: &Path, option: &str) -> Result<Zeroizing<String>, Failure> {
    if path == Path::new("-") {
        return standard_input().map_err(|error| Failure::file("read", Path::new("standard input"), &error));
    }
    fs::read_to_string(path).map(Zeroizing::new).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidFilename => {
            Failure::new(format!("{option} names no file")).help(format!(
                "give the path of a file that holds the document, or write the document to standard input: `{option} -`"
            ))
        }
        _ => Failure::file("read", path, &error),
    })
}

/// Whether an argument looks like the text of a secret, passed where a path or a name belongs. Ids have placeholders in braces.
pub fn may_be_a_document(argument: &OsStr) -> bool {
    let text = argument.to_string_lossy();
    text.contains(['"', '\n']) || id::variables(&text).count() < text.matches('{').count()
}

fn standard_input() -> io::Result<Zeroizing<String>> {
    // A secret has at most 64 KiB. A text that grows would leave copies of itself behind.
    let mut text = Zeroizing::new(String::with_capacity(128 * 1024));
    io::stdin().lock().read_to_string(&mut text).map(|_| text)
}

/// The content of a file, or `None` if it does not exist.
pub fn existing(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::file("read", path, &error)),
    }
}

/// Replaces a file atomically: after a crash it has the old content or the new, never a part.
pub fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    // Writes to the target of a symlink instead of replacing the link.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let beside = beside(path);
    let write = || {
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        let mut file = fs::File::create(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        if let Ok(metadata) = fs::metadata(path) {
            fs::set_permissions(&beside, metadata.permissions())?;
        }
        fs::rename(&beside, path)
    };
    write().map_err(|error| {
        // Fails if the file was never created, which is fine.
        let _ = fs::remove_file(&beside);
        Failure::file("write", path, &error)
    })
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.new", std::process::id()))
}

/// A path relative to the current directory.
pub fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let directory = std::env::temp_dir().join(format!("cargo-secrets-files-{}", std::process::id()));
        let path = directory.join("new/schema.json");
        replace(&path, "one").expect("written");
        replace(&path, "two").expect("replaced");
        assert_eq!(existing(&path).expect("there"), Some("two".to_owned()));
        assert_eq!(fs::read_dir(directory.join("new")).expect("there").count(), 1);
        // A directory is in the way.
        let failure = replace(&directory.join("new"), "three").expect_err("a directory");
        assert!(failure.to_string().starts_with("cannot write "), "{failure}");
        assert_eq!(fs::read_dir(&directory).expect("there").count(), 1);
        assert_eq!(existing(&directory.join("none")).expect("none"), None);
        fs::remove_dir_all(&directory).expect("removed");
    }
}
