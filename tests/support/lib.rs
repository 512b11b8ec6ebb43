//! What the tests share: a real Secrets Manager API of somebody else's making, and a proxy in front of it.

mod application;
pub mod documents;
mod emulator;
mod install;
mod lint;
mod page;
mod postgres;
mod proxy;
pub mod shapes;
mod template;

pub use application::Application;
pub use emulator::Emulator;
pub use lint::lint;
pub use page::get_page;
pub use postgres::Postgres;
pub use proxy::{Call, Proxy, Reply};
pub use template::{lint_template, read_template};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_sdk_secretsmanager::config::{Credentials, SharedCredentialsProvider};

/// The region that everything is in.
pub const REGION: &str = "eu-central-1";

/// An SDK configuration for an endpoint of the tests. It does not retry: what is to be seen is the first answer.
#[must_use]
pub fn sdk_config(endpoint: &str) -> SdkConfig {
    sdk_config_as(endpoint, "test", "test")
}

/// As [`sdk_config`], with somebody's credentials.
#[must_use]
pub fn sdk_config_as(endpoint: &str, access_key: &str, secret_key: &str) -> SdkConfig {
    let credentials = Credentials::new(access_key, secret_key, None, None, "tests");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(RetryConfig::disabled())
        .endpoint_url(endpoint)
        .build()
}
