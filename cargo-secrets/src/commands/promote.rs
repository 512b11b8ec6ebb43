//! `promote` and `rollback`: move AWSCURRENT to a version that fits every program, in one call that is refused if AWSCURRENT moved meanwhile.

use std::collections::BTreeSet;

use secrets_runtime::source::Selector;
use serde_json::json;

use super::change::{checked, not_rotating, readers_of, text_of};
use super::check::asked::{Answer, Asked};
use super::check::judged;
use crate::cli::{Change, Programs, PromoteArgs, RollbackArgs, SecretArgs};
use crate::confirm::confirmed;
use crate::failure::Failure;
use crate::files;
use crate::live::Wanted;
use crate::output::{BAD, GOOD, Output, Verdict, styled};
use crate::program::Loaded;
use crate::versions::{CANDIDATE, CURRENT, LAST_GOOD, PREVIOUS, Service, Version, Versions};

pub fn promote(arguments: &PromoteArgs, output: &Output) -> Result<Verdict, Failure> {
    let PromoteArgs { secret, programs, version_id, change, yes } = arguments;
    let promotion = Move { secret, programs, change, yes: *yes, does: "promote", done: "promoted", leaves: None };
    let target = |versions: &Versions| named(versions, version_id.as_deref()).unwrap_or_else(|| staged(versions));
    // The version that is replaced gets its label first: it is never without one.
    promotion.run(target, LAST_GOOD, |_, current| Some(current.id.clone()), output)
}

fn staged(versions: &Versions) -> Result<String, Failure> {
    let staged = versions.with(CANDIDATE).map(|version| version.id.clone());
    staged.ok_or_else(|| {
        Failure::new(format!("no version of {:?} is staged", versions.arn))
            .help("stage one with `cargo secrets stage`, or choose one of `cargo secrets history` with --version-id")
    })
}

pub fn rollback(arguments: &RollbackArgs, output: &Output) -> Result<Verdict, Failure> {
    let RollbackArgs { secret, programs, to, change, yes } = arguments;
    let leaves =
        Some("programs that read the previous version go on accepting the one that is replaced, until the next change");
    let rollback = Move { secret, programs, change, yes: *yes, does: "roll back", done: "rolled back", leaves };
    let target = |versions: &Versions| named(versions, to.as_deref()).unwrap_or_else(|| good_before(versions));
    // What is taken back is not promoted again by chance; another staged version stays staged.
    let candidate = |versions: &Versions, current: &Version| {
        versions.with(CANDIDATE).filter(|candidate| candidate.id != current.id).map(|candidate| candidate.id.clone())
    };
    rollback.run(target, CANDIDATE, candidate, output)
}

/// The version that `promote` replaced, or else the previous one. If something else changed the secret since, they differ, and which one
/// is meant is not guessed.
fn good_before(versions: &Versions) -> Result<String, Failure> {
    let id = |label: &str| versions.with(label).map(|version| version.id.clone());
    match (id(LAST_GOOD), id(PREVIOUS)) {
        (Some(good), Some(previous)) if good != previous && Some(&good) != id(CURRENT).as_ref() => {
            Err(Failure::new(format!("{:?} was changed by something else since the last `promote`", versions.arn))
                .help(format!("choose with --to: {good} was replaced by `promote`, {previous} by the last change")))
        }
        (Some(version), _) | (None, Some(version)) => Ok(version),
        (None, None) => Err(Failure::new(format!("{:?} has no version before the current one", versions.arn))
            .help("choose a version of `cargo secrets history` with --to")),
    }
}

/// The version that the command line names.
fn named(versions: &Versions, id: Option<&str>) -> Option<Result<String, Failure>> {
    let id = id?;
    Some(versions.get(id).map(|version| version.id.clone()).ok_or_else(|| {
        Failure::new(format!("{:?} has no version {id:?}", versions.arn))
            .help(format!("its versions are {}", listed(versions)))
    }))
}

fn listed(versions: &Versions) -> String {
    versions.all.iter().map(|version| version.id.as_str()).collect::<Vec<_>>().join(", ")
}

/// A move of AWSCURRENT.
struct Move<'a> {
    secret: &'a SecretArgs,
    programs: &'a Programs,
    change: &'a Change,
    yes: bool,
    does: &'static str,
    done: &'static str,
    /// What the change leaves behind, for the person who decides.
    leaves: Option<&'static str>,
}

impl Move<'_> {
    /// `label` is moved first, from wherever it is to where `to` says.
    fn run(
        &self,
        target: impl FnOnce(&Versions) -> Result<String, Failure>,
        label: &str,
        to: impl FnOnce(&Versions, &Version) -> Option<String>,
        output: &Output,
    ) -> Result<Verdict, Failure> {
        let Self { secret, programs, change, yes, does, done, leaves } = *self;
        let (loaded, service) = (checked(programs, output)?, Service::connect(secret, output)?);
        let versions = service.versions()?;
        not_rotating(&versions, change)?;
        let (current, target) = (versions.current()?, target(&versions)?);
        let report = |status: &str, style, verdict| {
            let human = || {
                format!(
                    "{}  {}\n  from {}\n  to {target}\n",
                    styled(style, format_args!("{status:<12}")),
                    versions.arn,
                    current.id
                )
            };
            let json = json!({
                "id": service.shown(), "arn": versions.arn, "status": status, "from_version_id": current.id, "version_id": target,
            });
            output.results(human, || vec![json]).map(|()| verdict)
        };
        if current.id == target {
            return report("is current", GOOD, Verdict::Holds);
        }
        let readers = readers_of(&loaded, secret, programs, &versions)?;
        let programs = programs_of(&readers);
        let wanted = Wanted { id: versions.arn.clone(), selector: Selector::Version(target.as_str().into()) };
        let fetched = text_of(&versions, &target, secret, output)?;
        let asked = [Asked { wanted, loaded: readers, answer: Answer::Live(fetched.text), region: fetched.region }];
        let (_, verdict) = judged(&asked, &secret.variables, output)?;
        if verdict != Verdict::Holds {
            return Ok(verdict);
        }
        output.note(format_args!(
            "AWSCURRENT of {} moves from version {} to {target}; judged by {programs}",
            versions.arn, current.id
        ));
        if let Some(leaves) = leaves {
            output.note(leaves);
        }
        if change.dry_run {
            return report(&format!("would {does}"), GOOD, Verdict::Holds);
        }
        if !confirmed(yes, "Move AWSCURRENT?")? {
            return report("not changed", BAD, Verdict::DoesNotHold);
        }
        let is_labelled = service.move_label(&versions, label, to(&versions, current).as_deref())?;
        if is_labelled && service.move_label(&versions, CURRENT, Some(&target))? {
            return report(done, GOOD, Verdict::Holds);
        }
        output.note("another change came first; run the command again, to look at the version that is current now");
        report("refused", BAD, Verdict::DoesNotHold)
    }
}

/// "old/orders, new/orders"
fn programs_of(readers: &[&Loaded]) -> String {
    let programs: BTreeSet<String> =
        readers.iter().flat_map(|reader| &reader.programs).map(|program| files::shown(program)).collect();
    programs.into_iter().collect::<Vec<_>>().join(", ")
}
