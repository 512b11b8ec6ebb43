//! What programs load.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use secrets_shape::near::nearest;
use secrets_shape::wire::Declaration;

use crate::cli::Programs;
use crate::entries::{self, Reason};
use crate::executable;
use crate::failure::Failure;
use crate::files;
use crate::output::Output;
use crate::workspace::{Checking, Workspace};

/// What one type declares, and which programs load it.
#[derive(Debug)]
pub struct Loaded {
    pub declaration: &'static Declaration<'static>,
    pub programs: Vec<PathBuf>,
}

impl Loaded {
    /// The id, or that the program gives it.
    pub fn shown_id(&self) -> &'static str {
        self.declaration.id.unwrap_or(GIVEN)
    }

    /// A build that did not compare the types with their schema files says nothing about them.
    pub fn is_checked(&self) -> Result<(), Failure> {
        let Declaration { type_path, is_checked, .. } = self.declaration;
        if *is_checked {
            return Ok(());
        }
        Err(Failure::new(format!("{type_path} was not compared with its schema file: SECRETS_SCHEMA=unchecked"))
            .help("build the program again without that variable"))
    }
}

/// What stands for the id of a type that is loaded with `load_from`.
pub const GIVEN: &str = "(given at run time)";

/// What the chosen programs load, in the order of ids and types. There is at least one.
pub fn loaded(programs: &Programs, output: &Output) -> Result<Vec<Loaded>, Failure> {
    let files = if programs.bin.is_empty() {
        let workspace = Workspace::find(&programs.scope, output)?;
        workspace.note_missing_schemas(output);
        workspace.build(programs.build_arguments(), Checking::OfSchemas, output)?
    } else {
        programs.bin.clone()
    };
    read(&files, output)
}

/// What the programs in these files load.
pub fn read(files: &[PathBuf], output: &Output) -> Result<Vec<Loaded>, Failure> {
    let mut found: Vec<(String, Loaded)> = Vec::new();
    for file in files {
        output.verbose(format_args!("reading {}", files::shown(file)));
        for declaration in declarations(file)? {
            let key = format!("{declaration:?}");
            match found.iter_mut().find(|(known, _)| *known == key) {
                Some((_, loaded)) if loaded.programs.contains(file) => {}
                Some((_, loaded)) => loaded.programs.push(file.clone()),
                None => found.push((key, Loaded { declaration, programs: vec![file.clone()] })),
            }
        }
    }
    let mut found: Vec<Loaded> = found.into_iter().map(|(_, loaded)| loaded).collect();
    let key = |loaded: &Loaded| (loaded.shown_id(), loaded.declaration.type_path, loaded.declaration.version);
    found.sort_by(|one, other| key(one).cmp(&key(other)));
    if found.is_empty() { Err(nothing(files)) } else { Ok(found) }
}

fn nothing(files: &[PathBuf]) -> Failure {
    let names: Vec<String> = files.iter().map(|file| files::shown(file)).collect();
    let names = if names.is_empty() { "the workspace, which has no program,".to_owned() } else { names.join(", ") };
    Failure::new(format!("{names} says nothing of secrets that it loads")).help(
        "call `load`, `live` or `start` for a type with `#[derive(Secret)]`, and build secrets-runtime with its feature `descriptor`: a \
         default one, which `default-features = false` switches off; for a first schema file, `cargo secrets pull --id ID \
         --schema FILE` needs no program",
    )
}

fn declarations(path: &Path) -> Result<Vec<&'static Declaration<'static>>, Failure> {
    let file = executable::read(path)?;
    entries::read(&file).map_err(|broken| {
        let failure = Failure::new(format!("cannot tell which secrets {} loads: {broken}", files::shown(path)));
        match broken.reason {
            Reason::Version => failure.help(
                "use a cargo-secrets of the version of secrets-runtime that the program has, or build the program with the version \
                 that this command has",
            ),
            Reason::Damaged | Reason::Unreadable => failure.help("copy the program again, or build it again"),
        }
    })
}

/// No type has one of these names; which ones there are.
pub fn unknown_type(names: &[String], loaded: &[Loaded]) -> Failure {
    let paths = || loaded.iter().map(|loaded| loaded.declaration.type_path);
    let ends = || paths().map(|path| path.rsplit("::").next().unwrap_or(path));
    let near = names.iter().find_map(|name| nearest(name, ends()).or_else(|| nearest(name, paths())));
    let meant = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    Failure::new(format!("no loaded type is named {}{meant}", names.join(", ")))
        .help(format!("give --type one of {}", listed(loaded)))
}

/// The paths of the types, each once.
pub fn listed(loaded: &[Loaded]) -> String {
    let paths: BTreeSet<&str> = loaded.iter().map(|loaded| loaded.declaration.type_path).collect();
    paths.into_iter().collect::<Vec<_>>().join(", ")
}

/// Those of the chosen types. There is at least one.
pub fn chosen(mut loaded: Vec<Loaded>, programs: &Programs) -> Result<Vec<Loaded>, Failure> {
    if !loaded.iter().any(|loaded| programs.scope.has_type(loaded.declaration.type_path)) {
        return Err(unknown_type(&programs.scope.types, &loaded));
    }
    loaded.retain(|loaded| programs.scope.has_type(loaded.declaration.type_path));
    Ok(loaded)
}
