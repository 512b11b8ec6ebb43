//! What programs load.

use std::fs;
use std::path::{Path, PathBuf};

use secrets_shape::wire::Declaration;

use crate::cli::Programs;
use crate::entries;
use crate::failure::Failure;
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
        workspace.note_missing_schemas();
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
        output.verbose(format_args!("reading {}", file.display()));
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
    if found.is_empty() {
        return Err(Failure::new("no program loads a secret").help(
            "a program says which secrets it loads where it calls `load`, `live` or `start` and is built with the feature \
             `descriptor` of secrets-runtime, which is a default one; for the first schema file of a secret, \
             `cargo secrets pull --id ID --schema FILE` needs no program",
        ));
    }
    Ok(found)
}

fn declarations(path: &Path) -> Result<Vec<&'static Declaration<'static>>, Failure> {
    let file = fs::read(path).map_err(|error| Failure::file("read", path, &error))?;
    entries::read(&file).map_err(|broken| {
        Failure::new(format!("cannot tell which secrets {} loads: {broken}", path.display()))
            .help("build it again, with the version of secrets-runtime that this command has")
    })
}

/// Those of the chosen types. There is at least one.
pub fn chosen(mut loaded: Vec<Loaded>, programs: &Programs) -> Result<Vec<Loaded>, Failure> {
    let all = loaded.len();
    loaded.retain(|loaded| programs.scope.has_type(loaded.declaration.type_path));
    if loaded.is_empty() {
        let names = programs.scope.types.join(", ");
        return Err(Failure::new(format!("{all} types are loaded, and none is named {names}"))
            .help("`cargo secrets list` shows them"));
    }
    Ok(loaded)
}
