//! Reads a role's policies from IAM.

use std::borrow::Cow;

use aws_config::Region;
use aws_sdk_iam::Client;
use aws_sdk_iam::config::http::HttpResponse;
use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use percent_encoding::percent_decode_str;
use secrets_runtime::__tools::{denied, has_empty_endpoint, is_html, sdk_config};

use crate::failure::Failure;
use crate::live;
use crate::policy::{Granted, Policy};

/// The permissions that [`granted`] itself needs.
const ACTIONS: &str = "iam:GetRole, iam:ListRolePolicies, iam:GetRolePolicy, iam:ListAttachedRolePolicies, iam:GetPolicy and \
                       iam:GetPolicyVersion";

/// Validates the ARN for `--role`: `arn:aws:iam::123456789012:role/path/name`.
pub fn arn(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", account, role]
            if role.starts_with("role/") && crate::policy::account(account).is_ok() =>
        {
            Ok(text.to_owned())
        }
        ["arn", partition, "sts", _, account, session] if session.starts_with("assumed-role/") => {
            let name = session.split('/').nth(1).unwrap_or_default();
            Err(format!(
                "that is a session of a role; the role is arn:{partition}:iam::{account}:role/{name}, with its path before the name"
            ))
        }
        _ => Err("a role is written as in arn:aws:iam::123456789012:role/orders".to_owned()),
    }
}

/// Fetches the policies and the permissions boundary of a role.
pub async fn granted(arn: &str) -> Result<Granted, Failure> {
    let config = sdk_config(None, None).await?;
    // IAM has one endpoint per partition, but the SDK still requires a region.
    let region = config.region().cloned().unwrap_or_else(|| {
        Region::new(match arn.split(':').nth(1) {
            Some("aws-cn") => "cn-north-1",
            Some("aws-us-gov") => "us-gov-west-1",
            _ => "us-east-1",
        })
    });
    let mut config = aws_sdk_iam::config::Builder::from(&config).region(region);
    if has_empty_endpoint() {
        config.set_endpoint_url(None);
    }
    let client = Client::from_conf(config.build());
    let name = arn.rsplit('/').next().unwrap_or_default();
    let answer = client.get_role().role_name(name).send().await.map_err(|error| failed(&error, arn))?;
    let Some(role) = answer.role().filter(|role| role.arn() == arn) else {
        let found = answer.role().map_or("no role of this name", |role| role.arn());
        return Err(Failure::new(format!("the role {arn} does not exist; the account that was asked has {found}"))
            .help("use credentials of the role's account, and write the path of the role into its ARN"));
    };
    let mut policies = inline(&client, arn, name).await?;
    let mut attached = client.list_attached_role_policies().role_name(name).into_paginator().items().send();
    while let Some(policy) = attached.next().await {
        let policy = policy.map_err(|error| failed(&error, arn))?;
        policies.push(managed(&client, arn, policy.policy_arn().unwrap_or_default()).await?);
    }
    let boundary = role.permissions_boundary().and_then(|boundary| boundary.permissions_boundary_arn());
    let boundary = match boundary {
        Some(boundary) => Some(managed(&client, arn, boundary).await?),
        None => None,
    };
    Ok(Granted { policies, boundary })
}

async fn inline(client: &Client, arn: &str, name: &str) -> Result<Vec<Policy>, Failure> {
    let mut policies = Vec::new();
    let mut names = client.list_role_policies().role_name(name).into_paginator().items().send();
    while let Some(policy) = names.next().await {
        let policy = policy.map_err(|error| failed(&error, arn))?;
        let answer = client.get_role_policy().role_name(name).policy_name(&policy).send().await;
        policies.push(parsed(&policy, answer.map_err(|error| failed(&error, arn))?.policy_document())?);
    }
    Ok(policies)
}

/// Fetches the default version of a managed policy.
async fn managed(client: &Client, role: &str, arn: &str) -> Result<Policy, Failure> {
    let answer = client.get_policy().policy_arn(arn).send().await.map_err(|error| failed(&error, role))?;
    let version = answer.policy().and_then(|policy| policy.default_version_id()).unwrap_or_default();
    let answer = client.get_policy_version().policy_arn(arn).version_id(version).send().await;
    let answer = answer.map_err(|error| failed(&error, role))?;
    parsed(arn, answer.policy_version().and_then(|version| version.document()).unwrap_or_default())
}

/// Parses a policy document, which IAM returns percent-encoded.
fn parsed(name: &str, document: &str) -> Result<Policy, Failure> {
    let document = percent_decode_str(document).decode_utf8().unwrap_or(Cow::Borrowed(document));
    Policy::parse(name, &document).map_err(Failure::new)
}

fn failed<E>(error: &SdkError<E>, role: &str) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let (reason, remedy) = live::reason("IAM", error);
    let failure = Failure::new(format!("cannot tell what {role} is allowed: {reason}"));
    let is_html = |response: &HttpResponse| response.body().bytes().is_some_and(is_html);
    let is_forbidden = error.raw_response().is_some_and(|response| response.status().as_u16() == 403);
    match error.code() {
        Some("NoSuchEntity") => failure.help("correct --role, or use credentials of the role's account"),
        _ if error.raw_response().is_some_and(is_html) => {
            failure.help("check the proxy or filter between here and IAM: the answer is not one of AWS")
        }
        code if code == Some("AccessDenied") || is_forbidden => {
            let (_, remedy) = denied(error.message().unwrap_or_default(), ACTIONS, &format!("{role} and its policies"));
            failure.help(remedy)
        }
        _ => match remedy {
            Some(remedy) => failure.help(remedy),
            None => failure,
        },
    }
}
