//! Configuration through the environment, in a separate process with only the test's variables.

use std::process::{Output, Stdio};

use secrets_tests::{Emulator, Proxy, REGION, Reply};
use tokio::process::Command;

/// Runs the service with these variables and no other AWS variables.
async fn service(variables: &[(&str, &str)]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_load"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") || name.to_string_lossy().starts_with("SECRETS_") {
            command.env_remove(name);
        }
    }
    let nobody = [("HOME", "/nonexistent"), ("AWS_EC2_METADATA_DISABLED", "true")];
    command.envs(nobody.iter().chain(variables).copied()).stdin(Stdio::null()).kill_on_drop(true);
    let Output { status, stdout, stderr } = command.output().await.expect("it runs");
    let text = [stdout, stderr].concat();
    (status.success(), String::from_utf8(text).expect("text"))
}

const STATIC: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIDSTATIC"), ("AWS_SECRET_ACCESS_KEY", "static-key")];

#[tokio::test]
async fn on_ecs_the_task_roles_credentials_are_fetched_with_the_token_and_sign_the_call() {
    let emulator = Emulator::shared();
    emulator.create("environment/service", r#"{"host": "db.internal", "token": "canary"}"#).await;
    let credentials = Proxy::answering(Reply::new(
        200,
        r#"{"AccessKeyId":"AKIDOFTHETASKROLE","SecretAccessKey":"key","Token":"session","Expiration":"2099-01-01T00:00:00Z"}"#,
    ))
    .await;
    let service_api = Proxy::watching(emulator.address()).await;
    let (succeeded, output) = service(&[
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &format!("{}/v2/credentials/task", credentials.endpoint())),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "token-of-the-task"),
        ("AWS_REGION", REGION),
        ("AWS_ENDPOINT_URL", &service_api.endpoint()),
    ])
    .await;
    assert!(succeeded, "{output}");
    assert_eq!(output, "Service { host: \"db.internal\", token: [REDACTED] }\n");
    let asked = &credentials.calls()[0];
    assert_eq!(
        (asked.operation.as_str(), &asked.headers["authorization"]),
        ("/v2/credentials/task", &"token-of-the-task".parse().expect("a header"))
    );
    let signed = service_api.calls()[0].headers["authorization"].clone();
    assert!(signed.to_str().expect("text").contains("Credential=AKIDOFTHETASKROLE/"), "{signed:?}");
}

#[tokio::test]
async fn on_ecs_a_failing_credentials_endpoint_names_the_task_role() {
    let credentials = Proxy::answering(Reply::new(404, "")).await;
    let (succeeded, output) = service(&[
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &format!("{}/v2/credentials/task", credentials.endpoint())),
        ("AWS_REGION", REGION),
    ])
    .await;
    assert!(!succeeded);
    assert!(output.contains("what provides the AWS credentials failed"), "{output}");
    assert!(output.contains("`taskRoleArn` (the task execution role does not reach the program)"), "{output}");
}

#[tokio::test]
async fn no_credentials_and_no_region_read_differently() {
    let (succeeded, output) = service(&[("AWS_REGION", REGION)]).await;
    assert!(!succeeded);
    assert!(
        output.contains("cannot be read: no AWS credentials were found\nhelp: on a laptop, set AWS_PROFILE"),
        "{output}"
    );
    let (succeeded, output) = service(&STATIC).await;
    assert!(!succeeded);
    assert!(output.contains("no AWS region is set\nhelp: set AWS_REGION"), "{output}");
}

#[tokio::test]
async fn an_unreachable_endpoint_and_an_unknown_region_read_differently() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    let [id, key] = STATIC;
    let (succeeded, output) =
        service(&[id, key, ("AWS_REGION", REGION), ("AWS_ENDPOINT_URL", &format!("http://{nobody}"))]).await;
    assert!(!succeeded);
    assert!(output.contains("could not be reached\nhelp: check the endpoint that AWS_ENDPOINT_URL"), "{output}");
    // `.invalid` never resolves (RFC 2606).
    let (succeeded, output) = service(&[id, key, ("AWS_REGION", "eu-wst-1.invalid")]).await;
    assert!(!succeeded);
    assert!(
        output.contains("its host name does not resolve\nhelp: check that eu-wst-1.invalid is a region"),
        "{output}"
    );
}

#[tokio::test]
async fn a_file_is_a_source_on_a_laptop_and_refused_on_ecs() {
    let file = format!("file:{}/environment.json", env!("CARGO_MANIFEST_DIR"));
    let (succeeded, output) = service(&[("SECRETS_SOURCE", &file)]).await;
    assert!(succeeded, "{output}");
    assert_eq!(output, "Service { host: \"localhost\", token: [REDACTED] }\n");
    let ecs = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/task");
    let (succeeded, output) = service(&[("SECRETS_SOURCE", &file), ecs]).await;
    assert!(!succeeded);
    assert!(
        output.contains("SECRETS_SOURCE selects a local file, but by its variables this is Amazon ECS"),
        "{output}"
    );
}

/// Variables on which the SDK panics or reports a misleading error are named; their values are not shown.
#[tokio::test]
async fn a_variable_that_cannot_be_is_named_and_not_shown() {
    let [id, key] = STATIC;
    let region = ("AWS_REGION", REGION);
    for (variable, value, told) in [
        ("AWS_ENDPOINT_URL", "canary", "AWS_ENDPOINT_URL is not a URL\nhelp: write http://host:port"),
        (
            "AWS_ENDPOINT_URL_SECRETS_MANAGER",
            "http://canary \n",
            "AWS_ENDPOINT_URL_SECRETS_MANAGER ends in a line break",
        ),
        ("AWS_REGION", "canary ", "AWS_REGION has a blank or a control character in it\nhelp: write a region as in"),
        ("AWS_DEFAULT_REGION", "canary\n", "AWS_DEFAULT_REGION ends in a line break"),
        ("AWS_ACCESS_KEY_ID", "canary\n", "AWS_ACCESS_KEY_ID ends in a line break"),
        ("AWS_SECRET_ACCESS_KEY", "canary\r\n", "AWS_SECRET_ACCESS_KEY ends in a line break"),
        ("AWS_SESSION_TOKEN", "canary\n", "AWS_SESSION_TOKEN ends in a line break"),
        ("AWS_MAX_ATTEMPTS", "canary", "AWS_MAX_ATTEMPTS is not a number from 1"),
        ("AWS_RETRY_MODE", "canary", "AWS_RETRY_MODE is not a retry mode"),
    ] {
        let (succeeded, output) = service(&[id, key, region, (variable, value)]).await;
        assert!(!succeeded && output.contains(told), "{variable}: {output}");
        assert!(!output.contains("canary") && !output.contains("panicked"), "{variable}: {output}");
    }
}

#[tokio::test]
async fn an_empty_variable_counts_as_unset() {
    let emulator = Emulator::start();
    emulator.create("environment/service", r#"{"host": "db.internal", "token": "canary"}"#).await;
    let (endpoint, [id, key]) = (emulator.endpoint(), STATIC);
    for empty in [
        "AWS_ENDPOINT_URL",
        "AWS_DEFAULT_REGION",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_MAX_ATTEMPTS",
        "AWS_RETRY_MODE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "SECRETS_SOURCE",
        "SECRETS_REFRESH",
        "SECRETS_MAX_STALE",
        "SECRETS_BATCH",
    ] {
        let variables = [id, key, ("AWS_REGION", REGION), ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &endpoint), (empty, "")];
        let (succeeded, output) = service(&variables).await;
        assert!(succeeded, "{empty}: {output}");
    }
    let variables = [id, key, ("AWS_REGION", ""), ("AWS_DEFAULT_REGION", REGION), ("AWS_ENDPOINT_URL", &endpoint)];
    let (succeeded, output) = service(&variables).await;
    assert!(succeeded, "{output}");
    let nothing = ("AWS_ENDPOINT_URL_SECRETS_MANAGER", "");
    let (succeeded, output) =
        service(&[id, key, ("AWS_REGION", REGION), ("AWS_ENDPOINT_URL", &endpoint), nothing]).await;
    assert!(succeeded, "{output}");
    // An empty endpoint means the default one, which is unreachable here.
    let endpoints = [("AWS_ENDPOINT_URL", ""), nothing];
    let (succeeded, output) = service(&[id, key, ("AWS_REGION", "eu-wst-1.invalid"), endpoints[0], endpoints[1]]).await;
    assert!(!succeeded && output.contains("does not resolve") && !output.contains("panicked"), "{output}");
    // An empty URI means no container credentials, so the next provider is tried.
    let nobody = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", ""), ("AWS_REGION", REGION), ("AWS_ENDPOINT_URL", &endpoint)];
    let (succeeded, output) = service(&nobody).await;
    assert!(!succeeded && output.contains("no AWS credentials were found"), "{output}");
}
