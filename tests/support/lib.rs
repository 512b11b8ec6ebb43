//! Shared test support: an independent Secrets Manager API and a proxy in front of it.

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

/// The region of all test resources.
pub const REGION: &str = "eu-central-1";

/// An SDK configuration for a test endpoint. Does not retry, so that tests see the first response.
#[must_use]
pub fn sdk_config(endpoint: &str) -> SdkConfig {
    sdk_config_as(endpoint, "test", "test")
}

/// Like [`sdk_config`], with the given credentials.
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
