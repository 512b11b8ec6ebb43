//! The task role of `examples/ecs` has exactly the policy that the command prints for the service.

use std::path::Path;
use std::process::Command;

use secrets_example_axum_postgres::database::OrdersDb;
use secrets_runtime::{NamedSecret, Secrets, source::Memory};
use secrets_tests::{REGION, read_template};
use serde_json::Value;

const ACCOUNT: &str = "123456789012";
const KEY: &str = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/// The policy that the command prints for the example's type, which this test program loads.
fn printed() -> Value {
    assert_eq!(OrdersDb::ID, "{APP_ENV}/orders/db");
    // Loads the type like the service does, so that this binary has its entry.
    drop(Secrets::new(Memory::new()).load::<OrdersDb>());
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-secrets"));
    command.args(["policy", "--type", "OrdersDb", "--var", "APP_ENV=prod", "--output", "cloudformation", "--bin"]);
    command.arg(std::env::current_exe().expect("it has a path"));
    command.args(["--region", REGION, "--account", ACCOUNT, "--kms-key", KEY]);
    let output = command.output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("printed.yaml");
    std::fs::write(&file, output.stdout).expect("it can be written");
    read_template(&file)["Resources"]["SecretsPolicy"]["Properties"]["PolicyDocument"].clone()
}

/// Resolves a value of the template like CloudFormation does.
fn resolved(value: &Value) -> Value {
    if let Some(text) = value["Fn::Sub"].as_str() {
        let variables =
            [("AWS::Partition", "aws"), ("AWS::Region", REGION), ("AWS::AccountId", ACCOUNT), ("Environment", "prod")];
        let replace = |text: String, (name, value): (&str, &str)| text.replace(&format!("${{{name}}}"), value);
        return variables.into_iter().fold(text.to_owned(), replace).into();
    }
    match value {
        Value::Object(entries) if entries.contains_key("Fn::GetAtt") => {
            assert_eq!(entries["Fn::GetAtt"], serde_json::json!(["OrdersDbKey", "Arn"]));
            KEY.into()
        }
        Value::Object(entries) => entries.iter().map(|(key, value)| (key.clone(), resolved(value))).collect(),
        Value::Array(items) => items.iter().map(resolved).collect(),
        other => other.clone(),
    }
}

#[test]
fn the_task_roles_policy_is_what_the_command_prints() {
    let template = read_template(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/ecs/template.yaml"));
    let policies = &template["Resources"]["TaskRole"]["Properties"]["Policies"];
    assert_eq!(policies.as_array().map(Vec::len), Some(1));
    assert_eq!(resolved(&policies[0]["PolicyDocument"]), printed());
}
