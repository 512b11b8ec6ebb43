//! Each failure of the service has its own message and a remedy.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use secrets_runtime::{
    Error, ErrorKind, Secret, Secrets,
    source::{Aws, Batch},
};
use secrets_tests::{Proxy, Reply, sdk_config};

#[derive(Secret)]
struct Db {
    username: String,
}

const FOUND: &str = r#"{"ARN":"arn:aws:secretsmanager:eu-central-1:123456789012:secret:db-AbCdEf","Name":"db",
    "VersionId":"11111111-1111-1111-1111-111111111111","SecretString":"{\"username\":\"orders\"}",
    "VersionStages":["AWSCURRENT"],"CreatedDate":1700000000}"#;

async fn failure(reply: Reply) -> Error {
    let proxy = Proxy::answering(reply).await;
    load(&sdk_config(&proxy.endpoint())).await
}

async fn load(config: &SdkConfig) -> Error {
    Secrets::from_sdk_config(config).load_from::<Db>("orders/db").await.map(|db| db.username).expect_err("it fails")
}

#[tokio::test]
async fn a_denied_secret_names_the_action_the_resource_and_the_request() {
    let said =
        "User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: secretsmanager:GetSecretValue";
    let error = failure(Reply::error(400, "AccessDeniedException", said)).await;
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::AccessDenied, false));
    assert_eq!(
        format!("{error:#}"),
        "secret \"orders/db\" may not be read: access is denied to arn:aws:sts::123456789012:assumed-role/r (AccessDeniedException, request id 0a1b2c3d-4e5f)\n\
         help: allow secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders/db-?????? to the role or user that the program runs under"
    );
}

#[tokio::test]
async fn a_missing_kms_grant_is_told_from_a_missing_permission() {
    let error = failure(Reply::error(400, "AccessDeniedException", "Access to KMS is not allowed")).await;
    assert_eq!(error.kind(), ErrorKind::KmsDenied);
    assert!(error.hint().is_some_and(|hint| hint.starts_with("allow kms:Decrypt on the KMS key")), "{error}");
}

#[tokio::test]
async fn a_throttled_call_is_transient_and_names_the_quota() {
    let error = failure(Reply::error(400, "ThrottlingException", "Rate exceeded")).await;
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Throttled, true));
    assert!(error.hint().is_some_and(|hint| hint.contains("10,000")), "{error}");
}

#[tokio::test]
async fn a_failing_service_is_transient_whatever_it_says() {
    for reply in [
        Reply::error(500, "InternalServiceError", "canary"),
        Reply::new(503, "<html>canary</html>"),
        Reply::new(200, "{\"SecretString\": \"canary"),
    ] {
        let error = failure(reply).await;
        assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Service, true), "{error}");
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}

#[tokio::test]
async fn credentials_that_aws_does_not_accept_are_told_from_none() {
    let cases = [
        ("ExpiredTokenException", "have expired", true),
        ("InvalidSignatureException", "AWS refused the signature", true),
        ("UnrecognizedClientException", "does not recognise the credentials", false),
    ];
    for (code, words, transient) in cases {
        let error = failure(Reply::error(400, code, "")).await;
        assert_eq!((error.kind(), error.is_transient()), (ErrorKind::NoCredentials, transient));
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn a_service_that_does_not_answer_times_out() {
    // Accepts connections but never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let endpoint = format!("http://{}", silent.local_addr().expect("it is bound"));
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_millis(50)).build();
    let error = load(&sdk_config(&endpoint).into_builder().timeout_config(timeouts).build()).await;
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::TimedOut, true), "{error}");
}

#[tokio::test]
async fn a_call_ends_although_the_configuration_sets_no_timeout() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let endpoint = format!("http://{}", silent.local_addr().expect("it is bound"));
    let error = load(&sdk_config(&endpoint)).await;
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
}

#[tokio::test]
async fn a_throttled_batch_falls_back_to_single_calls_and_pauses() {
    let proxy = Proxy::start(None, |call| {
        Some(match call.operation.as_str() {
            "BatchGetSecretValue" => Reply::error(400, "ThrottlingException", "Rate exceeded"),
            _ => Reply::new(200, FOUND),
        })
    })
    .await;
    let secrets = Secrets::builder().build(Aws::new(&sdk_config(&proxy.endpoint())).batch(Batch::On));
    for _ in 0..2 {
        let loaded = secrets.load_many::<Db>(["a", "b"]).await.expect("one by one");
        assert!(loaded.iter().all(|db| db.username == "orders"));
    }
    assert_eq!((proxy.count("BatchGetSecretValue"), proxy.count("GetSecretValue")), (1, 4));
}

#[tokio::test]
async fn a_failing_service_is_not_asked_again_for_each_secret_of_a_batch() {
    for (code, status, kind) in
        [("ExpiredTokenException", 400, ErrorKind::NoCredentials), ("InternalServiceError", 500, ErrorKind::Service)]
    {
        let proxy = Proxy::answering(Reply::error(status, code, "")).await;
        let secrets = Secrets::builder().build(Aws::new(&sdk_config(&proxy.endpoint())).batch(Batch::On));
        let error = secrets.load_many::<Db>(["a", "b"]).await.map(|_| ()).expect_err(code);
        assert_eq!(error.kind(), kind);
        assert_eq!(proxy.calls().len(), 1);
    }
}

#[tokio::test]
async fn a_configuration_without_credentials_provider_is_not_an_unreachable_service() {
    let config = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("eu-central-1"))
        .endpoint_url("http://127.0.0.1:1")
        .build();
    let error = load(&config).await;
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Configuration, false), "{error}");
    assert!(error.to_string().contains("credentials provider"), "{error}");
}

#[tokio::test]
async fn concurrent_calls_are_bounded() {
    // The proxy answers three calls at a time, so the test hangs unless three run concurrently.
    let proxy = Proxy::answering_together(3, Reply::new(200, FOUND)).await;
    let secrets = Secrets::builder().concurrency(3).build_from_sdk_config(&sdk_config(&proxy.endpoint()));
    let ids: Vec<String> = (0..12).map(|number| format!("db{number}")).collect();
    secrets.load_many::<Db>(&ids).await.map(|_| ()).expect("loaded");
    assert_eq!(proxy.most_at_once(), 3);
}
