//! Applies the command's remedies: makes a mistake, does what the message says, and expects success.

use crate::support::{Ran, Session};

const SOURCE: &str = r#"
use secrets_runtime::{Secret, Secrets, source::Memory};

#[derive(Secret)]
#[secret(id = "{REMEDY_ENV}/db"SCHEMA)]
#[expect(dead_code)]
struct OrdersDb { user: String }

#[derive(Secret)]
#[secret(id = "remedies/mail")]
#[expect(dead_code)]
struct Mail { key: String }

#[derive(Secret)]
#[expect(dead_code)]
struct Tenant { token: String }

fn main() {
    let secrets = Secrets::new(Memory::new());
    drop(secrets.live::<OrdersDb>());
    drop(secrets.live::<Mail>());
    drop(secrets.load_from::<Tenant>("tenants/acme"));
}
"#;

const GOOD: &str = r#"{"user": "u", "key": "k", "token": "t"}"#;

fn source(schema: &str) -> String {
    SOURCE.replace("SCHEMA", schema)
}

const KEYS: &str = "aws_access_key_id = AKID\naws_secret_access_key = key\n";
const PROCESS: &str =
    "credential_process = echo '{\"Version\": 1, \"AccessKeyId\": \"AKID\", \"SecretAccessKey\": \"key\"}'\n";

/// The error suggests this remedy.
#[track_caller]
fn told(ran: &Ran, remedy: &str) {
    assert!(ran.stderr.contains(&format!("help: {remedy}")), "{}", ran.stderr);
    assert_ne!(ran.status, Some(0));
}

/// The remedy worked.
#[track_caller]
fn heals(ran: Ran) -> String {
    assert_eq!(ran.status, Some(0), "{}\n{}", ran.stdout, ran.stderr);
    ran.stdout
}

#[tokio::test(flavor = "multi_thread")]
async fn of_paths_and_names() {
    let session = Session::new("remedy-names", "remedy-names");
    session.source(&source(""));
    session.built("program");
    for id in ["test/db", "remedies/mail", "tenants/acme"] {
        session.emulator.create(id, GOOD).await;
    }
    let run = |arguments: &str| session.run_with(arguments, GOOD);

    told(
        &run("check --bin program --type OrdersDb"),
        "set REMEDY_ENV in the environment, or give `--var REMEDY_ENV=VALUE`",
    );
    heals(run("check --bin program --type OrdersDb --var REMEDY_ENV=test"));
    told(
        &run("list --bin program --type OrderDb"),
        "give --type one of remedy_names::Mail, remedy_names::OrdersDb, remedy_names::Tenant",
    );
    heals(run("list --bin program --type remedy_names::OrdersDb"));
    told(&run("check --bin program --type Tenant"), "say which secret to look at: `--type TYPE --id ID`");
    heals(run("check --bin program --type Tenant --id tenants/acme"));
    told(
        &run("check --bin program --id tenants/acme"),
        "give an id that a type declares, or with `--type` a type that is loaded with",
    );
    heals(run("check --bin program --id remedies/mail"));
    told(
        &run("check --bin program --file -"),
        "choose one of them: `--id remedies/mail`, `--id {REMEDY_ENV}/db`; or a type that reads it",
    );
    heals(run("check --bin program --file - --id remedies/mail"));
    heals(run("check --bin program --file - --type OrdersDb"));
    told(
        &run("check --bin program --type Mail --file nowhere"),
        "give the path of a file that holds the document, or write the document to",
    );
    heals(run("check --bin program --type Mail --file -"));

    let root = session.application.root();
    let program = std::fs::read(root.join("program")).expect("built");
    std::fs::write(root.join("cut"), &program[..program.len() / 3]).expect("written");
    told(&run("list --bin cut"), "copy the program again");
    std::fs::copy(root.join("program"), root.join("cut")).expect("copied");
    heals(run("list --bin cut"));
    told(&run("list --bin remedy-names"), "give --bin the path of a program");
    heals(run("list --bin program"));
    std::fs::write(root.join("file"), "").expect("written");
    told(&run("man file/pages"), "give a directory that can be written to");
    heals(run("man pages"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_workspace() {
    let session = Session::new("remedy-workspace", "remedy-workspace").with("REMEDY_ENV", "workspace");
    session.source("fn main() {}");
    told(&session.run("list"), "call `load`, `live` or `start` for a type with `#[derive(Secret)]`");
    session.source(&source(""));
    heals(session.run("list"));
    told(&session.run("list -p nobody"), "its packages are remedy-workspace");
    heals(session.run("list -p remedy-workspace"));
    told(
        &session.run("list --manifest-path nowhere/Cargo.toml"),
        "run it in a cargo workspace, or name one with --manifest-path",
    );
    heals(session.run("list --manifest-path Cargo.toml"));
    told(&session.with("CARGO", "/nonexistent/cargo").run("list"), "install cargo, or set CARGO to its path");
    let session = Session::new("remedy-workspace", "remedy-workspace").with("REMEDY_ENV", "workspace");
    heals(session.run("list"));

    // A schema that is not declared, missing, or broken.
    session.emulator.create("workspace/db", GOOD).await;
    told(
        &session.run("pull"),
        "add them to the declaration: `#[secret(id = \"..\", schema = \"secrets/name.schema.json\")]`",
    );
    session.source(&source(", schema = \"secrets/db.schema.json\""));
    let refused = session.run("list");
    assert!(refused.stderr.contains("write it with `cargo secrets pull`, which needs no build"), "{}", refused.stderr);
    told(&refused, "correct what the compiler reports; `cargo secrets pull` brings schema files up to date");
    heals(session.run("pull"));
    heals(session.run("list"));
    let file = session.application.root().join("remedy-workspace/secrets/db.schema.json");
    for broken in ["{", ""] {
        std::fs::write(&file, broken).expect("written");
        let refused = session.run("list");
        assert!(refused.stderr.contains("correct it, or delete it and run `cargo secrets pull`"), "{}", refused.stderr);
        told(&session.run("pull"), "correct it, or delete it and pull again");
        std::fs::remove_file(&file).expect("deleted");
        heals(session.run("pull"));
        heals(session.run("list"));
    }

    // A build that skipped the comparison with schema files.
    let output = session.application.cargo_with("build", &[("SECRETS_SCHEMA", "unchecked")]);
    assert!(output.status.success());
    let program = session.application.target().join("debug/remedy-workspace");
    let check = format!("check --type OrdersDb --bin {}", program.display());
    told(&session.run(&check), "build the program again without that variable");
    assert!(session.application.cargo_with("build", &[]).status.success());
    heals(session.run(&check));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_policy() {
    let session = Session::new("remedy-policy", "remedy-policy").with("REMEDY_ENV", "prod");
    session.source(&source(""));
    session.built("program");
    let place = "--region eu-central-1 --account 123456789012";
    told(&session.run(&format!("policy --bin program {place} --stage AWSPREVIOUS")), "add --stage AWSCURRENT");
    heals(session.run(&format!("policy --bin program {place} --stage AWSPREVIOUS --stage AWSCURRENT")));
    told(&session.run(&format!("policy --bin program {place} --extra-id {{TENANT}}")), "a name may have `*`");
    heals(session.run(&format!("policy --bin program {place} --extra-id tenants/*")));
    let nowhere = session.with("AWS_REGION", "");
    told(&nowhere.run("policy --bin program"), "give --region, or set AWS_REGION");
    heals(nowhere.run(&format!("policy --bin program {place}")));
    let anonymous = nowhere.with("AWS_ACCESS_KEY_ID", "").with("AWS_SECRET_ACCESS_KEY", "");
    told(
        &anonymous.run("policy --bin program --region eu-central-1"),
        "give --account and --region; or on a laptop, set AWS_PROFILE",
    );
    heals(anonymous.run(&format!("policy --bin program {place}")));
}

/// Each cause of missing credentials has its own remedy. Applies those that can be applied in a test.
#[tokio::test(flavor = "multi_thread")]
async fn each_step_to_credentials_has_its_remedy() {
    let session =
        Session::new("remedy-steps", "remedy-steps").with("AWS_ACCESS_KEY_ID", "").with("AWS_SECRET_ACCESS_KEY", "");
    session.source(&source(""));
    session.built("program");
    session.emulator.create("steps/mail", GOOD).await;
    let config = session.application.root().join("config");
    let session = session.with("AWS_CONFIG_FILE", &config.display().to_string()).with("AWS_PROFILE", "it");
    let check = "check --bin program --type Tenant --id steps/mail";
    let cases = [
        (
            format!("[profile other]\n{KEYS}"),
            "the AWS profile does not exist",
            "set AWS_PROFILE to one that",
            Some(format!("[profile it]\n{KEYS}")),
        ),
        (
            "[profile it]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = none\n".to_owned(),
            "the `source_profile` of the AWS profile does not exist",
            "correct `source_profile` in the AWS configuration file",
            Some(format!(
                "[profile it]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = none\n[profile none]\n{KEYS}"
            )),
        ),
        (
            "[profile it]\ncredential_process = /bin/false canary\n".to_owned(),
            "the `credential_process` of the AWS profile failed",
            "run the command of `credential_process` by hand",
            Some(format!("[profile it]\n{PROCESS}")),
        ),
        (
            "[profile it]\nrole_arn = arn:aws:iam::123456789012:role/r\n".to_owned(),
            "the AWS profile says nothing usable about credentials",
            "complete the profile: see what `aws configure list` finds",
            Some(format!("[profile it]\nregion = eu-central-1\n{KEYS}")),
        ),
        (
            "[profile it]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = r\n\
             [sso-session s]\nsso_region = eu-central-1\nsso_start_url = https://example.com/start\n"
                .to_owned(),
            "the AWS profile has no SSO token",
            "log in with `aws sso login`, for the same AWS_PROFILE",
            None,
        ),
        (
            "[profile it]\nsso_session = gone\nsso_account_id = 123456789012\nsso_role_name = r\n".to_owned(),
            "the SSO settings of the AWS profile are incomplete",
            "set them with `aws configure sso`",
            None,
        ),
    ];
    for (wrong, cause, remedy, right) in cases {
        std::fs::write(&config, &wrong).expect("written");
        let refused = session.run(check);
        assert!(refused.stderr.contains(cause) && !refused.shown().contains("canary"), "{wrong}: {}", refused.stderr);
        told(&refused, remedy);
        if let Some(right) = right {
            std::fs::write(&config, right).expect("written");
            heals(session.run(check));
        }
    }
}
