//! The live secrets, fetched as the program fetches them.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use secrets_runtime::__tools::{Declared, Text};
use secrets_runtime::Aws;

use crate::cli::Variables;
use crate::failure::Failure;
use crate::output::{self, Output};

/// How many calls are under way at once: as many as the source itself allows.
const CONCURRENCY: usize = 16;

/// A secret to fetch: an id as declared, and a stage.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Wanted {
    pub(crate) id: String,
    pub(crate) stage: String,
}

/// Fetches secrets, each by a call of its own; one answer each, in their order.
pub(crate) fn fetch(
    wanted: &[Wanted],
    variables: &Variables,
    output: &Output,
) -> Result<Vec<Result<Text, Failure>>, Failure> {
    let runtime = runtime()?;
    Ok(runtime.block_on(async {
        let source = Aws::from_env().await;
        let bar = output::progress("asking Secrets Manager", wanted.len());
        let one = async |wanted: &Wanted| {
            let declared = resolve(wanted, variables)?;
            output.verbose(format_args!("asking for {:?}, {}", declared.shown(), wanted.stage));
            let answer = declared.fetch(&source).await.map_err(Failure::from);
            bar.inc(1);
            answer
        };
        let answers = stream::iter(wanted.iter().map(one)).buffered(CONCURRENCY).collect().await;
        bar.finish_and_clear();
        answers
    }))
}

/// Replaces the placeholders of an id.
pub(crate) fn resolve(wanted: &Wanted, variables: &Variables) -> Result<Declared, Failure> {
    if let Some(name) = unset(&wanted.id, variables) {
        return Err(Failure::new(format!("secret {:?} has an unusable id: {name} is not set, or empty", wanted.id))
            .help(format!("set {name} in the environment, or give `--var {name}=..`")));
    }
    Ok(Declared::resolve(&wanted.id, &wanted.stage, |name| variables.lookup(name))?)
}

/// The first variable of an id that stands for nothing.
fn unset<'i>(id: &'i str, variables: &Variables) -> Option<&'i str> {
    placeholders(id).find(|name| variables.lookup(name).is_none_or(|value| value.is_empty()))
}

/// The names between the braces of an id.
pub(crate) fn placeholders(id: &str) -> impl Iterator<Item = &str> {
    id.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

/// Each secret once.
pub(crate) fn unique<'w>(wanted: impl Iterator<Item = (&'w str, &'w str)>) -> Vec<Wanted> {
    let all: BTreeSet<Wanted> =
        wanted.map(|(id, stage)| Wanted { id: id.to_owned(), stage: stage.to_owned() }).collect();
    all.into_iter().collect()
}

/// What the calls run on.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::new(format!("cannot start: {error}")))
}
