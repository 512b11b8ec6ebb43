//! What programs declare.

use std::path::PathBuf;

use crate::artifact;
use crate::cli::Programs;
use crate::descriptor::Descriptor;
use crate::failure::Failure;
use crate::files;
use crate::output::Output;
use crate::sources;
use crate::workspace::Workspace;

/// What one type declares, and which programs it is in.
#[derive(Debug)]
pub(crate) struct Declaration {
    pub(crate) descriptor: Descriptor,
    pub(crate) programs: Vec<PathBuf>,
}

/// The declarations of the chosen types, in the order of ids and types. There is at least one.
pub(crate) fn declarations(programs: &Programs, output: &Output) -> Result<Vec<Declaration>, Failure> {
    let files = if programs.bin.is_empty() { build(programs, output)? } else { programs.bin.clone() };
    let mut found: Vec<Declaration> = Vec::new();
    for file in &files {
        output.verbose(format_args!("reading {}", file.display()));
        for descriptor in artifact::read(file)? {
            add(&mut found, descriptor, file);
        }
    }
    let all = found.len();
    found.retain(|declaration| programs.scope.has_type(&declaration.descriptor.type_path));
    found.sort_by(|one, other| key(&one.descriptor).cmp(&key(&other.descriptor)));
    if found.is_empty() {
        return Err(nothing(all, programs));
    }
    Ok(found)
}

fn key(descriptor: &Descriptor) -> (&str, &str, &str) {
    (&descriptor.id, &descriptor.type_path, &descriptor.version)
}

fn add(found: &mut Vec<Declaration>, descriptor: Descriptor, file: &PathBuf) {
    match found.iter_mut().find(|declaration| declaration.descriptor == descriptor) {
        Some(known) if known.programs.contains(file) => {}
        Some(known) => known.programs.push(file.clone()),
        None => found.push(Declaration { descriptor, programs: vec![file.clone()] }),
    }
}

fn nothing(all: usize, programs: &Programs) -> Failure {
    if all == 0 {
        return Failure::new("no secrets are declared").help(
            "declare them with `#[derive(Secret)]` and `#[secret(id = \"..\")]`; what is in the binary is the work of \
             secrets-runtime's feature `descriptor`",
        );
    }
    let names = programs.scope.types.join(", ");
    Failure::new(format!("none of the {all} declared types is called {names}")).help("`cargo secrets list` shows them")
}

/// Builds the workspace. A build that fails for want of a schema file says so.
fn build(programs: &Programs, output: &Output) -> Result<Vec<PathBuf>, Failure> {
    let workspace = Workspace::find(&programs.scope, output)?;
    workspace.build(programs, output).map_err(|failure| {
        let missing = sources::missing_schemas(&workspace);
        if missing.is_empty() {
            return failure;
        }
        let missing: Vec<String> = missing.iter().map(|path| files::shown(path)).collect();
        Failure::new(format!("the build failed, and schema files are missing: {}", missing.join(", ")))
            .help("they were not pulled yet: run `cargo secrets pull`")
    })
}
