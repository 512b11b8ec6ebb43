//! Descriptor files: what a program declares, kept beside its image, so that a secret is checked without the program.
//!
//! People read the ids and types in it; this command reads the entries, which are those of the program in base64. A later version of the
//! command reads the files of all versions before it: `tests/descriptors` has one of each.

use std::path::{Path, PathBuf};
use std::{fs, io};

use base64ct::{Base64, Encoding};
use secrets_shape::wire::{self, Declaration};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::files;
use crate::program::{self, Loaded};

/// How the names of descriptor files end.
const ENDING: &str = ".descriptor.json";

/// The version of the form.
const FORM: u32 = 1;

/// What this command reads of a file.
#[derive(Deserialize)]
struct Descriptor {
    descriptor: u32,
    #[serde(default)]
    declarations: Vec<Described>,
}

#[derive(Deserialize)]
struct Described {
    entry: String,
}

/// The document for these types.
pub fn document(loaded: &[Loaded]) -> Value {
    let one = |loaded: &Loaded| {
        let Declaration { id, type_path, package, version, stage, .. } = loaded.declaration;
        json!({
            "id": id, "version": stage, "type": type_path, "package": package, "package_version": version,
            "entry": Base64::encode_string(&wire::unpadded(loaded.declaration)),
        })
    };
    json!({"descriptor": FORM, "declarations": loaded.iter().map(one).collect::<Vec<_>>()})
}

/// The files that these paths name. A directory stands for the descriptor files in it.
pub fn files(given: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in given {
        if !path.is_dir() {
            found.push(path.clone());
            continue;
        }
        let inside = inside(path).map_err(|error| Failure::file("read", path, &error))?;
        if inside.is_empty() {
            return Err(Failure::new(format!("{} has no file *{ENDING}", files::shown(path))).help(WRITE));
        }
        found.extend(inside);
    }
    Ok(found)
}

fn inside(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let entries: io::Result<Vec<PathBuf>> = fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect();
    let mut files = entries?;
    files.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ENDING)));
    files.sort();
    Ok(files)
}

const WRITE: &str = "write one with `cargo secrets describe --bin PROGRAM <program>.descriptor.json`";

const AGAIN: &str = "copy the file again, or write it again with `cargo secrets describe`";

/// The declarations in a file.
pub fn read(path: &Path) -> Result<Vec<&'static Declaration<'static>>, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error).help(WRITE))?;
    let refused = |what: &str| Failure::new(format!("{} {what}", files::shown(path)));
    let Ok(Descriptor { descriptor, declarations }) = serde_json::from_str(&text) else {
        return Err(refused("is not a descriptor file").help(WRITE));
    };
    if descriptor > FORM {
        return Err(refused("was written by a later version of cargo-secrets").help("update cargo-secrets"));
    }
    let mut entries = Vec::new();
    for Described { entry } in declarations {
        let entry = Base64::decode_vec(&entry);
        entries.extend(entry.map_err(|_| refused("is damaged: an entry is not base64").help(AGAIN))?);
    }
    program::entries_of(path, &entries, AGAIN)
}
