//! `history`: the versions of a secret.

use aws_sdk_secretsmanager::primitives::{DateTime, DateTimeFormat};
use serde_json::{Value, json};

use crate::cli::SecretArgs;
use crate::failure::Failure;
use crate::output::{Output, Verdict, table};
use crate::versions::{Service, Version};

pub fn run(arguments: &SecretArgs, output: &Output) -> Result<Verdict, Failure> {
    let service = Service::connect(arguments, output)?;
    let versions = service.history()?;
    let rows = || versions.all.iter().map(row).collect::<Vec<_>>();
    let human = || table(&["VERSION", "LABELS", "CREATED", "LAST READ"], &rows());
    let json = |version: &Version| {
        let Version { id, labels, created, accessed } = version;
        json!({
            "id": service.shown(), "arn": versions.arn, "version_id": id, "labels": labels,
            "created": date(*created), "last_read": date(*accessed),
        })
    };
    output.results(human, || versions.all.iter().map(json).collect::<Vec<Value>>())?;
    Ok(Verdict::Holds)
}

fn row(version: &Version) -> Vec<String> {
    let Version { id, labels, created, accessed } = version;
    // The service keeps the day of the last read, not the time.
    let day = date(*accessed).and_then(|date| Some(date.split_once('T')?.0.to_owned()));
    vec![id.clone(), labels.join(", "), date(*created).unwrap_or_default(), day.unwrap_or_default()]
}

/// "2026-11-27T21:00:00Z"
fn date(at: Option<DateTime>) -> Option<String> {
    DateTime::from_secs(at?.secs()).fmt(DateTimeFormat::DateTime).ok()
}
