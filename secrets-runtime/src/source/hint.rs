//! What to do about a failure of AWS: which action on which resource to grant to which role.

use super::failure::{DECRYPTION_FAILURE, EXPIRED, NO_SUCH_HOST, NO_SUCH_VERSION};
use super::{Platform, Request, Selector, SourceError};
use crate::error::ErrorKind;
use secrets_shape::id::{Arn, domain_of, partition_of, resources};

/// Where a request came from and where it went.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub platform: Platform,
    pub region: &'a str,
    /// `AWS_ENDPOINT_URL` or similar is set.
    pub own_endpoint: bool,
    /// `HTTPS_PROXY` is set.
    pub has_proxy: bool,
}

impl Place<'_> {
    /// `None` if there is nothing to add.
    pub fn hint(&self, error: &SourceError, request: &Request) -> Option<String> {
        let Self { platform, region, own_endpoint, has_proxy } = *self;
        let (id, role) = (&*request.secret().in_a_hint(), platform.role());
        if error.hint.is_some() {
            return None;
        }
        Some(match error.kind() {
            ErrorKind::AccessDenied => {
                let denial = error.denial.as_deref().cloned().unwrap_or_default();
                denial.remedy("secretsmanager:GetSecretValue", &resource(id, region, denial.account()), role)
            }
            ErrorKind::KmsDenied if error.detail == DECRYPTION_FAILURE => format!(
                "see what state the key is in, with `aws kms describe-key`; if it is enabled, allow kms:Decrypt on it to {role}"
            ),
            ErrorKind::KmsDenied => format!(
                "allow kms:Decrypt on the KMS key that encrypts the secret to {role}; a key of another account must allow \
                 it in its own policy too, and `aws/secretsmanager` cannot be used from another account"
            ),
            ErrorKind::NotFound if error.detail == NO_SUCH_VERSION => match request.selector() {
                Selector::Stage(stage) => {
                    format!(
                        "see which version has the stage {stage}: `aws secretsmanager list-secret-version-ids --secret-id {id}`"
                    )
                }
                Selector::Version(_) => {
                    format!(
                        "see which versions there are: `aws secretsmanager list-secret-version-ids --secret-id {id}`"
                    )
                }
            },
            ErrorKind::NotFound => format!(
                "{region} was asked; check the id, the region and the account; a secret of another region or account is \
                 found by its full ARN"
            ),
            ErrorKind::MarkedForDeletion => {
                format!("restore it with `aws secretsmanager restore-secret --secret-id {id}`, or load another secret")
            }
            ErrorKind::Binary => {
                "store it as text, with `--secret-string`; bytes as base64, for a field with `#[secret(base64)]`"
                    .to_owned()
            }
            ErrorKind::NoCredentials if error.detail == EXPIRED => platform.expired_hint().to_owned(),
            ErrorKind::NoCredentials => platform.credentials_hint().to_owned(),
            ErrorKind::Unreachable | ErrorKind::TimedOut if own_endpoint => {
                "check the endpoint that AWS_ENDPOINT_URL or the SDK configuration names".to_owned()
            }
            ErrorKind::Unreachable if error.detail == NO_SUCH_HOST => format!(
                "check that {region} is a region (AWS_REGION, the profile or the ARN says so), and that the network resolves \
                 secretsmanager.{region}.{}",
                domain_of(region)
            ),
            ErrorKind::Unreachable | ErrorKind::TimedOut if has_proxy => format!(
                "HTTPS_PROXY is set, and the SDK's own HTTP client does not use it: to reach secretsmanager.{region}.{} by the proxy, \
                 give `Aws::from_conf` a client that does; in a VPC use the interface endpoint, which needs no proxy",
                domain_of(region)
            ),
            ErrorKind::Unreachable | ErrorKind::TimedOut => format!(
                "check the way to secretsmanager.{region}.{}: a private subnet needs the interface VPC endpoint of Secrets Manager \
                 with private DNS{}",
                domain_of(region),
                platform.also_needs()
            ),
            ErrorKind::Throttled => format!(
                "poll less often, load several secrets at once, or start fewer tasks together: GetSecretValue is limited to 10,000 \
                 and BatchGetSecretValue to 100 requests per second, per account, in {region}"
            ),
            ErrorKind::Configuration if error.detail == NO_REGION => {
                "set AWS_REGION, or the region of the SDK configuration or the profile, or use the secret's ARN"
                    .to_owned()
            }
            _ => return None,
        })
    }
}

/// Neither the environment nor the id names a region.
pub const NO_REGION: &str = "no AWS region is set";

/// The resource of an IAM statement for this secret. A name belongs to a secret in the caller's account.
fn resource(id: &str, region: &str, account: Option<&str>) -> String {
    match Arn::parse(id) {
        Some(_) => resources(id).join(" and "),
        None => format!(
            "arn:{}:secretsmanager:{region}:{}:secret:{id}-??????",
            partition_of(region),
            account.unwrap_or("<account>")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ECS: Place<'static> =
        Place { platform: Platform::Ecs, region: "eu-central-1", own_endpoint: false, has_proxy: false };

    fn hint(place: Place<'_>, kind: ErrorKind, detail: &'static str) -> String {
        let request = Request::new("orders/db", Selector::Stage("AWSPENDING".into()));
        place.hint(&SourceError::new(kind, detail), &request).expect("a hint")
    }

    #[test]
    fn a_denied_secret_names_action_resource_and_role() {
        assert_eq!(
            hint(ECS, ErrorKind::AccessDenied, ""),
            "allow secretsmanager:GetSecretValue on \
             arn:aws:secretsmanager:eu-central-1:<account>:secret:orders/db-?????? \
             to the ECS task role (`taskRoleArn`; not the task execution role)"
        );
    }

    #[test]
    fn each_platform_has_its_role_and_its_way_to_credentials() {
        let cases = [
            (Platform::Ecs, "ECS task role", "credentials endpoint"),
            (Platform::PodIdentity, "Pod Identity association", "Pod Identity agent"),
            (Platform::WebIdentity, "service account (IRSA)", "trust policy"),
            (Platform::Lambda, "Lambda function's execution role", "execution role"),
            (Platform::Profile, "profile in AWS_PROFILE", "aws sts get-caller-identity"),
            (Platform::Keys, "AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"),
            (Platform::Other, "that the program runs under", "`taskRoleArn`"),
        ];
        for (platform, role, credentials) in cases {
            let place = Place { platform, ..ECS };
            let denied = hint(place, ErrorKind::KmsDenied, "");
            assert!(denied.contains(role), "{denied}");
            let nobody = hint(place, ErrorKind::NoCredentials, "");
            assert!(nobody.contains(credentials), "{nobody}");
        }
    }

    #[test]
    fn an_arn_that_may_be_full_is_named_in_both_forms() {
        let arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:db-AbCdEf";
        assert_eq!(resource(arn, "eu-central-1", None), format!("{arn} and {arn}-??????"));
        let partial = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:db";
        assert_eq!(resource(partial, "eu-central-1", None), format!("{partial}-??????"));
        assert!(
            resource("db", "cn-north-1", Some("123456789012"))
                .starts_with("arn:aws-cn:secretsmanager:cn-north-1:123456789012:")
        );
        assert!(resource("db", "us-gov-west-1", None).starts_with("arn:aws-us-gov:"));
    }

    #[test]
    fn a_missing_version_names_its_stage() {
        let hint = hint(ECS, ErrorKind::NotFound, NO_SUCH_VERSION);
        let command = "`aws secretsmanager list-secret-version-ids --secret-id orders/db`";
        assert_eq!(hint, format!("see which version has the stage AWSPENDING: {command}"));
    }

    #[test]
    fn a_closed_way_an_unknown_host_and_an_own_endpoint_read_differently() {
        let closed = hint(ECS, ErrorKind::Unreachable, "");
        assert!(closed.contains("the interface VPC endpoint of Secrets Manager"), "{closed}");
        let china = hint(Place { region: "cn-north-1", ..ECS }, ErrorKind::Unreachable, "");
        assert!(china.contains("secretsmanager.cn-north-1.amazonaws.com.cn"), "{china}");
        let proxied = hint(Place { has_proxy: true, ..ECS }, ErrorKind::Unreachable, "");
        assert!(proxied.starts_with("HTTPS_PROXY is set"), "{proxied}");
        let unknown = hint(ECS, ErrorKind::Unreachable, NO_SUCH_HOST);
        assert!(unknown.contains("eu-central-1 is a region"), "{unknown}");
        let own = hint(Place { own_endpoint: true, ..ECS }, ErrorKind::Unreachable, "");
        assert!(own.contains("AWS_ENDPOINT_URL"), "{own}");
        let pod = hint(Place { platform: Platform::WebIdentity, ..ECS }, ErrorKind::TimedOut, "");
        assert!(pod.contains("`sts`"), "{pod}");
    }
}
