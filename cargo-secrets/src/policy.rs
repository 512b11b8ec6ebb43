//! Builds the IAM policy of a program, with least privilege.

mod granted;
mod render;

use std::collections::BTreeSet;
use std::str::FromStr;

use clap::ValueEnum;
use secrets_shape::id::Arn;

pub use granted::{Granted, Policy, Standing};
pub use render::{document, render};

/// The syntax of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Syntax {
    /// IAM policy document
    Json,
    /// Data source of Terraform's AWS provider
    Terraform,
    /// CloudFormation template with a managed policy
    Cloudformation,
}

/// A region with replicas, and the KMS key that encrypts them there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replica {
    region: String,
    key: Option<String>,
}

/// Parses `eu-west-1` or `eu-west-1=arn:aws:kms:..`
impl FromStr for Replica {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, key) = text.split_once('=').map_or((text, None), |(region, key)| (region, Some(key.to_owned())));
        Ok(Self { region: region(name)?, key })
    }
}

/// Validates the name of a region.
pub fn region(text: &str) -> Result<String, String> {
    let is_region = text.contains('-')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if is_region { Ok(text.to_owned()) } else { Err("a region is written as in eu-central-1".to_owned()) }
}

/// Validates a name that both Terraform and CloudFormation accept.
pub fn name(text: &str) -> Result<String, String> {
    let is_name = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_name { Ok(text.to_owned()) } else { Err("a name is made of letters, digits and `_`".to_owned()) }
}

/// Validates an account id.
pub fn account(text: &str) -> Result<String, String> {
    let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_account { Ok(text.to_owned()) } else { Err("an account id has twelve digits".to_owned()) }
}

/// The place of secrets and keys that are given by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub partition: String,
    pub region: String,
    pub account: String,
}

impl Place {
    /// The place where a template is deployed, as CloudFormation pseudo parameters. These contain colons, which parts of an ARN cannot, so
    /// stand-ins are used.
    pub fn of_deployment() -> Self {
        let [(partition, _), (region, _), (account, _)] = PSEUDO.map(|(ours, theirs)| (ours.to_owned(), theirs));
        Self { partition, region, account }
    }
}

/// Stand-ins for CloudFormation's pseudo parameters, replaced when the policy is rendered.
const PSEUDO: [(&str, &str); 3] =
    [("${Partition}", "${AWS::Partition}"), ("${Region}", "${AWS::Region}"), ("${AccountId}", "${AWS::AccountId}")];

/// The input for a policy.
#[derive(Debug)]
pub struct Needs<'a> {
    /// Names and ARNs of secrets.
    pub ids: &'a [String],
    pub keys: &'a [String],
    pub replicas: &'a [Replica],
    pub has_batch: bool,
    /// The staging labels to allow; empty allows all.
    pub stages: &'a [String],
    /// The role in a resource or key policy; `None` in the policy of a role itself.
    pub principal: Option<&'a str>,
}

/// A statement of the policy, always of effect Allow.
#[derive(Debug, PartialEq, Eq)]
pub struct Statement {
    sid: &'static str,
    principal: Option<String>,
    action: &'static str,
    resources: Vec<String>,
    conditions: Vec<Condition>,
}

impl Statement {
    pub fn action(&self) -> &'static str {
        self.action
    }

    pub fn resources(&self) -> &[String] {
        &self.resources
    }
}

/// A condition: the request's `key` has one of these values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    operator: &'static str,
    key: &'static str,
    values: Vec<String>,
}

impl Condition {
    /// What is known about the requests that a statement allows.
    pub fn of_request<'s>(statement: &Statement, stages: impl Iterator<Item = &'s str>) -> Vec<Self> {
        let stages = Self { operator: "StringEquals", key: STAGE, values: stages.map(str::to_owned).collect() };
        let own = statement.conditions.iter().filter(|own| own.key != stages.key).cloned();
        own.chain((statement.action == READ).then_some(stages.clone())).collect()
    }
}

const READ: &str = "secretsmanager:GetSecretValue";
const STAGE: &str = "secretsmanager:VersionStage";

impl Needs<'_> {
    /// Whether [`statements`](Self::statements) needs a place: for names, and for replicas, which exist only for secrets of this account.
    pub fn place(&self) -> bool {
        let is_name = |text: &&String| !text.starts_with("arn:");
        !self.replicas.is_empty() || self.ids.iter().chain(self.keys).any(|text| is_name(&text))
    }

    /// The statements of the policy. Pass `place` if [`place`](Self::place) asks for it.
    pub fn statements(&self, place: Option<&Place>) -> Result<Vec<Statement>, String> {
        let secrets = self.secrets(place);
        let through = through(&secrets);
        let mut statements = vec![Statement { resources: secrets, ..self.read_secrets() }];
        if self.has_batch {
            statements.push(Statement {
                sid: "ReadSecretsInBatches",
                principal: None,
                action: "secretsmanager:BatchGetSecretValue",
                // The action supports no resource-level permissions; the statement above decides which secrets it returns.
                resources: vec!["*".to_owned()],
                conditions: Vec::new(),
            });
        }
        let keys = self.kms_keys(place)?;
        if !keys.is_empty() {
            statements.push(Statement { resources: keys, ..self.decrypt_secrets(through) });
        }
        Ok(statements)
    }

    /// The resource policy of a secret in another account.
    pub fn of_secrets(&self) -> Vec<Statement> {
        vec![self.read_secrets()]
    }

    /// The statement for the policy of a KMS key in another account.
    pub fn of_keys(&self, place: Option<&Place>) -> Vec<Statement> {
        vec![self.decrypt_secrets(through(&self.secrets(place)))]
    }

    fn read_secrets(&self) -> Statement {
        let values = self.stages.to_vec();
        let stages = Condition { operator: "StringEquals", key: STAGE, values };
        Statement {
            sid: "ReadSecrets",
            principal: self.principal.map(str::to_owned),
            action: READ,
            // In a resource policy, `*` means the secret or key that it is attached to.
            resources: vec!["*".to_owned()],
            conditions: if self.stages.is_empty() { Vec::new() } else { vec![stages] },
        }
    }

    fn decrypt_secrets(&self, through: Condition) -> Statement {
        Statement {
            sid: "DecryptSecrets",
            principal: self.principal.map(str::to_owned),
            action: "kms:Decrypt",
            resources: vec!["*".to_owned()],
            conditions: vec![through],
        }
    }

    /// The ARNs of the secrets in their own regions, then those of this account's secrets in the replica regions.
    pub fn secrets(&self, place: Option<&Place>) -> Vec<String> {
        let arns: BTreeSet<String> = self.ids.iter().flat_map(|id| resources(id, place)).collect();
        let is_ours = |arn: &&String| place.is_some_and(|place| arn.split(':').nth(4) == Some(&place.account));
        let replicas: BTreeSet<String> = self
            .replicas
            .iter()
            .flat_map(|replica| arns.iter().filter(is_ours).filter_map(|arn| in_region(arn, &replica.region)))
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

/// The ARN patterns for an id.
fn resources(id: &str, place: Option<&Place>) -> Vec<String> {
    match (Arn::parse(id), place) {
        (None, Some(Place { partition, region, account })) => {
            vec![format!("arn:{partition}:secretsmanager:{region}:{account}:secret:{id}-??????")]
        }
        _ => secrets_shape::id::resources(id),
    }
}

/// The ARN of the same secret in another region; `None` if it is not an ARN.
fn in_region(arn: &str, region: &str) -> Option<String> {
    let mut parts: Vec<&str> = arn.splitn(5, ':').collect();
    *parts.get_mut(3)? = region;
    Some(parts.join(":"))
}

/// The ARN of a key. An alias does not work: IAM compares the resource with the key's own ARN.
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

/// Restricts a key to use through Secrets Manager in the secrets' regions. In China, KMS uses either domain suffix.
fn through(secrets: &[String]) -> Condition {
    let regions: BTreeSet<&str> = secrets.iter().filter_map(|arn| arn.split(':').nth(3)).collect();
    let end = |region: &str| if region.starts_with("cn-") { "*" } else { "" };
    let service = |region: &str| format!("secretsmanager.{region}.amazonaws.com{}", end(region));
    let values: Vec<String> = regions.into_iter().map(service).collect();
    let is_pattern = values.iter().any(|value| value.ends_with('*'));
    let operator = if is_pattern { "StringLike" } else { "StringEquals" };
    Condition { operator, key: "kms:ViaService", values }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-AbCdEf";
    const PARTIAL: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db";

    fn place() -> Place {
        Place { partition: "aws".into(), region: "eu-central-1".into(), account: "123456789012".into() }
    }

    fn needs<'a>(ids: &'a [String], replicas: &'a [Replica]) -> Needs<'a> {
        Needs { ids, keys: &[], replicas, has_batch: false, stages: &[], principal: None }
    }

    fn secrets(id: &str, replicas: &[Replica]) -> Vec<String> {
        let ids = [id.to_owned()];
        needs(&ids, replicas).secrets(Some(&place()))
    }

    #[test]
    fn an_arn_that_may_be_full_has_both_forms_and_everything_else_any_suffix() {
        assert_eq!(secrets(FULL, &[]), [FULL, &format!("{FULL}-??????")]);
        assert_eq!(secrets(PARTIAL, &[]), [format!("{PARTIAL}-??????")]);
        assert_eq!(secrets("prod/db", &[]), [format!("{PARTIAL}-??????")]);
        let word = PARTIAL.replace("prod/db", "db-master");
        assert_eq!(secrets(&word, &[]), [word.clone(), format!("{word}-??????")]);
    }

    #[test]
    fn a_replica_is_the_same_secret_in_another_region() {
        let replica: Replica = "eu-west-1".parse().expect("a region");
        let there = FULL.replace("eu-central-1", "eu-west-1");
        let any = |arn: &str| format!("{arn}-??????");
        assert_eq!(secrets(FULL, &[replica]), [FULL, &any(FULL), &there, &any(&there)]);
        assert!("Ireland".parse::<Replica>().is_err());
        let others = FULL.replace("123456789012", "210987654321");
        let replica: Replica = "eu-west-1".parse().expect("a region");
        assert_eq!(
            secrets(&others, &[replica]),
            [others.clone(), any(&others)],
            "another account has its own replicas"
        );
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
        let needs = Needs { has_batch: true, ..needs(&ids, &[]) };
        assert!(!needs.place());
        assert_eq!(needs.statements(None).expect("statements").len(), 2);
    }
}
