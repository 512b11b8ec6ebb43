//! `policy`: its exact output, checked by a linter, and with permissions enforced.

use std::sync::Arc;

use crate::support::Session;
use secrets_tests::{Emulator, lint, lint_template, read_template, sdk_config_as};

const SOURCE: &str = r#"
#[derive(secrets_runtime::Secret)]
#[secret(id = "{APP_ENV}/orders/db")]
#[expect(dead_code)]
struct ByName { username: String }

#[derive(secrets_runtime::Secret)]
#[secret(id = "{DB_SECRET_ARN}")]
#[expect(dead_code)]
struct ByArn { username: String }

fn main() {
    let secrets = secrets_runtime::Secrets::new(secrets_runtime::source::Memory::new());
    drop(secrets.live::<ByName>());
    drop(secrets.live::<ByArn>());
}
"#;

const FULL: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:full-AbCdEf";

fn session(emulator: Arc<Emulator>, name: &str, package: &'static str) -> Session {
    let session = Session::on(emulator, name, package).with("APP_ENV", "prod").with("DB_SECRET_ARN", FULL);
    session.source(SOURCE);
    session.built("program");
    session
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_allows_what_is_declared_and_nothing_else() {
    let session = session(Emulator::shared(), "allowed", "allowed");
    // Region, account and partition default to the caller's.
    assert_eq!(session.run("policy --bin program --batch").ended(0), JSON);
    let options = "--region eu-central-1 --account 123456789012 --kms-key 1234abcd-ab12 --replica-region \
                   eu-west-1=arn:aws:kms:eu-west-1:123456789012:key/mrk-1 --type ByName --extra-id tenants/*";
    let run = |output: &str| session.run(&format!("policy --bin program {options} --output {output}")).ended(0);
    assert_eq!(run("terraform"), TERRAFORM);
    assert_eq!(run("cloudformation"), CLOUDFORMATION);
    let gov = session.run("policy --bin program --type ByName --region us-gov-west-1 --account 123456789012").ended(0);
    assert!(
        gov.contains("\"arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:prod/orders/db-??????\""),
        "{gov}"
    );

    let policies: Vec<_> = [("batch.json", JSON.to_owned()), ("keys.json", run("json"))]
        .into_iter()
        .map(|(name, policy)| {
            session.application.write(name, &policy);
            session.application.root().join(name)
        })
        .collect();
    assert_eq!(lint(&policies), "");
    session.application.write("wrong.json", &JSON.replace("GetSecretValue\"", "GetSecretValues\""));
    let found = lint(&[session.application.root().join("wrong.json")]);
    assert!(found.contains("UNKNOWN_ACTION"), "the linter looks: {found}");
}

/// A template works in any region and account. With `--name`, it can be combined with others.
#[tokio::test(flavor = "multi_thread")]
async fn a_template_says_where_it_is_deployed() {
    let session = session(Emulator::shared(), "deployed", "deployed").with("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let options = "--type ByName --kms-key 1234abcd-ab12 --stage AWSCURRENT --name orders_db";
    let template = session.run(&format!("policy --bin program {options} --output cloudformation")).ended(0);
    session.application.write("policy.yaml", &template);
    let path = session.application.root().join("policy.yaml");
    assert_eq!(lint_template(&path), "");
    let template = read_template(&path);
    assert_eq!(template["Outputs"]["OrdersDbPolicyArn"]["Value"]["Ref"], "OrdersDbPolicy");
    let statements = &template["Resources"]["OrdersDbPolicy"]["Properties"]["PolicyDocument"]["Statement"];
    let secret = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:prod/orders/db-??????";
    assert_eq!(statements[0]["Resource"][0]["Fn::Sub"], secret);
    assert_eq!(statements[0]["Condition"]["StringEquals"]["secretsmanager:VersionStage"][0], "AWSCURRENT");
    let through = &statements[1]["Condition"]["StringEquals"]["kms:ViaService"][0]["Fn::Sub"];
    assert_eq!(through, "secretsmanager.${AWS::Region}.amazonaws.com");
    let place = "--region eu-central-1 --account 123456789012";
    let terraform = session.run(&format!("policy --bin program {options} {place} --output terraform")).ended(0);
    assert!(terraform.starts_with("data \"aws_iam_policy_document\" \"orders_db\" {\n"), "{terraform}");
    let refused = session.run(&format!("policy --bin program {place} --stage AWSPREVIOUS"));
    assert!(refused.stderr.contains("reads AWSCURRENT, which is not among --stage"), "{refused:?}");
    refused.ended(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_of_another_account_have_policies_of_their_own() {
    let session = session(Emulator::shared(), "accounts", "accounts");
    let role = "arn:aws:iam::210987654321:role/orders";
    let ran = session.run(&format!("policy --bin program --type ByArn --resource-policy {role}"));
    assert!(ran.stderr.contains(FULL) && ran.stderr.contains("attach it in the account of the secret"), "{ran:?}");
    let policy: serde_json::Value = serde_json::from_str(&ran.ended(0)).expect("JSON");
    let statement = &policy["Statement"][0];
    assert_eq!((&statement["Principal"]["AWS"], &statement["Resource"][0]), (&role.into(), &"*".into()));
    assert_eq!(statement["Action"], "secretsmanager:GetSecretValue");
    let key = session.run(&format!("policy --bin program --type ByArn --key-policy {role}")).ended(0);
    let key: serde_json::Value = serde_json::from_str(&key).expect("JSON");
    assert_eq!(
        (&key["Statement"][0]["Action"], &key["Statement"][1]),
        (&"kms:Decrypt".into(), &serde_json::Value::Null)
    );
    let through = &key["Statement"][0]["Condition"]["StringEquals"]["kms:ViaService"][0];
    assert_eq!(through, "secretsmanager.eu-central-1.amazonaws.com");

    let wide = session.run("policy --bin program --type ByArn --extra-id *");
    assert!(wide.stderr.contains("--extra-id '*' allows every secret of the account"), "{wide:?}");
    wide.ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variable_that_may_hold_a_value_is_not_written() {
    let session = session(Emulator::shared(), "unwritten", "unwritten").with("DB_SECRET_ARN", "hunter2canary");
    let refused = session.run("policy --bin program");
    assert!(!refused.shown().contains("canary"), "{refused:?}");
    assert!(refused.stderr.contains("the value of DB_SECRET_ARN is not an ARN, and may be a secret"), "{refused:?}");
    refused.ended(2);
    let named = session.run("policy --bin program --var DB_SECRET_ARN=prod/db --type ByArn").ended(0);
    assert!(named.contains(":secret:prod/db-??????"), "{named}");
}

/// Encodes text for a form.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |form, byte| form + &format!("%{byte:02X}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_allows_is_enough_and_less_is_not() {
    let emulator = Arc::new(Emulator::start());
    let arn = emulator.create("enforced/db", r#"{"username": "orders"}"#).await;
    let session = session(Arc::clone(&emulator), "enforced", "enforced").with("DB_SECRET_ARN", &arn);
    let policy = session.run("policy --bin program --type ByArn --batch").ended(0);
    // The emulator evaluates actions but not resources.
    let mut policy: serde_json::Value = serde_json::from_str(&policy).expect("JSON");
    let statements = policy["Statement"].as_array_mut().expect("statements");
    for statement in statements {
        statement["Resource"] = "*".into();
    }
    let policy = policy.to_string();

    let mut keys = Vec::new();
    for user in ["reader", "stranger", "auditor"] {
        emulator.iam(&format!("Action=CreateUser&UserName={user}&Version=2010-05-08")).await;
        let key = emulator.iam(&format!("Action=CreateAccessKey&UserName={user}&Version=2010-05-08")).await;
        let part =
            |tag: &str| key.split_once(tag).and_then(|(_, rest)| rest.split_once('<')).expect("a key").0.to_owned();
        keys.push((part("<AccessKeyId>"), part("<SecretAccessKey>")));
    }
    let put = format!(
        "Action=PutUserPolicy&UserName=reader&PolicyName=p&PolicyDocument={}&Version=2010-05-08",
        encoded(&policy)
    );
    emulator.iam(&put).await;
    // Exactly the actions that the message asks for.
    let audit = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": [
        "iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:GetPolicy", "iam:GetPolicyVersion"
    ]}]}"#;
    let trust = encoded(r#"{"Version": "2012-10-17", "Statement": []}"#);
    let wide = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    for form in [
        format!("Action=PutUserPolicy&UserName=auditor&PolicyName=p&PolicyDocument={}", encoded(audit)),
        format!("Action=CreateRole&RoleName=audited&AssumeRolePolicyDocument={trust}"),
        format!("Action=PutRolePolicy&RoleName=audited&PolicyName=own&PolicyDocument={}", encoded(&policy)),
        format!("Action=CreatePolicy&PolicyName=wide&PolicyDocument={}", encoded(wide)),
        format!(
            "Action=AttachRolePolicy&RoleName=audited&PolicyArn={}",
            encoded("arn:aws:iam::123456789012:policy/wide")
        ),
    ] {
        emulator.iam(&format!("{form}&Version=2010-05-08")).await;
    }
    emulator.enforce_permissions().await;

    let [(reader, reader_key), (stranger, stranger_key), (auditor, auditor_key)] = keys.as_slice() else {
        panic!("three users")
    };
    let session = session.with("AWS_ACCESS_KEY_ID", reader).with("AWS_SECRET_ACCESS_KEY", reader_key);
    let fits = session.run("check --bin program --type ByArn").ended(0);
    let told = "  enforced::ByArn\n  declared {DB_SECRET_ARN}\n  is arn:aws:secretsmanager:eu-central-1:123456789012:secret:enforced/db-??????\n";
    assert!(fits.starts_with("fits          arn:") && fits.ends_with(told), "{fits}");
    let client = aws_sdk_secretsmanager::Client::new(&sdk_config_as(&emulator.endpoint(), reader, reader_key));
    client.batch_get_secret_value().secret_id_list(&arn).send().await.expect("allowed");
    client.delete_secret().secret_id(&arn).send().await.expect_err("nothing else is");

    let session = session.with("AWS_ACCESS_KEY_ID", stranger).with("AWS_SECRET_ACCESS_KEY", stranger_key);
    let denied = session.run("check --bin program --type ByArn");
    assert!(
        denied.stderr.contains(&format!("allow secretsmanager:GetSecretValue on {arn} and {arn}-?????? to")),
        "{denied:?}"
    );
    denied.ended(2);

    let audit = "policy --bin program --type ByArn --check --role arn:aws:iam::123456789012:role/audited";
    let denied = session.run(audit);
    let help = "help: allow iam:GetRole, iam:ListRolePolicies, iam:GetRolePolicy, iam:ListAttachedRolePolicies, iam:GetPolicy and \
                iam:GetPolicyVersion on arn:aws:iam::123456789012:role/audited and its policies to the user or role whose credentials this command has";
    assert!(denied.stderr.contains("audited is allowed: IAM refuses") && denied.stderr.contains(help), "{denied:?}");
    denied.ended(2);
    let session = session.with("AWS_ACCESS_KEY_ID", auditor).with("AWS_SECRET_ACCESS_KEY", auditor_key);
    session.run(audit).ended(0);
}

/// Compares roles that have no permission, enough, more than needed, and some that are denied.
#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_compared_with_what_the_program_needs() {
    let emulator = Arc::new(Emulator::start());
    let session = session(Arc::clone(&emulator), "roles", "roles");
    let iam = async |form: &str| emulator.iam(&format!("{form}&Version=2010-05-08")).await;
    let put = async |name: &str, document: &str| {
        iam(&format!("Action=PutRolePolicy&RoleName=orders&PolicyName={name}&PolicyDocument={}", encoded(document)))
            .await
    };
    let trust = encoded(r#"{"Version": "2012-10-17", "Statement": []}"#);
    iam(&format!("Action=CreateRole&RoleName=orders&Path=%2Fteam%2F&AssumeRolePolicyDocument={trust}")).await;
    let role = "arn:aws:iam::123456789012:role/team/orders";
    let options = format!("policy --bin program --type ByName --kms-key 1234abcd-ab12 --check --role {role}");
    let run = || session.run(&options);

    let elsewhere = session.run(&options.replace("role/team/", "role/"));
    assert!(elsewhere.stderr.contains(&format!("the account that was asked has {role}")), "{elsewhere:?}");
    elsewhere.ended(2);
    let nothing = run();
    let secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/orders/db-??????";
    let key = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-ab12";
    assert!(nothing.stderr.contains("service control policies"), "{nothing:?}");
    let missing = format!("missing   secretsmanager:GetSecretValue  {secret}\nmissing   kms:Decrypt  {key}\n");
    assert_eq!(nothing.ended(1), missing);

    let policy = session.run("policy --bin program --type ByName --kms-key 1234abcd-ab12").ended(0);
    put("own", &policy).await;
    let allowed = missing.replace("missing", "allowed");
    assert_eq!(run().ended(0), allowed);

    let wide =
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}}"#;
    let created = iam(&format!("Action=CreatePolicy&PolicyName=wide&PolicyDocument={}", encoded(wide))).await;
    assert!(created.contains("arn:aws:iam::123456789012:policy/wide"), "{created}");
    let wide = "arn:aws:iam::123456789012:policy/wide";
    iam(&format!("Action=AttachRolePolicy&RoleName=orders&PolicyArn={}", encoded(wide))).await;
    let more = run();
    let beyond = format!("{wide} allows secretsmanager:GetSecretValue on * as well, which this does not need");
    assert!(more.stderr.contains(&beyond), "{more:?}");
    let is_silent_on_stages = !more.stderr.contains("--stage");
    assert_eq!(more.ended(0), allowed);
    let json: serde_json::Value =
        serde_json::from_str(&session.run(&format!("{options} --format json")).ended(0)).expect("JSON");
    let (allowed_key, unneeded) = (&json["results"][1], &json["results"][2]);
    assert_eq!((&allowed_key["action"], &allowed_key["status"]), (&"kms:Decrypt".into(), &"allowed".into()));
    assert_eq!((&unneeded["status"], &unneeded["why"]), (&"not needed".into(), &format!("by {wide}").into()));

    assert!(is_silent_on_stages, "no policy limits them");
    put(
        "own",
        &policy.replacen(
            "\"Action\"",
            "\"Condition\": {\"StringEquals\": {\"secretsmanager:VersionStage\": \"AWSCURRENT\"}}, \"Action\"",
            1,
        ),
    )
    .await;
    let staged = run();
    assert!(staged.stderr.contains("add --stage for each of these that the program uses"), "{staged:?}");
    assert_eq!(staged.ended(0), allowed);

    put("unclear", &deny(r#""kms:*", "Resource": "*", "Condition": {"Bool": {"aws:ViaAWSService": "false"}}"#)).await;
    let unclear =
        "unclear   kms:Decrypt  ".to_owned() + key + "\n  unclear denies it under a condition on aws:ViaAWSService\n";
    assert_eq!(run().ended(2).lines().skip(1).collect::<Vec<_>>(), unclear.lines().collect::<Vec<_>>());
    put("denied", &deny(r#""secretsmanager:GetSecretValue", "Resource": "arn:aws:secretsmanager:*:*:secret:prod/*""#))
        .await;
    let denied = run().ended(1);
    assert!(
        denied.starts_with(&format!("denied    secretsmanager:GetSecretValue  {secret}\n  by denied\n")),
        "{denied}"
    );
}

fn deny(what: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Deny", "Action": {what}}}]}}"#)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_cannot_be_compared_is_said_to_be_so() {
    let session = session(Emulator::shared(), "norole", "norole");
    let ran = |options: &str| session.run(&format!("policy --bin program {options}"));
    let absent = ran("--check --role arn:aws:iam::123456789012:role/absent");
    let said = "cannot tell what arn:aws:iam::123456789012:role/absent is allowed: IAM refuses (NoSuchEntity)";
    assert!(absent.stderr.contains(said) && absent.stderr.contains("correct --role"), "{absent:?}");
    absent.ended(2);
    let task = ran("--check --role arn:aws:sts::123456789012:assumed-role/orders/1234");
    assert!(task.stderr.contains("the role is arn:aws:iam::123456789012:role/orders"), "{task:?}");
    task.ended(2);
    let alone = ran("--role arn:aws:iam::123456789012:role/orders");
    assert!(alone.stderr.contains("--check"), "{alone:?}");
    alone.ended(2);
}

const JSON: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "ReadSecrets",
      "Effect": "Allow",
      "Action": "secretsmanager:GetSecretValue",
      "Resource": [
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret:full-AbCdEf",
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret:full-AbCdEf-??????",
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/orders/db-??????"
      ]
    },
    {
      "Sid": "ReadSecretsInBatches",
      "Effect": "Allow",
      "Action": "secretsmanager:BatchGetSecretValue",
      "Resource": [
        "*"
      ]
    }
  ]
}
"#;

const TERRAFORM: &str = r#"data "aws_iam_policy_document" "secrets" {
  statement {
    sid     = "ReadSecrets"
    actions = ["secretsmanager:GetSecretValue"]

    resources = [
      "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/orders/db-??????",
      "arn:aws:secretsmanager:eu-central-1:123456789012:secret:tenants/*-??????",
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/orders/db-??????",
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:tenants/*-??????",
    ]
  }

  statement {
    sid     = "DecryptSecrets"
    actions = ["kms:Decrypt"]

    resources = [
      "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-ab12",
      "arn:aws:kms:eu-west-1:123456789012:key/mrk-1",
    ]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"

      values = [
        "secretsmanager.eu-central-1.amazonaws.com",
        "secretsmanager.eu-west-1.amazonaws.com",
      ]
    }
  }
}
"#;

const CLOUDFORMATION: &str = r#"AWSTemplateFormatVersion: "2010-09-09"
Resources:
  SecretsPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: ReadSecrets
            Effect: Allow
            Action: "secretsmanager:GetSecretValue"
            Resource:
              - "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/orders/db-??????"
              - "arn:aws:secretsmanager:eu-central-1:123456789012:secret:tenants/*-??????"
              - "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/orders/db-??????"
              - "arn:aws:secretsmanager:eu-west-1:123456789012:secret:tenants/*-??????"
          - Sid: DecryptSecrets
            Effect: Allow
            Action: "kms:Decrypt"
            Resource:
              - "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-ab12"
              - "arn:aws:kms:eu-west-1:123456789012:key/mrk-1"
            Condition:
              StringEquals:
                "kms:ViaService":
                  - "secretsmanager.eu-central-1.amazonaws.com"
                  - "secretsmanager.eu-west-1.amazonaws.com"
Outputs:
  SecretsPolicyArn:
    Description: For the ManagedPolicyArns of the role that reads the secrets
    Value:
      Ref: SecretsPolicy
"#;
