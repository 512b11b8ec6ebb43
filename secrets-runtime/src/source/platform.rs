//! The platform that the program runs on, according to its environment: which role reads the secrets, and whether this
//! is production.

/// An environment variable. If it is not UTF-8, it does not count as unset: the invalid part is replaced, and the value
/// is refused where it matters.
pub fn environment(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// The source of the program's AWS credentials.
#[cfg_attr(
    not(feature = "aws-https"),
    allow(dead_code, reason = "unless AWS is asked as the environment says, only the place matters")
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    Ecs,
    PodIdentity,
    WebIdentity,
    Lambda,
    /// In the environment, where they override everything else.
    Keys,
    Profile,
    Other,
}

impl Platform {
    /// Reads the variables that each platform sets, in the order of the SDK's default chain.
    #[cfg(any(feature = "aws-https", test))]
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
        if is_set("AWS_LAMBDA_FUNCTION_NAME") {
            Self::Lambda
        } else if is_set("AWS_ACCESS_KEY_ID") {
            Self::Keys
        } else if is_set("AWS_PROFILE") {
            Self::Profile
        } else {
            Self::place(variable)
        }
    }

    /// The platform, whatever the credentials are.
    pub fn place(variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
        let contains = |name, part: &str| variable(name).is_some_and(|value| value.contains(part));
        if is_set("AWS_LAMBDA_FUNCTION_NAME") {
            Self::Lambda
        } else if is_set("AWS_WEB_IDENTITY_TOKEN_FILE") {
            Self::WebIdentity
        } else if contains("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "pods.eks.amazonaws.com")
            || contains("AWS_CONTAINER_CREDENTIALS_FULL_URI", "169.254.170.23")
        {
            Self::PodIdentity
        } else if is_set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
            || is_set("AWS_CONTAINER_CREDENTIALS_FULL_URI")
            || is_set("ECS_CONTAINER_METADATA_URI_V4")
        {
            Self::Ecs
        } else {
            Self::Other
        }
    }

    /// The name of a production platform, where a local file must not replace the secrets.
    #[cfg(feature = "aws-https")]
    pub fn production(self) -> Option<&'static str> {
        match self {
            Self::Ecs => Some("Amazon ECS"),
            Self::PodIdentity | Self::WebIdentity => Some("Amazon EKS"),
            Self::Lambda => Some("AWS Lambda"),
            Self::Keys | Self::Profile | Self::Other => None,
        }
    }

    /// The role that needs the permission.
    #[cfg(feature = "aws")]
    pub fn role(self) -> &'static str {
        match self {
            Self::Ecs => "the ECS task role (`taskRoleArn`; not the task execution role)",
            Self::PodIdentity => "the role of the pod's EKS Pod Identity association",
            Self::WebIdentity => "the role of the pod's service account (IRSA)",
            Self::Lambda => "the Lambda function's execution role",
            Self::Keys => "the user or role that AWS_ACCESS_KEY_ID belongs to",
            Self::Profile => "the role or user of the profile in AWS_PROFILE",
            Self::Other => "the role or user that the program runs under",
        }
    }

    /// What else must be reachable, if anything, as the end of a sentence.
    #[cfg(feature = "aws")]
    pub fn also_needs(self) -> &'static str {
        match self {
            Self::WebIdentity => ", and one for `sts`, which the credentials come from",
            _ => "",
        }
    }

    /// What to do when there are no credentials.
    #[cfg(feature = "aws")]
    pub fn credentials_hint(self) -> &'static str {
        match self {
            Self::Ecs => {
                "check that the task definition has a `taskRoleArn` (the task execution role does not reach the program), that \
                 the role trusts ecs-tasks.amazonaws.com, and that the task's credentials endpoint answers"
            }
            Self::PodIdentity => "check that the EKS Pod Identity agent runs and that the association exists",
            Self::WebIdentity => "check the trust policy and the annotation of the service account (IRSA)",
            Self::Lambda => "check the function's execution role",
            Self::Keys => "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or unset them",
            Self::Profile => {
                "see what the profile in AWS_PROFILE gives: `aws sts get-caller-identity`; with SSO log in with `aws sso login`"
            }
            Self::Other => {
                "on a laptop, set AWS_PROFILE, and with SSO `aws sso login`; on ECS give the task definition a `taskRoleArn`; \
                 on EC2 attach an instance profile"
            }
        }
    }

    /// What to do when the credentials have expired.
    #[cfg(feature = "aws")]
    pub fn expired_hint(self) -> &'static str {
        match self {
            Self::Ecs | Self::PodIdentity | Self::WebIdentity | Self::Lambda => {
                "those of a role renew themselves: check the system clock, and that the program does not hand them on"
            }
            Self::Keys => "set new AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN",
            Self::Profile => "renew those of the profile in AWS_PROFILE; with SSO log in again with `aws sso login`",
            Self::Other => "log in again with `aws sso login`, or set new AWS_SESSION_TOKEN and keys",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform(variables: &[(&str, &str)]) -> Platform {
        Platform::detect(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn each_platform_is_known_by_its_variables() {
        let cases: [(&[(&str, &str)], Platform); 13] = [
            (&[("ECS_CONTAINER_METADATA_URI_V4", "http://169.254.170.2/v4/1")], Platform::Ecs),
            (&[("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/x/pods.eks.amazonaws.com/token")], Platform::PodIdentity),
            (&[("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_PROFILE", "dev")], Platform::Keys),
            (&[("AWS_ACCESS_KEY_ID", "ASIA"), ("AWS_LAMBDA_FUNCTION_NAME", "f")], Platform::Lambda),
            (
                &[
                    ("AWS_WEB_IDENTITY_TOKEN_FILE", "/t"),
                    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/"),
                ],
                Platform::WebIdentity,
            ),
            (&[("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/1")], Platform::Ecs),
            (&[("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/creds")], Platform::Ecs),
            (&[("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials")], Platform::PodIdentity),
            (&[("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/secrets/token")], Platform::WebIdentity),
            (&[("AWS_LAMBDA_FUNCTION_NAME", "f")], Platform::Lambda),
            (&[("AWS_PROFILE", "dev")], Platform::Profile),
            (&[("AWS_PROFILE", "")], Platform::Other),
            (&[], Platform::Other),
        ];
        for (variables, expected) in cases {
            assert_eq!(platform(variables), expected, "{variables:?}");
        }
    }
}
