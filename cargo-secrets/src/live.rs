//! Fetches live secrets the way the program does.

use std::fmt;

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use futures_util::{StreamExt, stream};
use secrets_runtime::__tools::{self, Declared, Text};
use secrets_runtime::source::Selector;
use secrets_shape::id::{self, Arn};

use crate::cli::{Variables, Where};
use crate::failure::Failure;
use crate::output::Output;

/// How many calls run concurrently.
const CONCURRENCY: usize = 16;

/// A secret to fetch: its declared id, and the version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub id: String,
    pub selector: Selector,
}

impl Wanted {
    pub fn staged(id: &str, stage: &str) -> Self {
        Self { id: id.to_owned(), selector: Selector::Stage(stage.into()) }
    }

    /// The staging label, or the version id.
    pub fn version(&self) -> &str {
        match &self.selector {
            Selector::Stage(version) | Selector::Version(version) => version,
            _ => "another version",
        }
    }
}

/// An id as messages show it: resolved, with the declared form if that differs.
#[derive(Debug)]
pub struct ShownId {
    pub id: String,
    pub declared: Option<String>,
}

impl ShownId {
    /// A variable may hold a secret's value by mistake, so its value is shown only after a secret was found under it.
    pub fn new(wanted: &Wanted, variables: &Variables, is_found: bool) -> Self {
        let Ok(asked) = resolve(wanted, variables) else { return Self::declared(wanted) };
        if is_found {
            asked.confirm();
        }
        let id = asked.shown().to_owned();
        Self { declared: (id != wanted.id).then(|| wanted.id.clone()), id }
    }

    /// For a secret that was not fetched.
    pub fn declared(wanted: &Wanted) -> Self {
        Self { id: wanted.id.clone(), declared: None }
    }
}

impl fmt::Display for ShownId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.declared {
            Some(declared) => write!(f, "{} (declared {declared})", self.id),
            None => f.write_str(&self.id),
        }
    }
}

/// The outcome of one fetch, and the region asked.
pub struct Answer {
    pub text: Result<Text, Failure>,
    pub region: Option<String>,
}

/// Fetches secrets, each in its own call, and returns the answers in the same order.
pub fn fetch(wanted: &[Wanted], variables: &Variables, place: &Where, output: &Output) -> Result<Vec<Answer>, Failure> {
    Ok(runtime()?.block_on(async {
        let source = __tools::aws(place.region.clone(), place.aws_profile.as_deref()).await;
        let bar = output.progress("asking Secrets Manager", wanted.len());
        let one = async |wanted: &Wanted| {
            let declared = match resolve(wanted, variables) {
                Ok(declared) => declared,
                Err(failure) => return Answer { text: Err(failure), region: None },
            };
            output.verbose(format_args!("asking for {:?}, {}", declared.shown(), wanted.version()));
            let text = declared.fetch(&source).await.map_err(Failure::from);
            bar.inc(1);
            Answer { text, region: __tools::region_of(&source, declared.id()) }
        };
        let answers = stream::iter(wanted.iter().map(one)).buffered(CONCURRENCY).collect().await;
        bar.finish_and_clear();
        answers
    }))
}

/// Replaces the placeholders of an id.
pub fn resolve(wanted: &Wanted, variables: &Variables) -> Result<Declared, Failure> {
    if let Some(name) = unset(&wanted.id, variables) {
        let is = if variables.lookup(name).is_none() { "is not set" } else { "is empty" };
        return Err(Failure::new(format!("secret {:?} cannot be asked for: {name} {is}", wanted.id))
            .help(format!("set {name} in the environment, or give `--var {name}=VALUE`")));
    }
    Ok(Declared::resolve(&wanted.id, wanted.selector.clone(), |name| variables.lookup(name))?)
}

/// The first variable of an id that is unset or empty.
fn unset<'i>(id: &'i str, variables: &Variables) -> Option<&'i str> {
    id::variables(id).find(|name| variables.lookup(name).is_none_or(|value| value.is_empty()))
}

/// The id with its placeholders resolved, or unchanged if a variable is not set.
pub fn resolved(id: &str, variables: &Variables) -> String {
    id::resolve(id, |name| variables.lookup(name)).unwrap_or_else(|_| id.to_owned())
}

/// Whether two ids may mean one secret: a name, or ARNs with or without the six-character suffix. Only the service can tell: `db-master`
/// may be a name, or `db` with a suffix, and a name may exist in any account.
pub fn is_same(one: &str, other: &str, variables: &Variables) -> bool {
    let (one, other) = (resolved(one, variables), resolved(other, variables));
    match (Arn::parse(&one), Arn::parse(&other)) {
        (None, None) => one == other,
        (Some(arn), None) => is_same_name(arn.name, &other),
        (None, Some(arn)) => is_same_name(&one, arn.name),
        (Some(left), Some(right)) => place(left) == place(right) && is_same_name(left.name, right.name),
    }
}

/// Whether an id refers to the secret with this full ARN.
pub fn is_of(id: &str, arn: &str, variables: &Variables) -> bool {
    let id = resolved(id, variables);
    let Some(secret) = Arn::parse(arn) else { return false };
    match Arn::parse(&id) {
        None => is_full_of(secret.name, &id),
        Some(declared) => {
            place(declared) == place(secret) && (declared.name == secret.name || is_full_of(secret.name, declared.name))
        }
    }
}

fn place(arn: Arn<'_>) -> (&str, &str, &str) {
    (arn.partition, arn.region, arn.account)
}

/// Whether `full` is `name` with the six-character suffix that the service appends.
fn is_full_of(full: &str, name: &str) -> bool {
    let suffix = full.strip_prefix(name).and_then(|rest| rest.strip_prefix('-'));
    suffix.is_some_and(|suffix| suffix.len() == 6 && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn is_same_name(one: &str, other: &str) -> bool {
    one == other || is_full_of(one, other) || is_full_of(other, one)
}

/// The async runtime for the AWS calls.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::new(format!("cannot start: {error}")))
}

/// Why a call to another AWS service failed, with a remedy. An `SdkError` may own the whole response, so only its kind is used.
pub fn reason<E>(service: &str, error: &SdkError<E>) -> (String, Option<String>)
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    if let Some((reason, remedy)) = __tools::credentials_problem(error) {
        return (reason, Some(remedy));
    }
    let network = || Some(format!("check the network between here and {service}"));
    match error {
        SdkError::TimeoutError(_) => (format!("{service} did not answer in time"), network()),
        SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_timeout() => {
            (format!("{service} could not be reached"), network())
        }
        SdkError::ServiceError(error) => match error.err().code() {
            Some(code) if __tools::is_code(code) => (format!("{service} refuses ({code})"), None),
            _ => (format!("{service} refuses (HTTP {})", error.raw().status().as_u16()), None),
        },
        _ => (
            format!("{service} could not be asked"),
            Some("check the AWS configuration: region, endpoint, profile".to_owned()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTIAL: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db";

    #[test]
    fn spellings_that_may_be_one_secret_are_compared_with_the_answer() {
        let full = format!("{PARTIAL}-AbCdEf");
        let variables = Variables::of(&[("APP_ENV", "prod"), ("ARN", &full)]);
        for one in ["prod/db", "{APP_ENV}/db", "{ARN}", PARTIAL] {
            assert!(is_of(one, &full, &variables), "{one}");
            for other in ["prod/db", "{APP_ENV}/db", "{ARN}", PARTIAL] {
                assert!(is_same(one, other, &variables), "{one} {other}");
            }
            for other in ["prod/db2", "{UNSET}/db", &format!("{PARTIAL}-ZzZzZz0")] {
                assert!(!is_same(one, other, &variables), "{one} {other}");
            }
        }
        let elsewhere = PARTIAL.replace("eu-central", "eu-west");
        assert!(!is_of(&elsewhere, &full, &variables) && !is_same(&elsewhere, PARTIAL, &variables));
        // It may be the same; only the service can tell.
        assert!(is_same("prod/db-master", PARTIAL, &variables));
        assert!(!is_of("prod/db-master", &full, &variables));
    }
}
