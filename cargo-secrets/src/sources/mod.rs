//! What the sources declare, read without building them: the compiler may refuse them until their schemas are pulled.
//!
//! Declarations that a macro writes, and attributes inside `cfg_attr`, are not found.

mod hint;
mod item;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) use hint::Hint;

use crate::descriptor::Format;
use crate::failure::Failure;
use crate::workspace::{Package, Workspace};
use item::{Item, Items};

/// A type with an id and a schema file.
#[derive(Debug)]
pub(crate) struct Pullable {
    pub(crate) type_name: String,
    pub(crate) id: String,
    pub(crate) stage: String,
    pub(crate) format: Format,
    /// The schema's file.
    pub(crate) file: PathBuf,
    /// Where its keys are data.
    pub(crate) hint: Hint,
}

/// What was found, and what could not be read.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) pullable: Vec<Pullable>,
    pub(crate) failures: Vec<Failure>,
}

/// Looks through the sources of a workspace.
pub(crate) fn find(workspace: &Workspace) -> Found {
    let mut found = Found::default();
    let mut items = Items::default();
    for package in &workspace.members {
        for file in files(package) {
            match read(&file) {
                Ok(syntax) => items.add(&syntax, package),
                Err(failure) => found.failures.push(failure),
            }
        }
    }
    let chosen = items.all().filter(|item| workspace.is_chosen(&item.package));
    found.pullable = chosen.filter_map(|item| pullable(item, &items)).collect();
    found.pullable.sort_by(|one, other| (&one.file, &one.type_name).cmp(&(&other.file, &other.type_name)));
    found
}

/// The schema files that are declared and do not exist.
pub(crate) fn missing_schemas(workspace: &Workspace) -> Vec<PathBuf> {
    let files: BTreeSet<PathBuf> = find(workspace).pullable.into_iter().map(|declared| declared.file).collect();
    files.into_iter().filter(|file| !file.exists()).collect()
}

fn pullable(item: &Item, items: &Items) -> Option<Pullable> {
    let options = &item.options;
    Some(Pullable {
        type_name: item.name.clone(),
        id: options.id.clone()?,
        stage: options.stage.clone().unwrap_or_else(|| "AWSCURRENT".to_owned()),
        format: if options.is_text { Format::Text } else { Format::Json },
        file: item.directory.join(options.schema.as_ref()?),
        hint: items.hint(item),
    })
}

fn read(file: &Path) -> Result<syn::File, Failure> {
    let text = fs::read_to_string(file).map_err(|error| Failure::file("read", file, &error))?;
    syn::parse_file(&text).map_err(|error| {
        let place = error.span().start();
        Failure::new(format!("{}:{}:{} is no Rust: {error}", file.display(), place.line, place.column + 1))
            .help("what is declared there was not looked at")
    })
}

/// The source files of a package's library and programs.
fn files(package: &Package) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    for root in package.roots() {
        files.insert(root.to_owned());
        let directory = root.parent().unwrap_or(root);
        walk(directory, directory == package.directory(), &mut files);
    }
    files
}

/// Collects the Rust files below a directory, but not those of another package. Where the package itself stands, there is
/// more than its code.
fn walk(directory: &Path, is_package: bool, files: &mut BTreeSet<PathBuf>) {
    const NO_CODE: [&str; 4] = ["target", "tests", "benches", "examples"];
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        // A link is not followed: it may lead back.
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let is_other = is_package && NO_CODE.iter().any(|other| name == *other);
        if is_directory && !is_other && !path.join("Cargo.toml").exists() {
            walk(&path, false, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") && name != "build.rs" {
            files.insert(path);
        }
    }
}
