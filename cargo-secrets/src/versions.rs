//! The versions of a secret and their staging labels, in Secrets Manager.

use aws_config::Region;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::primitives::DateTime;
use aws_sdk_secretsmanager::types::SecretVersionsListEntry;
use secrets_runtime::__tools::{Declared, denied, has_empty_endpoint, sdk_config};
use secrets_shape::id::Arn;
use tokio::runtime::Runtime;

use crate::cli::SecretArgs;
use crate::failure::Failure;
use crate::live::{self, Wanted};
use crate::output::Output;

pub const CURRENT: &str = "AWSCURRENT";
pub const PREVIOUS: &str = "AWSPREVIOUS";
/// A rotation's own label: another version with it makes `RotateSecret` fail.
const PENDING: &str = "AWSPENDING";
/// The version that `stage` stored.
pub const CANDIDATE: &str = "CARGO_CANDIDATE";
/// The version that `promote` replaced. Without a label the service may delete it.
pub const LAST_GOOD: &str = "CARGO_LAST_GOOD";

/// A version of a secret, without its value.
#[derive(Debug)]
pub struct Version {
    pub id: String,
    pub labels: Vec<String>,
    pub created: Option<DateTime>,
    pub accessed: Option<DateTime>,
}

/// The versions of one secret.
#[derive(Debug)]
pub struct Versions {
    pub arn: String,
    pub all: Vec<Version>,
}

impl Versions {
    pub fn with(&self, label: &str) -> Option<&Version> {
        self.all.iter().find(|version| version.labels.iter().any(|other| other == label))
    }

    pub fn get(&self, id: &str) -> Option<&Version> {
        self.all.iter().find(|version| version.id == id)
    }

    pub fn current(&self) -> Result<&Version, Failure> {
        self.with(CURRENT).ok_or_else(|| {
            Failure::new(format!("secret {:?} has no current version", self.arn))
                .help("store the first one with `aws secretsmanager put-secret-value`")
        })
    }

    /// Whether a rotation has begun and not ended.
    pub fn is_rotating(&self) -> bool {
        let pending = self.with(PENDING);
        pending.is_some_and(|pending| !pending.labels.iter().any(|label| label == CURRENT))
    }
}

/// Secrets Manager, asked about one secret.
#[derive(Debug)]
pub struct Service {
    client: Client,
    secret: Declared,
    runtime: Runtime,
}

impl Service {
    pub fn connect(arguments: &SecretArgs, output: &Output) -> Result<Self, Failure> {
        let secret = live::resolve(&Wanted::staged(&arguments.id, CURRENT), &arguments.variables)?;
        output.verbose(format_args!("asking for the versions of {:?}", secret.shown()));
        let runtime = live::runtime()?;
        let place = &arguments.place;
        let region = place.region.clone().or_else(|| Some(Arn::parse(secret.id())?.region.to_owned()));
        let config = runtime.block_on(sdk_config(region.clone(), place.aws_profile.as_deref()))?;
        let mut config = aws_sdk_secretsmanager::config::Builder::from(&config);
        if let Some(region) = region {
            config.set_region(Some(Region::new(region)));
        }
        if has_empty_endpoint() {
            config.set_endpoint_url(None);
        }
        Ok(Self { client: Client::from_conf(config.build()), secret, runtime })
    }

    /// The id as messages show it.
    pub fn shown(&self) -> &str {
        self.secret.shown()
    }

    /// The versions that have labels.
    pub fn versions(&self) -> Result<Versions, Failure> {
        let answer = self.runtime.block_on(self.client.describe_secret().secret_id(self.secret.id()).send());
        let answer = answer.map_err(|error| self.failed("read the labels of", "DescribeSecret", &error))?;
        self.secret.confirm();
        let labelled = answer.version_ids_to_stages.unwrap_or_default().into_iter();
        let version = |(id, labels)| Version { id, labels, created: None, accessed: None };
        Ok(Versions { arn: self.arn(answer.arn)?, all: labelled.map(version).collect() })
    }

    /// The versions with their dates, the newest first.
    pub fn history(&self) -> Result<Versions, Failure> {
        let call = self.client.list_secret_version_ids().secret_id(self.secret.id());
        let mut pages = call.into_paginator().send();
        let mut versions = Versions { arn: String::new(), all: Vec::new() };
        while let Some(page) = self.runtime.block_on(pages.next()) {
            let page = page.map_err(|error| self.failed("list the versions of", "ListSecretVersionIds", &error))?;
            versions.arn = self.arn(page.arn)?;
            versions.all.extend(page.versions.unwrap_or_default().into_iter().map(version));
        }
        self.secret.confirm();
        versions.all.sort_by_key(|version| std::cmp::Reverse(version.created));
        Ok(versions)
    }

    /// Stores a version with a label. A `token` that was used before means the same version.
    pub fn put(&self, versions: &Versions, text: &str, token: &str, label: &str) -> Result<(), Failure> {
        let call = self.client.put_secret_value().secret_id(&versions.arn).client_request_token(token);
        let call = call.secret_string(text).version_stages(label);
        let answer = self.runtime.block_on(call.send());
        answer.map(drop).map_err(|error| self.failed("store a version of", "PutSecretValue", &error))
    }

    /// Moves a label, if it is still where `versions` has it. Returns whether it was.
    pub fn move_label(&self, versions: &Versions, label: &str, to: Option<&str>) -> Result<bool, Failure> {
        let from = versions.with(label).map(|version| version.id.as_str());
        if from == to {
            return Ok(true);
        }
        let call = self.client.update_secret_version_stage().secret_id(&versions.arn).version_stage(label);
        let call =
            call.set_move_to_version_id(to.map(str::to_owned)).set_remove_from_version_id(from.map(str::to_owned));
        let Err(error) = self.runtime.block_on(call.send()) else { return Ok(true) };
        let failure = self.failed(&format!("move {label} of"), "UpdateSecretVersionStage", &error);
        if error.code() != Some("InvalidParameterException") {
            return Err(failure);
        }
        // The service says only that a parameter is wrong: whether the label moved meanwhile is to be seen.
        let now = self.versions()?;
        if now.with(label).map(|version| version.id.as_str()) == from { Err(failure) } else { Ok(false) }
    }

    /// An answer without an ARN is not one of the service.
    fn arn(&self, arn: Option<String>) -> Result<String, Failure> {
        arn.filter(|arn| !arn.is_empty()).ok_or_else(|| {
            Failure::new(format!("what was answered about secret {:?} cannot be read", self.shown()))
                .help("check the proxy or endpoint between here and Secrets Manager: the answer is not one of AWS")
        })
    }

    fn failed<E>(&self, does: &str, action: &str, error: &SdkError<E>) -> Failure
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let (reason, remedy) = live::reason("Secrets Manager", error);
        let cannot = |reason: &str| Failure::new(format!("cannot {does} secret {:?}: {reason}", self.shown()));
        match error.code() {
            Some("ResourceNotFoundException") => cannot("there is no such secret").help(
                "give a name or an ARN that exists, and choose its account and region with --aws-profile and --region",
            ),
            Some("AccessDeniedException") => {
                let action = format!("secretsmanager:{action}");
                let (reason, remedy) = denied(error.message().unwrap_or_default(), &action, self.shown());
                cannot(&reason).help(remedy)
            }
            _ => match remedy {
                Some(remedy) => cannot(&reason).help(remedy),
                None => cannot(&reason),
            },
        }
    }
}

fn version(entry: SecretVersionsListEntry) -> Version {
    let SecretVersionsListEntry { version_id, version_stages, created_date, last_accessed_date, .. } = entry;
    Version {
        id: version_id.unwrap_or_default(),
        labels: version_stages.unwrap_or_default(),
        created: created_date,
        accessed: last_accessed_date,
    }
}
