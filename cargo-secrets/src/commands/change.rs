//! The checks before every change of a secret: a program reads it, and no rotation is under way.

use secrets_runtime::source::Selector;

use super::check::asked::readers;
use crate::cli::{Change, Programs, SecretArgs};
use crate::failure::Failure;
use crate::live::{self, Wanted, is_of};
use crate::output::Output;
use crate::program::{self, Loaded};
use crate::versions::Versions;

/// The types that the programs load, each compared with its schema file.
pub fn checked(programs: &Programs, output: &Output) -> Result<Vec<Loaded>, Failure> {
    let loaded = program::loaded(programs, output)?;
    loaded.iter().try_for_each(Loaded::is_checked)?;
    Ok(loaded)
}

/// The types that read this secret.
pub fn readers_of<'l>(
    loaded: &'l [Loaded],
    secret: &SecretArgs,
    programs: &Programs,
    versions: &Versions,
) -> Result<Vec<&'l Loaded>, Failure> {
    let variables = &secret.variables;
    let mut readers = readers(&secret.id, loaded, &programs.scope, variables)?;
    readers.retain(|reader| reader.declaration.id.is_none_or(|id| is_of(id, &versions.arn, variables)));
    if readers.is_empty() {
        // Without a reader every version would pass the check.
        return Err(Failure::new(format!("no program reads {:?}, which {:?} is", versions.arn, secret.id))
            .help("give the programs that read this secret, with --bin or --descriptors"));
    }
    Ok(readers)
}

/// Fetches a version like a program does.
pub fn text_of(
    versions: &Versions,
    version: &str,
    secret: &SecretArgs,
    output: &Output,
) -> Result<live::Answer, Failure> {
    let wanted = Wanted { id: versions.arn.clone(), selector: Selector::Version(version.into()) };
    let mut answers = live::fetch(&[wanted], &secret.variables, &secret.place, output)?;
    answers.pop().ok_or_else(|| Failure::new("the secret was not asked for"))
}

/// A change during a rotation would be undone by its last step, or undo it.
pub fn not_rotating(versions: &Versions, change: &Change) -> Result<(), Failure> {
    if !versions.is_rotating() || change.during_rotation {
        return Ok(());
    }
    Err(Failure::new(format!(
        "a rotation of {:?} is under way: AWSPENDING is on a version that is not current",
        versions.arn
    ))
    .help("wait until it ends, or give --during-rotation if it is stuck"))
}
