//! The IAM policy of a program: what it has to be allowed, and nothing else.

mod render;

use std::collections::BTreeSet;
use std::str::FromStr;

use clap::ValueEnum;
use secrets_runtime::__tools::Arn;

pub(crate) use render::{document, render};

/// How a policy is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Syntax {
    /// A policy document
    Json,
    /// A data source of Terraform's AWS provider
    Terraform,
    /// A template with a managed policy
    Cloudformation,
}

/// A region that has replicas, and the key that encrypts them there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Replica {
    region: String,
    key: Option<String>,
}

/// `eu-west-1`, or `eu-west-1=arn:aws:kms:..`
impl FromStr for Replica {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, key) = text.split_once('=').map_or((text, None), |(region, key)| (region, Some(key.to_owned())));
        Ok(Self { region: region(name)?, key })
    }
}

/// The name of a region.
pub(crate) fn region(text: &str) -> Result<String, String> {
    let is_region = text.contains('-')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if is_region { Ok(text.to_owned()) } else { Err("a region is written as in eu-central-1".to_owned()) }
}

/// The id of an account.
pub(crate) fn account(text: &str) -> Result<String, String> {
    let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_account { Ok(text.to_owned()) } else { Err("an account id has twelve digits".to_owned()) }
}

/// The partition that a region is in.
pub(crate) fn partition_of(region: &str) -> &'static str {
    match region.split('-').collect::<Vec<_>>().as_slice() {
        ["cn", ..] => "aws-cn",
        ["us", "gov", ..] => "aws-us-gov",
        ["us", "iso", ..] => "aws-iso",
        ["us", "isob", ..] => "aws-iso-b",
        ["eu", "isoe", ..] => "aws-iso-e",
        ["us", "isof", ..] => "aws-iso-f",
        ["eusc", ..] => "aws-eusc",
        _ => "aws",
    }
}

/// Where names are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) partition: String,
    pub(crate) region: String,
    pub(crate) account: String,
}

/// What a policy is made from.
#[derive(Debug)]
pub(crate) struct Needs<'a> {
    /// Names and ARNs.
    pub(crate) ids: &'a [String],
    pub(crate) keys: &'a [String],
    pub(crate) replicas: &'a [Replica],
    pub(crate) has_batch: bool,
}

/// What is allowed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    sid: &'static str,
    action: &'static str,
    resources: Vec<String>,
    /// The service that a key may be used through, in these regions.
    through: Vec<String>,
}

impl Needs<'_> {
    /// Whether something in it is no ARN, and it has to be known where that is.
    pub(crate) fn place(&self) -> bool {
        let is_name = |text: &&String| !text.starts_with("arn:");
        self.ids.iter().chain(self.keys).chain(self.replica_keys()).any(|text| is_name(&text))
    }

    fn replica_keys(&self) -> impl Iterator<Item = &String> {
        self.replicas.iter().filter_map(|replica| replica.key.as_ref())
    }

    /// The statements of the policy; `place` where [`place`](Self::place) asks for it.
    pub(crate) fn statements(&self, place: Option<&Place>) -> Result<Vec<Statement>, String> {
        let secrets = self.secrets(place);
        let regions: BTreeSet<String> =
            secrets.iter().filter_map(|arn| Some(arn.split(':').nth(3)?.to_owned())).collect();
        let mut statements = vec![Statement {
            sid: "ReadSecrets",
            action: "secretsmanager:GetSecretValue",
            resources: secrets,
            through: Vec::new(),
        }];
        if self.has_batch {
            statements.push(Statement {
                sid: "ReadSecretsInBatches",
                action: "secretsmanager:BatchGetSecretValue",
                // It has no resources of its own; which secrets it returns is decided by the statement above.
                resources: vec!["*".to_owned()],
                through: Vec::new(),
            });
        }
        let keys = self.kms_keys(place)?;
        if !keys.is_empty() {
            let through = regions.iter().map(|region| service(region)).collect();
            statements.push(Statement { sid: "DecryptSecrets", action: "kms:Decrypt", resources: keys, through });
        }
        Ok(statements)
    }

    /// Each secret in its own region, then in those of its replicas.
    fn secrets(&self, place: Option<&Place>) -> Vec<String> {
        let arns: BTreeSet<String> = self.ids.iter().flat_map(|id| resources(id, place)).collect();
        let replicas: BTreeSet<String> = self
            .replicas
            .iter()
            .flat_map(|replica| arns.iter().filter_map(|arn| in_region(arn, &replica.region)))
            .filter(|arn| !arns.contains(arn))
            .collect();
        arns.into_iter().chain(replicas).collect()
    }

    fn kms_keys(&self, place: Option<&Place>) -> Result<Vec<String>, String> {
        let here = self.keys.iter().map(|key| kms_key(key, place, None));
        let there = self
            .replicas
            .iter()
            .filter_map(|replica| Some(kms_key(replica.key.as_ref()?, place, Some(&replica.region))));
        let keys: BTreeSet<String> = here.chain(there).collect::<Result<_, _>>()?;
        Ok(keys.into_iter().collect())
    }
}

/// The resources that an id stands for: itself if it is a full ARN, else with any of the six characters that the service
/// appends.
fn resources(id: &str, place: Option<&Place>) -> Vec<String> {
    let any = |arn: &str| format!("{arn}-??????");
    match (Arn::parse(id), place) {
        (Some(arn), _) if arn.looks_full() => vec![id.to_owned()],
        // It may end in a word, or in six characters that happen to look like one.
        (Some(arn), _) if arn.may_be_full() => vec![id.to_owned(), any(id)],
        (None, Some(Place { partition, region, account })) => {
            vec![any(&format!("arn:{partition}:secretsmanager:{region}:{account}:secret:{id}"))]
        }
        _ => vec![any(id)],
    }
}

/// The same secret in another region; `None` of what is no ARN.
fn in_region(arn: &str, region: &str) -> Option<String> {
    let mut parts: Vec<&str> = arn.splitn(5, ':').collect();
    *parts.get_mut(3)? = region;
    Some(parts.join(":"))
}

/// The ARN of a key. An alias does not work in a policy: it is compared with the key's own ARN.
fn kms_key(key: &str, place: Option<&Place>, region: Option<&str>) -> Result<String, String> {
    if key.contains("alias/") {
        return Err(format!("{key} is an alias, and a policy has to name the key itself: its id or its ARN"));
    }
    let is_id = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_arn = matches!(key.split(':').collect::<Vec<_>>().as_slice(), ["arn", partition, "kms", _, _, resource]
        if partition.starts_with("aws") && resource.strip_prefix("key/").is_some_and(is_id));
    match place {
        _ if is_arn => Ok(key.to_owned()),
        Some(Place { partition, region: here, account }) if is_id(key) => {
            Ok(format!("arn:{partition}:kms:{}:{account}:key/{key}", region.unwrap_or(here)))
        }
        _ => Err(format!("{key} is neither the id nor the ARN of a KMS key")),
    }
}

/// Secrets Manager, as KMS knows it. In China, KMS spells the domain either way.
fn service(region: &str) -> String {
    let end = if region.starts_with("cn-") { "*" } else { "" };
    format!("secretsmanager.{region}.amazonaws.com{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-AbCdEf";
    const PARTIAL: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db";

    fn place() -> Place {
        Place { partition: "aws".into(), region: "eu-central-1".into(), account: "123456789012".into() }
    }

    fn secrets(id: &str, replicas: &[Replica]) -> Vec<String> {
        let ids = [id.to_owned()];
        Needs { ids: &ids, keys: &[], replicas, has_batch: false }.secrets(Some(&place()))
    }

    #[test]
    fn a_full_arn_is_exact_and_everything_else_has_any_suffix() {
        assert_eq!(secrets(FULL, &[]), [FULL]);
        assert_eq!(secrets(PARTIAL, &[]), [format!("{PARTIAL}-??????")]);
        assert_eq!(secrets("prod/db", &[]), [format!("{PARTIAL}-??????")]);
        let word = PARTIAL.replace("prod/db", "db-master");
        assert_eq!(secrets(&word, &[]), [word.clone(), format!("{word}-??????")]);
    }

    #[test]
    fn a_replica_is_the_same_secret_in_another_region() {
        let replica: Replica = "eu-west-1".parse().expect("a region");
        let there = FULL.replace("eu-central-1", "eu-west-1");
        assert_eq!(secrets(FULL, &[replica]), [FULL, &there]);
        assert!("Ireland".parse::<Replica>().is_err());
    }

    #[test]
    fn a_key_is_named_by_itself() {
        let arn = "arn:aws:kms:eu-central-1:123456789012:key/1234-ab";
        let here = place();
        assert_eq!(kms_key("1234-ab", Some(&here), None).as_deref(), Ok(arn));
        assert_eq!(kms_key(arn, None, None).as_deref(), Ok(arn));
        assert_eq!(
            kms_key("mrk-1", Some(&here), Some("eu-west-1")).as_deref(),
            Ok("arn:aws:kms:eu-west-1:123456789012:key/mrk-1")
        );
        for refused in ["alias/orders", "arn:aws:kms:eu-central-1:123456789012:alias/orders", "arn:aws:s3:::x", "a b"] {
            assert!(kms_key(refused, Some(&here), None).is_err(), "{refused}");
        }
    }

    #[test]
    fn nothing_has_to_be_known_of_arns() {
        let ids = [FULL.to_owned()];
        let needs = Needs { ids: &ids, keys: &[], replicas: &[], has_batch: true };
        assert!(!needs.place());
        assert_eq!(needs.statements(None).expect("statements").len(), 2);
    }
}
