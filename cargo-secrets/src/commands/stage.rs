//! `stage`: stores a new version beside the current one, if it fits every program that reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use secrets_runtime::source::Selector;
use serde_json::json;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::change::{checked, not_rotating, readers_of, text_of};
use super::check::asked::{Answer, Asked};
use super::check::judged;
use crate::cli::StageArgs;
use crate::failure::Failure;
use crate::files;
use crate::keys::{keyed, objects};
use crate::live::Wanted;
use crate::output::{GOOD, Output, Verdict, styled};
use crate::program::Loaded;
use crate::versions::{CANDIDATE, Service, Versions};

pub fn run(arguments: &StageArgs, output: &Output) -> Result<Verdict, Failure> {
    let StageArgs { secret, programs, file, change } = arguments;
    let document = files::document(Path::new(file), "--file")?;
    let (loaded, service) = (checked(programs, output)?, Service::connect(secret, output)?);
    let versions = service.versions()?;
    not_rotating(&versions, change)?;
    let readers = readers_of(&loaded, secret, programs, &versions)?;
    let current = text_of(&versions, &versions.current()?.id, secret, output)?;
    let token = token(&versions, current.text.as_ref().map_err(Clone::clone)?.expose(), &document);
    let changed = Changed::of(current.text.as_ref().map_err(Clone::clone)?.expose(), &document, &readers);

    let wanted = Wanted { id: versions.arn.clone(), selector: Selector::Stage(CANDIDATE.into()) };
    let given = Answer::Given(document.clone());
    let asked = [Asked { wanted, loaded: readers, answer: given, region: None }];
    let (_, verdict) = judged(&asked, &secret.variables, output)?;
    if verdict != Verdict::Holds {
        return Ok(verdict);
    }
    if changed.is_nothing() {
        output.note("the current version holds this document already; nothing is stored");
        return Ok(Verdict::Holds);
    }
    if !change.dry_run {
        service.put(&versions, &document, &token, CANDIDATE)?;
        // A version that was stored before keeps its labels when it is stored again.
        let now = service.versions()?;
        if !service.move_label(&now, CANDIDATE, Some(&token))? {
            return Err(Failure::new("another version was staged at the same time").help("run the command again"));
        }
    }
    let status = if change.dry_run { "would stage" } else { "staged" };
    let human =
        || format!("{}  {}\n  version {token}\n{changed}", styled(GOOD, format_args!("{status:<12}")), versions.arn);
    let json = json!({
        "id": service.shown(), "arn": versions.arn, "status": status, "version_id": token, "changed": changed.keys,
        "other_changed_keys": changed.others,
    });
    output.results(human, || vec![json])?;
    Ok(Verdict::Holds)
}

/// Names the version after its text, so that the same document is stored once. Version ids are shown, and a short document could be
/// guessed from its hash: the current version's text, which only readers of the secret know, goes into it.
fn token(versions: &Versions, current: &str, document: &str) -> String {
    let mut hash = Sha256::new();
    for part in [&versions.arn, current, document] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().fold(String::new(), |mut token, byte| {
        let _ = write!(token, "{byte:02x}");
        token
    })
}

/// The keys whose values differ. Only declared ones are named, since another key may be a misplaced value.
struct Changed {
    keys: Vec<String>,
    others: usize,
    is_text: bool,
}

impl Changed {
    fn of(before: &str, after: &str, readers: &[&Loaded]) -> Self {
        let (Some(one), Some(other)) = (members(before), members(after)) else {
            return Self { keys: Vec::new(), others: 0, is_text: before != after };
        };
        let declared: BTreeSet<&str> = readers
            .iter()
            .flat_map(|reader| objects(&reader.declaration.shape))
            .flat_map(keyed)
            .flat_map(|field| field.keys.iter().copied())
            .collect();
        let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
        let differs =
            |name: &&&String| one.get(**name).map(|value| value.get()) != other.get(**name).map(|value| value.get());
        let (keys, others): (Vec<&String>, Vec<&String>) =
            names.iter().filter(differs).partition(|name| declared.contains(name.as_str()));
        Self { keys: keys.into_iter().cloned().collect(), others: others.len(), is_text: false }
    }

    fn is_nothing(&self) -> bool {
        self.keys.is_empty() && self.others == 0 && !self.is_text
    }
}

impl std::fmt::Display for Changed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { keys, others, is_text } = self;
        if *is_text {
            return writeln!(f, "  changes the text");
        }
        write!(f, "  changes {}", keys.join(", "))?;
        match (keys.is_empty(), others) {
            (_, 0) => writeln!(f),
            (true, 1) => writeln!(f, "one key that no program declares"),
            (false, 1) => writeln!(f, " and one key that no program declares"),
            (true, others) => writeln!(f, "{others} keys that no program declares"),
            (false, others) => writeln!(f, " and {others} keys that no program declares"),
        }
    }
}

/// The members of an object, without copies of their values.
fn members(text: &str) -> Option<BTreeMap<String, &RawValue>> {
    serde_json::from_str(text).ok()
}
