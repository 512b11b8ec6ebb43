//! Reads the declarations of the types that programs load.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use secrets_shape::near::nearest;
use secrets_shape::wire::Declaration;

use crate::cli::Programs;
use crate::descriptor;
use crate::entries::{self, Reason};
use crate::executable;
use crate::failure::Failure;
use crate::files;
use crate::output::Output;
use crate::workspace::{Checking, Workspace};

/// A loaded type's declaration, and the programs that load it.
#[derive(Debug)]
pub struct Loaded {
    pub declaration: &'static Declaration<'static>,
    pub programs: Vec<PathBuf>,
}

impl Loaded {
    /// The id, or `GIVEN` if the program passes it at run time.
    pub fn shown_id(&self) -> &'static str {
        self.declaration.id.unwrap_or(GIVEN)
    }

    /// Fails if the build skipped the comparison with the schema file, because then the declaration proves nothing.
    pub fn is_checked(&self) -> Result<(), Failure> {
        let Declaration { type_path, is_checked, .. } = self.declaration;
        if *is_checked {
            return Ok(());
        }
        Err(Failure::new(format!("{type_path} was not compared with its schema file: SECRETS_SCHEMA=unchecked"))
            .help("build the program again without that variable"))
    }
}

/// Shown instead of an id for types loaded with `load_from`.
pub const GIVEN: &str = "(given at run time)";

/// The types that the chosen programs load, sorted by id and type. Never empty.
pub fn loaded(programs: &Programs, output: &Output) -> Result<Vec<Loaded>, Failure> {
    if programs.are_built() {
        let workspace = Workspace::find(&programs.scope, output)?;
        workspace.note_missing_schemas(output);
        return read(&workspace.build(programs.build_arguments(), Checking::OfSchemas, output)?, output);
    }
    let descriptors = descriptor::files(&programs.descriptors)?;
    merged(of_programs(&programs.bin).chain(descriptors.iter().map(|file| (file, descriptor::read as Read))), output)
}

/// The types that the programs in these files load. Never empty.
pub fn read(files: &[PathBuf], output: &Output) -> Result<Vec<Loaded>, Failure> {
    merged(of_programs(files), output)
}

/// Reads the declarations in a file.
type Read = fn(&Path) -> Result<Vec<&'static Declaration<'static>>, Failure>;

fn of_programs(files: &[PathBuf]) -> impl Iterator<Item = (&PathBuf, Read)> {
    files.iter().map(|file| (file, declarations as Read))
}

fn merged<'f>(files: impl Iterator<Item = (&'f PathBuf, Read)>, output: &Output) -> Result<Vec<Loaded>, Failure> {
    let (mut found, mut files_read): (Vec<(String, Loaded)>, Vec<&PathBuf>) = Default::default();
    for (file, read) in files {
        output.verbose(format_args!("reading {}", files::shown(file)));
        files_read.push(file);
        for declaration in read(file)? {
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
    if found.is_empty() { Err(nothing(&files_read)) } else { Ok(found) }
}

fn nothing(files: &[&PathBuf]) -> Failure {
    let names: Vec<String> = files.iter().map(|file| files::shown(file)).collect();
    let names = if names.is_empty() { "the workspace, which has no program,".to_owned() } else { names.join(", ") };
    Failure::new(format!("{names} says nothing of secrets that it loads")).help(
        "call `load`, `live` or `start` for a type with `#[derive(Secret)]`, and build secrets-runtime with its feature `descriptor`: a \
         default one, which `default-features = false` switches off; for a first schema file, `cargo secrets pull --id ID \
         --schema FILE` needs no program",
    )
}

fn declarations(path: &Path) -> Result<Vec<&'static Declaration<'static>>, Failure> {
    entries_of(path, &executable::read(path)?, "copy the program again, or build it again")
}

/// The declarations among the bytes of a file. `mend` is the remedy for a damaged one.
pub fn entries_of(path: &Path, file: &[u8], mend: &str) -> Result<Vec<&'static Declaration<'static>>, Failure> {
    entries::read(file).map_err(|broken| {
        let failure = Failure::new(format!("cannot tell which secrets {} loads: {broken}", files::shown(path)));
        match broken.reason {
            Reason::Version => failure.help(
                "use a cargo-secrets of the version of secrets-runtime that the program has, or build the program with the version \
                 that this command has",
            ),
            Reason::Damaged | Reason::Unreadable => failure.help(mend),
        }
    })
}

/// The error for an unknown `--type`, with the known types.
pub fn unknown_type(names: &[String], loaded: &[Loaded]) -> Failure {
    let paths = || loaded.iter().map(|loaded| loaded.declaration.type_path);
    let ends = || paths().map(|path| path.rsplit("::").next().unwrap_or(path));
    let near = names.iter().find_map(|name| nearest(name, ends()).or_else(|| nearest(name, paths())));
    let meant = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    Failure::new(format!("no loaded type is named {}{meant}", names.join(", ")))
        .help(format!("give --type one of {}", listed(loaded)))
}

/// The type paths, without duplicates.
pub fn listed(loaded: &[Loaded]) -> String {
    let paths: BTreeSet<&str> = loaded.iter().map(|loaded| loaded.declaration.type_path).collect();
    paths.into_iter().collect::<Vec<_>>().join(", ")
}

/// The chosen types. Never empty.
pub fn chosen(mut loaded: Vec<Loaded>, programs: &Programs) -> Result<Vec<Loaded>, Failure> {
    if !loaded.iter().any(|loaded| programs.scope.has_type(loaded.declaration.type_path)) {
        return Err(unknown_type(&programs.scope.types, &loaded));
    }
    loaded.retain(|loaded| programs.scope.has_type(loaded.declaration.type_path));
    Ok(loaded)
}
