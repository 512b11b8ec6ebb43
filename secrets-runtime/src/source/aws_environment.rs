//! The environment variables of the SDK, read before the SDK reads them: it panics on some values, and on others its
//! error blames the wrong thing. An empty variable counts as unset.
#![cfg_attr(
    not(feature = "aws-https"),
    allow(dead_code, reason = "where the program brings the HTTP client, it also makes the configuration")
)]

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::imds::region::ImdsRegionProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::retry::{RetryConfig, RetryMode};
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_config::{ConfigLoader, Region};

/// A variable or setting with an invalid value. The value is not shown: it may be a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem {
    pub variable: &'static str,
    pub what: &'static str,
    pub remedy: &'static str,
}

/// What a valid value looks like.
#[derive(Clone, Copy)]
enum Kind {
    /// One word.
    Word,
    Region,
    Endpoint,
    Attempts,
    RetryMode,
}

const ENDPOINTS: [&str; 2] = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SECRETS_MANAGER"];
const REGIONS: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
const CONTAINER: [&str; 2] = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];
const MAX_ATTEMPTS: &str = "AWS_MAX_ATTEMPTS";
const RETRY_MODE: &str = "AWS_RETRY_MODE";

const VARIABLES: [(&str, Kind); 9] = [
    (REGIONS[0], Kind::Region),
    (REGIONS[1], Kind::Region),
    (ENDPOINTS[0], Kind::Endpoint),
    (ENDPOINTS[1], Kind::Endpoint),
    ("AWS_ACCESS_KEY_ID", Kind::Word),
    ("AWS_SECRET_ACCESS_KEY", Kind::Word),
    ("AWS_SESSION_TOKEN", Kind::Word),
    (MAX_ATTEMPTS, Kind::Attempts),
    (RETRY_MODE, Kind::RetryMode),
];

/// The first variable with an invalid value.
pub fn problem(variable: impl Fn(&str) -> Option<String>) -> Option<Problem> {
    VARIABLES.into_iter().find_map(|(name, kind)| {
        let value = variable(name).filter(|value| !value.is_empty())?;
        let (what, remedy) = kind.problem(&value)?;
        Some(Problem { variable: name, what, remedy })
    })
}

/// An invalid setting of the SDK configuration, wherever it comes from.
pub fn of_configuration(region: Option<&str>, endpoint: Option<&str>) -> Option<Problem> {
    let settings = [
        ("the region of the SDK configuration or the AWS profile", region, Kind::Region),
        ("the endpoint URL of the SDK configuration or the AWS profile", endpoint, Kind::Endpoint),
    ];
    settings.into_iter().find_map(|(variable, value, kind)| {
        let (what, remedy) = kind.problem(value?)?;
        Some(Problem { variable, what, remedy })
    })
}

impl Kind {
    fn problem(self, value: &str) -> Option<(&'static str, &'static str)> {
        let remedy = match self {
            Self::Word => "set it without blanks, line breaks and control characters",
            Self::Region => "write a region as in eu-central-1, with nothing around it",
            Self::Endpoint => "write http://host:port or https://host, or unset it",
            Self::Attempts => "write a number from 1, or unset it",
            Self::RetryMode => "write `standard` or `adaptive`, or unset it",
        };
        let is_host = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
        let what = match self {
            _ if value.ends_with(['\n', '\r']) => "ends in a line break",
            _ if value.contains(|c: char| c.is_whitespace() || c.is_control()) => {
                "has a blank or a control character in it"
            }
            Self::Region if !value.chars().all(is_host) => "is not a region",
            Self::Endpoint if !is_url(value) => "is not a URL",
            Self::Attempts if !value.parse::<u32>().is_ok_and(|attempts| attempts > 0) => "is not a number from 1",
            Self::RetryMode if value.parse::<RetryMode>().is_err() => "is not a retry mode",
            _ => return None,
        };
        Some((what, remedy))
    }
}

/// A scheme and a host.
fn is_url(value: &str) -> bool {
    let rest = ["http://", "https://"].iter().find_map(|scheme| value.strip_prefix(scheme));
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '['))
}

/// Sets what the SDK would get wrong.
pub fn complete(mut loader: ConfigLoader, variable: impl Fn(&str) -> Option<String>) -> ConfigLoader {
    let given = |name| variable(name).filter(|value| !value.is_empty());
    let is_empty = |name: &&str| variable(name).is_some_and(|value| value.is_empty());
    if REGIONS.iter().any(&is_empty) {
        let region = REGIONS.iter().find_map(|name| given(name)).map(Region::new);
        let chain = RegionProviderChain::first_try(region).or_else(ProfileFileRegionProvider::new());
        loader = loader.region(chain.or_else(ImdsRegionProvider::builder().build()));
    }
    if is_empty(&"AWS_PROFILE") {
        loader = loader.profile_name("default");
    }
    if CONTAINER.iter().any(&is_empty) && !CONTAINER.iter().any(|name| given(name).is_some()) {
        // The default chain without the provider that takes an empty address for a real one.
        let chain = CredentialsProviderChain::first_try("Environment", EnvironmentVariableCredentialsProvider::new())
            .or_else("Profile", ProfileFileCredentialsProvider::builder().build())
            .or_else("WebIdentityToken", WebIdentityTokenCredentialsProvider::builder().build())
            .or_else("Ec2InstanceMetadata", ImdsCredentialsProvider::builder().build());
        loader = loader.credentials_provider(chain);
    }
    let retry = [MAX_ATTEMPTS, RETRY_MODE];
    let is_broken = problem(|name| variable(name).filter(|_| retry.contains(&name))).is_some();
    if is_broken || retry.iter().any(is_empty) {
        let attempts = given(MAX_ATTEMPTS).and_then(|attempts| attempts.parse().ok()).filter(|attempts| *attempts > 0);
        let mode = given(RETRY_MODE).and_then(|mode| mode.parse::<RetryMode>().ok());
        let config = if mode == Some(RetryMode::Adaptive) { RetryConfig::adaptive() } else { RetryConfig::standard() };
        loader = loader.retry_config(attempts.into_iter().fold(config, RetryConfig::with_max_attempts));
    }
    loader
}

/// The endpoint of the environment; the one of Secrets Manager wins over the one of all services.
pub fn endpoint(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    ENDPOINTS.iter().rev().find_map(|name| variable(name).filter(|value| !value.is_empty()))
}

/// Whether a variable for an endpoint is set and empty.
pub fn has_empty_endpoint(variable: impl Fn(&str) -> Option<String>) -> bool {
    ENDPOINTS.iter().any(|name| variable(name).is_some_and(|value| value.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &'static str, value: &str) -> Option<&'static str> {
        let found = problem(|variable| (variable == name).then(|| value.to_owned()));
        assert!(found.is_none_or(|problem| problem.variable == name));
        found.map(|problem| problem.what)
    }

    #[test]
    fn what_makes_the_sdk_panic_or_blame_others_is_named() {
        for name in VARIABLES.map(|(name, _)| name) {
            assert_eq!(of(name, ""), None, "{name}: empty is unset");
        }
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            assert_eq!(of(name, "eu-central-1"), None);
            assert_eq!(of(name, "eu-central-1\n"), Some("ends in a line break"));
            assert_eq!(of(name, "eu-central-1 "), Some("has a blank or a control character in it"));
            assert_eq!(of(name, "eu/central"), Some("is not a region"));
        }
        for name in ENDPOINTS {
            assert_eq!(of(name, "http://127.0.0.1:5000"), None);
            assert_eq!(of(name, "https://vpce-1.secretsmanager.eu-central-1.vpce.amazonaws.com"), None);
            assert_eq!(of(name, "127.0.0.1:5000"), Some("is not a URL"));
            assert_eq!(of(name, "http://127.0.0.1:5000\n"), Some("ends in a line break"));
        }
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
            assert_eq!(of(name, "AKID/+="), None);
            assert_eq!(of(name, "AKID\n"), Some("ends in a line break"));
        }
        assert_eq!((of(MAX_ATTEMPTS, "5"), of(MAX_ATTEMPTS, "0")), (None, Some("is not a number from 1")));
        assert_eq!((of(RETRY_MODE, "adaptive"), of(RETRY_MODE, "often")), (None, Some("is not a retry mode")));
    }
}
