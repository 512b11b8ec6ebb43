//! Logs metrics for CloudWatch, which extracts them from lines in its embedded metric format:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use secrets_runtime::{ErrorKind, Health, HealthState, SecretHealth, Secrets};
use serde_json::{Value, json};

/// Writes the metrics to standard output every minute; ECS forwards it to the log.
pub async fn report(secrets: Secrets, namespace: String) {
    let mut minutes = tokio::time::interval(Duration::from_mins(1));
    loop {
        minutes.tick().await;
        for line in lines(&secrets.health(), &namespace, SystemTime::now()) {
            println!("{line}");
        }
    }
}

/// One line for all secrets and one for each. The metrics are those of the feature `metrics`, with the same names. If polling has stopped,
/// that counts as degraded as well.
#[must_use]
pub fn lines(health: &Health, namespace: &str, now: SystemTime) -> Vec<Value> {
    let degraded = health.secrets.iter().filter(|secret| secret.state != HealthState::Ok).count()
        + usize::from(health.is_task_dead);
    let all = line(namespace, now, None, &[("secrets_degraded", "Count", json!(degraded))]);
    let each = |secret: &SecretHealth| {
        let refused = ("secrets_refused", "Count", json!(u8::from(is_refused(secret))));
        let age = secret.age.map(|age| ("secrets_age_seconds", "Seconds", json!(age.as_secs())));
        let created = secret.created.and_then(|created| created.duration_since(UNIX_EPOCH).ok());
        let created = created.map(|at| ("secrets_version_created_seconds", "Seconds", json!(at.as_secs_f64())));
        let figures: Vec<_> = std::iter::once(refused).chain(age).chain(created).collect();
        line(namespace, now, Some(&secret.id), &figures)
    };
    std::iter::once(all).chain(health.secrets.iter().map(each)).collect()
}

fn is_refused(secret: &SecretHealth) -> bool {
    let kind = secret.error.as_ref().map(secrets_runtime::Error::kind);
    matches!(kind, Some(ErrorKind::Binary | ErrorKind::NotJson | ErrorKind::Invalid | ErrorKind::Refused))
}

fn line(namespace: &str, now: SystemTime, id: Option<&str>, figures: &[(&str, &str, Value)]) -> Value {
    let dimensions = if id.is_some() { vec!["id"] } else { Vec::new() };
    let metrics: Vec<Value> = figures.iter().map(|(name, unit, _)| json!({"Name": name, "Unit": unit})).collect();
    let directive = json!({"Namespace": namespace, "Dimensions": [dimensions], "Metrics": metrics});
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let timestamp = u64::try_from(since).unwrap_or(u64::MAX);
    let mut line = json!({"_aws": {"Timestamp": timestamp, "CloudWatchMetrics": [directive]}});
    if let Some(id) = id {
        line["id"] = json!(id);
    }
    for (name, _, value) in figures {
        line[*name] = value.clone();
    }
    line
}
