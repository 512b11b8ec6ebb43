//! Files: read whole, written only where they change, and never half.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The document in a file, or on standard input where the path is `-`. What is no path may be the document itself, a secret: it
/// is shown only if a file is there.
pub fn document(path: &Path, option: &str) -> Result<String, Failure> {
    if path == Path::new("-") {
        return standard_input().map_err(|error| Failure::file("read", Path::new("standard input"), &error));
    }
    fs::read_to_string(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidFilename => {
            Failure::new(format!("{option} names no file")).help(format!(
                "give the path of a file that holds the document, or write the document to standard input: `{option} -`"
            ))
        }
        _ => Failure::file("read", path, &error),
    })
}

/// Whether an argument could be the text of a secret, where a path or a name belongs.
pub fn may_be_a_document(argument: &OsStr) -> bool {
    argument.to_string_lossy().contains(['{', '"', '\n'])
}

fn standard_input() -> io::Result<String> {
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text).map(|_| text)
}

/// The text of a file, if there is one.
pub fn existing(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::file("read", path, &error)),
    }
}

/// Puts a text in a file's place. Whatever happens, the file is the old one or the new one.
pub fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    // Where it is a link, what it points to is written.
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
        // It may not have been created at all.
        let _ = fs::remove_file(&beside);
        Failure::file("write", path, &error)
    })
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.new", std::process::id()))
}

/// A path as it is shown: from where the command runs. A document in its place is not shown.
pub fn shown(path: &Path) -> String {
    if may_be_a_document(path.as_os_str()) {
        return "<not shown: it looks like a document>".to_owned();
    }
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
        // Where a directory stands, no file can.
        let failure = replace(&directory.join("new"), "three").expect_err("a directory");
        assert!(failure.to_string().starts_with("cannot write "), "{failure}");
        assert_eq!(fs::read_dir(&directory).expect("there").count(), 1);
        assert_eq!(existing(&directory.join("none")).expect("none"), None);
        fs::remove_dir_all(&directory).expect("removed");
    }
}
