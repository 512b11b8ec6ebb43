//! Pages of one subject each: what they say is compiled, and run where it can be.
//!
//! - [`ecs`]: from an empty account to a service whose secret rotates
//! - [`from_ecs_environment`]: from secrets that ECS injects to live ones
//! - [`from_the_official_cache`]: from `aws_secretsmanager_caching`
//! - [`from_serde`]: from `Deserialize` and the SDK
//! - [`integrations`]: what pools, servers and functions make of their secrets
//! - [`lambda`]: where processes are frozen
//! - [`declarations`]: every option of `#[secret(..)]`, and what each JSON value becomes
//! - [`live`]: every call, every setting, and what happens when
//! - [`sources`]: where secrets come from
//! - [`http_client`]: TLS, FIPS, proxies, features
//! - [`schema_file`]: what is compared when a struct compiles
//! - [`descriptor`]: what a binary tells of its secrets
//! - [`verifiers`]: two versions at once
//! - [`tls`]: certificates that follow their secret
//! - [`tenants`]: many secrets of one type
//! - [`changing_keys`]: while two versions of a program run
//! - [`drill`]: a test of what a program does in a rotation
//! - [`errors`]: and what to do
//! - [`limits`]: of AWS, and of this crate
//! - [`security`]: what is protected, from whom, and what is not
//! - [`public_api`]: the items that there are, and what of other crates is among them
//!
//! How a secret flows:
//!
#![doc = include_str!("../docs/flow.svg")]

/// A page of `docs`. Its links are between files there, and between modules here: of two definitions the first counts.
macro_rules! page {
    ($name:ident, $file:literal) => {
        #[doc = concat!(include_str!("links.md"), "\n\n", include_str!(concat!("../docs/", $file)))]
        pub mod $name {}
    };
}

page!(ecs, "guides/ecs.md");
page!(from_ecs_environment, "migrating/from-ecs-environment.md");
page!(from_the_official_cache, "migrating/from-the-official-cache.md");
page!(from_serde, "migrating/from-serde.md");
page!(integrations, "guides/integrations.md");
page!(lambda, "guides/lambda.md");
page!(declarations, "reference/declarations.md");
page!(live, "reference/live.md");
page!(sources, "reference/sources.md");
page!(http_client, "guides/http-client.md");
page!(schema_file, "reference/schema-file.md");
page!(descriptor, "reference/descriptor.md");
page!(verifiers, "guides/verifiers.md");
page!(tls, "guides/tls.md");
page!(tenants, "guides/tenants.md");
page!(changing_keys, "guides/changing-keys.md");
page!(errors, "reference/errors.md");
page!(limits, "reference/limits.md");
page!(security, "reference/security.md");
page!(public_api, "reference/public-api.md");

#[cfg(feature = "testing")]
page!(drill, "guides/drill.md");

/// A test of what a program does in a rotation; needs the feature `testing`.
#[cfg(not(feature = "testing"))]
pub mod drill {}
