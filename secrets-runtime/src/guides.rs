//! One page per subject. The code in them is compiled, and run where possible.
//!
//! How to do one thing:
//!
//! - [`ecs`]: Amazon ECS, from an empty account to a service whose secret rotates
//! - [`eks`]: Amazon EKS, with Pod Identity or IRSA
//! - [`lambda`]: AWS Lambda, where processes are frozen between calls
//! - [`sqlx`]: a `PgPool` that follows rotations
//! - [`integrations`]: other pools, servers and functions
//! - [`readiness_and_liveness`]: probes for Kubernetes, ECS and load balancers
//! - [`testing`]: tests of code that uses secrets
//! - [`drill`]: a test of a program's behaviour in a rotation
//! - [`localstack`]: LocalStack, moto and other emulators
//! - [`verifiers`]: accepting two versions at once
//! - [`tls`]: certificates that follow their secret
//! - [`tenants`]: many secrets of one type
//! - [`versions`]: which version each task serves, and whether the old key may be revoked
//! - [`changing_keys`]: adding and removing keys while two versions of a program run
//! - [`http_client`]: TLS, FIPS, proxies, features
//! - [`agent_and_extension`]: the Secrets Manager Agent, the Lambda extension, Parameter Store
//!
//! Reference:
//!
//! - [`declarations`]: every option of `#[secret(..)]`, and what each JSON value becomes
//! - [`live`]: every call and setting of live secrets, polling, health
//! - [`sources`]: where secrets come from
//! - [`errors`]: every kind, and what to do
//! - [`limits`]: of AWS, and of this crate
//! - [`security`]: what is protected, from whom, and what is not
//! - [`schema_file`]: the check of a struct against a JSON Schema file
//! - [`descriptor`]: what a binary says of its secrets
//! - [`public_api`]: the public items, and which types of other crates they use
//!
//! Moving from something else:
//!
//! - [`from_ecs_environment`]: from secrets that ECS injects into variables
//! - [`from_the_official_cache`]: from `aws_secretsmanager_caching`
//! - [`from_serde`]: from `Deserialize` and the SDK
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
page!(eks, "guides/eks.md");
page!(lambda, "guides/lambda.md");
page!(sqlx, "guides/sqlx.md");
page!(integrations, "guides/integrations.md");
page!(readiness_and_liveness, "guides/readiness-and-liveness.md");
page!(versions, "guides/versions.md");
page!(localstack, "guides/localstack.md");
page!(verifiers, "guides/verifiers.md");
page!(tls, "guides/tls.md");
page!(tenants, "guides/tenants.md");
page!(changing_keys, "guides/changing-keys.md");
page!(http_client, "guides/http-client.md");
page!(agent_and_extension, "guides/agent-and-extension.md");

page!(declarations, "reference/declarations.md");
page!(live, "reference/live.md");
page!(sources, "reference/sources.md");
page!(errors, "reference/errors.md");
page!(limits, "reference/limits.md");
page!(security, "reference/security.md");
page!(schema_file, "reference/schema-file.md");
page!(descriptor, "reference/descriptor.md");
page!(public_api, "reference/public-api.md");

page!(from_ecs_environment, "migrating/from-ecs-environment.md");
page!(from_the_official_cache, "migrating/from-the-official-cache.md");
page!(from_serde, "migrating/from-serde.md");

#[cfg(feature = "testing")]
page!(drill, "guides/drill.md");

/// A test of what a program does in a rotation; needs the feature `testing`.
#[cfg(not(feature = "testing"))]
pub mod drill {}

#[cfg(feature = "testing")]
page!(testing, "guides/testing.md");

/// Tests of code that uses secrets; needs the feature `testing`.
#[cfg(not(feature = "testing"))]
pub mod testing {}
