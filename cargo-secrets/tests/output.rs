//! The exact output and exit status of the commands.

use std::process::{Command, Stdio};

use crate::support::{Ran, Session};
use aws_sdk_secretsmanager::config::Region;
use secrets_tests::{Proxy, Reply, sdk_config_as};

const SOURCE: &str = r#"
use secrets_runtime::{Secret, SecretString};

#[derive(Secret)]
#[secret(id = "{APP_ENV}/output/db")]
struct Db {
    username: String,
    #[secret(length(min = 12))]
    password: SecretString,
    #[secret(default = 5432, range(1..=65535))]
    port: u16,
}

mod mail {
    #[derive(secrets_runtime::Secret)]
    #[secret(id = "output/mail", stage = "AWSPREVIOUS", text)]
    pub struct Key(pub String);
}

fn main() {
    let secrets = secrets_runtime::Secrets::new(secrets_runtime::source::Memory::new());
    drop(secrets.live::<Db>());
    drop(secrets.live::<mail::Key>());
}
"#;

const GOOD: &str = r#"{"username": "orders", "password": "0123456789ab"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_program_is_listed_from_its_workspace_and_from_a_stripped_release_binary() {
    let session = Session::new("listed", "listed");
    session.source(SOURCE);
    let table = "\
ID                         TYPE               PACKAGE       KEYS
output/mail (AWSPREVIOUS)  listed::mail::Key  listed 1.2.3  (text)
{APP_ENV}/output/db        listed::Db         listed 1.2.3  username, password, port?
";
    assert_eq!(session.run("list").ended(0), table);
    let stripped = session.built_and_stripped("stripped");
    let listed = session.run(&format!("list --bin {}", stripped.display()));
    assert_eq!((listed.stderr.as_str(), listed.stdout.as_str()), ("", table));
    let listed = session.run("list --bin stripped --type Db --format json").ended(0);
    assert_eq!(
        listed,
        r#"{
  "command": "list",
  "status": "holds",
  "results": [
    {
      "id": "{APP_ENV}/output/db",
      "declared_id": null,
      "version": "AWSCURRENT",
      "region": null,
      "type": "listed::Db",
      "package": "listed",
      "package_version": "1.2.3",
      "schema": null,
      "format": "json",
      "keys": [
        {
          "name": "username",
          "required": true
        },
        {
          "name": "password",
          "required": true
        },
        {
          "name": "port",
          "required": false
        }
      ],
      "programs": [
        "stripped"
      ]
    }
  ],
  "notes": [],
  "errors": []
}
"#
    );
    let template = session.run("template --bin stripped --type Db").ended(0);
    assert_eq!(
        template,
        r#"{
  "username": ["fill in: a string"],
  "password": ["fill in: a string of at least 12 characters"],
  "port": ["fill in, or leave out: an integer from 1 to 65535"]
}
"#
    );
    let refused = session.run_with("check --bin stripped --type Db --file -", &template).ended(1);
    assert_eq!(
        refused,
        "does not fit  {APP_ENV}/output/db  listed::Db\n\
        \x20 username: expected a string, found an array\n\
        \x20 password: expected a string of at least 12 characters, found an array\n\
        \x20 port: expected an integer from 1 to 65535, found an array\n"
    );
    let schema = session.run("schema --bin stripped --type Db").ended(0);
    assert!(schema.starts_with("{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\","), "{schema}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_and_a_new_program_are_held_against_one_secret() {
    let session = Session::new("versions", "versions").with("APP_ENV", "versions");
    session.source(SOURCE);
    session.built("old");
    session.source(&SOURCE.replace("min = 12", "min = 20").replace("default = 5432, ", ""));
    session.built("new");
    session.emulator.create("versions/output/db", GOOD).await;
    let check = "check --bin old --bin new --type Db";
    assert_eq!(
        session.run(check).ended(1),
        "does not fit  versions/output/db  versions::Db\n\
        \x20 declared {APP_ENV}/output/db\n\
        \x20 is arn:aws:secretsmanager:eu-central-1:123456789012:secret:versions/output/db-??????\n\
        \x20 versions::Db in new\n\
        \x20   password: expected a string of at least 20 characters, found a shorter one\n\
        \x20   port: expected an integer from 1 to 65535, found nothing\n"
    );
    assert_eq!(
        session.run("check --bin old --type Db").ended(0),
        "fits          versions/output/db  versions::Db\n\
        \x20 declared {APP_ENV}/output/db\n\
        \x20 is arn:aws:secretsmanager:eu-central-1:123456789012:secret:versions/output/db-??????\n"
    );
    let json: serde_json::Value =
        serde_json::from_str(&session.run(&format!("{check} --format json")).ended(1)).expect("JSON");
    assert_eq!((&json["command"], &json["status"]), (&"check".into(), &"does not hold".into()));
    let json = &json["results"];
    assert_eq!(
        (&json[0]["id"], &json[0]["declared_id"]),
        (&"versions/output/db".into(), &"{APP_ENV}/output/db".into())
    );
    assert_eq!((&json[0]["status"], &json[0]["error"]), (&"does not fit".into(), &serde_json::Value::Null));
    assert_eq!(json[0]["types"][1]["violations"].as_array().map(Vec::len), Some(2));
    assert_eq!(json[0]["types"][1]["violations"][1], "port: expected an integer from 1 to 65535, found nothing");
    assert_eq!((&json[0]["account"], &json[0]["region"]), (&"123456789012".into(), &"eu-central-1".into()));
    assert!(json[0]["version_id"].as_str().is_some_and(|id| id.len() >= 32), "{json}");

    // The variable is unset, set on the command line, or empty.
    let session = session.with("APP_ENV", "");
    let unset = session.run(check);
    assert_eq!(
        unset.stderr,
        "error: secret \"{APP_ENV}/output/db\" cannot be asked for: APP_ENV is empty\n\
         help: set APP_ENV in the environment, or give `--var APP_ENV=VALUE`\n"
    );
    assert_eq!(unset.ended(2), "unknown       {APP_ENV}/output/db  versions::Db\n");
    session.run("check --bin old --type Db --var APP_ENV=versions").ended(0);
    let missing = session.run("check --bin old --type Db --var APP_ENV=elsewhere");
    assert!(
        missing.stderr.contains("does not exist") && missing.stderr.contains("eu-central-1 was asked"),
        "{missing:?}"
    );
    assert_eq!(missing.ended(1), "missing       elsewhere/output/db  versions::Db\n  declared {APP_ENV}/output/db\n");
}

const READERS: &str = r#"
use secrets_runtime::{Secret, Secrets, source::Memory};

#[derive(Secret)]
#[secret(id = "{APP_ENV}/readers/db", schema = "db.json")]
#[expect(dead_code)]
struct Login { user: String }

/// Another spelling of the same secret.
#[derive(Secret)]
#[secret(id = "prod/readers/db")]
#[expect(dead_code)]
struct Host { host: String }

#[derive(Secret)]
#[expect(dead_code)]
struct Tenant<const N: usize> { token: String }

fn main() {
    let secrets = Secrets::new(Memory::new());
    drop(secrets.live::<Login>());
    drop(secrets.live::<Host>());
    drop(secrets.live_from::<Tenant<3>>("readers/acme"));
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_a_secret_judges_it_whichever_type_was_chosen() {
    let session = Session::new("readers", "readers").with("APP_ENV", "prod");
    session.source(READERS);
    session.application.write("readers/db.json", r#"{"properties": {"user": {}}, "required": ["user"]}"#);
    session.built("program");
    let refused = session.run_with("check --bin program --type Login --file -", r#"{"user": "u"}"#).ended(1);
    let says = "\
does not fit  {APP_ENV}/readers/db  readers::Login, readers::Host
  readers::Host in program
    host: expected a string, found nothing
";
    assert_eq!(refused, says);
    session.run_with("check --bin program --type Login --file -", r#"{"user": "u", "host": "h"}"#).ended(0);

    // Requests by id, stage and version.
    session.emulator.create("prod/readers/db", r#"{"user": "u", "host": "h"}"#).await;
    session.emulator.create("readers/acme", r#"{"token": 1}"#).await;
    session.put("prod/readers/db", "{}").await;
    session.run("check --bin program --type Host").ended(1);
    let previous = session.run("check --bin program --type Host --stage AWSPREVIOUS --format json").ended(0);
    let previous: serde_json::Value = serde_json::from_str(&previous).expect("JSON");
    let version = previous["results"][0]["version_id"].as_str().expect("a version");
    let named = session.run(&format!("check --bin program --id prod/readers/db --version-id {version}"));
    assert!(named.stdout.starts_with("fits          prod/readers/db (") && named.stdout.contains(version), "{named:?}");
    named.ended(0);
    let refused = session.run("check --bin program --type Tenant --id readers/acme").ended(1);
    assert!(refused.contains("token: expected a string, found a number"), "{refused}");
    let missing = session.run("check --bin program --type Tenant");
    assert!(missing.stderr.contains("readers::Tenant is loaded by ids that the program gives"), "{missing:?}");
    missing.ended(2);
    let elsewhere = session.run("check --bin program --type Host --region eu-west-1").ended(1);
    assert!(elsewhere.starts_with("missing"), "{elsewhere}");
    let listed = session.run("list --bin program").ended(0);
    assert_eq!(listed.matches("readers::Tenant").count(), 1, "{listed}");
    assert!(listed.contains("(given at run time)"), "{listed}");
}

const NEIGHBOURS: &str = r#"
use secrets_runtime::{Secret, Secrets, source::Memory};

#[derive(Secret)]
#[secret(id = "{NEIGHBOUR_ARN}")]
#[expect(dead_code)]
struct ByArn { user: String }

/// Another secret, although its name might be the one above with six characters.
#[derive(Secret)]
#[secret(id = "neighbours/db-master")]
#[expect(dead_code)]
struct Master { root: String }

#[derive(Secret)]
#[secret(id = "neighbours/db", stage = "AWSPREVIOUS")]
#[expect(dead_code)]
struct Before { user: u8 }

fn main() {
    let secrets = Secrets::new(Memory::new());
    drop(secrets.live::<ByArn>());
    drop(secrets.live::<Master>());
    drop(secrets.live::<Before>());
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn secrets_and_versions_that_are_not_one_are_each_looked_at() {
    let arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:neighbours/db";
    let session = Session::new("neighbours", "neighbours").with("NEIGHBOUR_ARN", arn);
    session.source(NEIGHBOURS);
    session.built("program");
    session.emulator.create("neighbours/db", r#"{"user": "u"}"#).await;
    session.put("neighbours/db", r#"{"user": "v"}"#).await;
    session.emulator.create("neighbours/db-master", r#"{"user": "u"}"#).await;
    // Only the answers tell apart what reads the secret by name and the type chosen by its ARN.
    let refused = session.run("check --bin program").ended(1);
    assert_eq!(
        refused,
        format!(
            "does not fit  {:<width$}  neighbours::Before\n  is {arn}-??????\n\
             \x20 user: expected an integer from 0 to 255, found a string that does not spell one\n\
             does not fit  {:<width$}  neighbours::Master\n  is {arn}-master-??????\n\
             \x20 root: expected a string, found nothing\n\
             fits          {arn}  neighbours::ByArn\n  declared {{NEIGHBOUR_ARN}}\n  is {arn}-??????\n",
            "neighbours/db (AWSPREVIOUS)",
            "neighbours/db-master",
            width = arn.len(),
        )
    );
    let one = session.run("check --bin program --type ByArn").ended(0);
    assert!(one.contains("ByArn") && !one.contains("Master"), "{one}");
    // Checks every version that a type reads, not just one.
    let both = session.run("check --bin program --id neighbours/db").ended(1);
    assert!(both.contains("neighbours/db (AWSPREVIOUS)") && both.contains("fits          neighbours/db "), "{both}");
    for (arguments, said) in [
        (
            "--type Nobody --id neighbours/db",
            "error: no loaded type is named Nobody\nhelp: give --type one of neighbours::Before, neighbours::ByArn, neighbours::Master\n",
        ),
        ("--type Master --id neighbours/db", "error: the secret \"neighbours/db\" is not one that Master reads\n"),
    ] {
        let refused = session.run(&format!("check --bin program {arguments}"));
        assert!(refused.stderr.starts_with(said), "{}", refused.stderr);
        refused.ended(2);
    }
}

/// Secrets with the same name in two regions are distinct.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_of_one_name_in_two_regions_are_two() {
    let session = Session::new("twins", "twins");
    session.source(TWINS);
    session.built("program");
    session.emulator.create("twins/db", r#"{"user": "u"}"#).await;
    let there = sdk_config_as(&session.emulator.endpoint(), "there", "there");
    let there = aws_sdk_secretsmanager::config::Builder::from(&there).region(Region::new("eu-west-1")).build();
    let there = aws_sdk_secretsmanager::Client::from_conf(there);
    there.create_secret().name("twins/db").secret_string(r#"{"token": "t"}"#).send().await.expect("created");
    let arn = |region: &str| format!("arn:aws:secretsmanager:{region}:123456789012:secret:twins/db");
    let ran = session.run("check --bin program");
    let unjudged = "note: twins::There: only the program's own code judges address (`from_str`, `serde`)\n";
    assert_eq!(ran.stderr, unjudged);
    assert_eq!(
        ran.ended(0),
        format!(
            "fits          {0}  twins::There\n  is {0}-??????\nfits          twins/db{1:53}  twins::Here\n  is {2}-??????\n",
            arn("eu-west-1"),
            "",
            arn("eu-central-1")
        )
    );
    let moved = session.run("check --bin program --id twins/db --region eu-west-1 --format json").ended(1);
    let moved: serde_json::Value = serde_json::from_str(&moved).expect("JSON");
    assert_eq!(
        (&moved["results"][0]["region"], &moved["results"][0]["account"]),
        (&"eu-west-1".into(), &"123456789012".into()),
        "{moved}"
    );
}

const TWINS: &str = r#"
#[derive(secrets_runtime::Secret)]
#[secret(id = "twins/db")]
#[expect(dead_code)]
struct Here { user: String }

#[derive(secrets_runtime::Secret)]
#[secret(id = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:twins/db")]
#[expect(dead_code)]
struct There { token: String, #[secret(from_str)] address: Option<std::net::IpAddr> }

fn main() {
    let secrets = secrets_runtime::Secrets::new(secrets_runtime::source::Memory::new());
    drop(secrets.live::<Here>());
    drop(secrets.live::<There>());
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_was_built_unchecked_is_refused() {
    let session = Session::new("unchecked-program", "unchecked").with("APP_ENV", "prod");
    session.source(READERS);
    let output = session.application.cargo_with("build", &[("SECRETS_SCHEMA", "unchecked")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let program = session.application.target().join("debug/unchecked");
    for command in ["check --type Login --file -", "policy --region eu-central-1 --account 123456789012"] {
        let refused = session.run_with(&format!("{command} --bin {}", program.display()), "{}");
        let said = "error: unchecked::Login was not compared with its schema file: SECRETS_SCHEMA=unchecked\n";
        assert!(refused.stderr.starts_with(said), "{refused:?}");
        refused.ended(2);
    }
    session.run(&format!("list --bin {}", program.display())).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_it_from_telling_is_told_apart() {
    let session = Session::new("reasons", "reasons").with("APP_ENV", "reasons");
    session.source(SOURCE);
    session.built("program");
    let denied = Proxy::answering(Reply::error(400, "AccessDeniedException", "canary")).await;
    let ran = session.with("AWS_ENDPOINT_URL", &denied.endpoint());
    let said = ran.run("check --bin program --type Db");
    assert!(
        said.stderr
            .contains("allow secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-central-1:<account>:secret:")
            && said.stderr.contains("to the user or role that AWS_ACCESS_KEY_ID belongs to"),
        "{}",
        said.stderr
    );
    said.ended(2);
    let said = ran.with("AWS_ENDPOINT_URL", "http://127.0.0.1:9").run("check --bin program --type Db --verbose");
    assert!(said.stderr.contains("the service could not be reached"), "{}", said.stderr);
    assert!(said.stderr.contains("reading program\nasking for \"reasons/output/db\", AWSCURRENT\n"), "{}", said.stderr);
    assert_eq!(said.ended(2), "unknown       reasons/output/db  reasons::Db\n  declared {APP_ENV}/output/db\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_pipe_and_bad_input_are_no_panics() {
    let session = Session::new("ends", "ends");
    session.source(SOURCE);
    session.built("program");
    let mut child =
        session.command().args(["list", "--bin", "program"]).stdout(Stdio::piped()).spawn().expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));

    let root = session.application.root();
    let program = std::fs::read(root.join("program")).expect("it was built");
    let text = [b"!<arch>\n", secrets_shape::wire::MAGIC.as_slice()].concat();
    std::fs::write(root.join("text"), text).expect("written");
    std::fs::write(root.join("script"), "#!/bin/sh\n").expect("written");
    std::fs::write(root.join("cut"), &program[..program.len() / 2]).expect("written");
    let made = Command::new("mkfifo").arg(root.join("fifo")).status().expect("`mkfifo` runs");
    assert!(made.success() || root.join("fifo").exists());
    let cases = [
        (
            "list --bin text",
            "error: cannot tell which secrets text loads: the entry at byte 8 is damaged\nhelp: copy the program",
        ),
        ("list --bin script", "error: script is not a program: it is not ELF, Mach-O, PE or an archive\n"),
        ("list --bin cut", "error: cut is cut off: it ends before its ELF headers say\nhelp: copy the program again"),
        ("list --bin ends", "error: ends is a directory\nhelp: give --bin the path of a program\n"),
        ("list --bin fifo", "error: fifo is a FIFO\n"),
        ("list --bin /dev/null", "error: /dev/null is a device\n"),
        ("list --bin {\"password\":1}", "error: an argument looks like a document, which is not shown here\nhelp: "),
        ("check {password:1}", "error: an argument looks like a document, which is not shown here\nhelp: "),
        ("list --bin nowhere", "error: cannot read nowhere: No such file or directory (os error 2)\n"),
        ("list -p nobody", "error: the workspace has no package `nobody`\nhelp: its packages are ends\n"),
        (
            "list --bin program --type Nobody",
            "error: no loaded type is named Nobody\nhelp: give --type one of ends::Db, ends::mail::Key\n",
        ),
        (
            "check --bin program --file -",
            "error: one document is given, and the chosen types read 2 secrets\n\
             help: choose one of them: `--id output/mail`, `--id {APP_ENV}/output/db`; or a type that reads it, with `--type`\n",
        ),
        (
            "check --bin program --file nowhere --type Db",
            "error: --file names no file\nhelp: give the path of a file that holds the document, or write the document to \
             standard input: `--file -`\n",
        ),
        (
            "check --bin program --var APP_ENV",
            "error: invalid value 'APP_ENV' for '--var <NAME=VALUE>': write NAME=VALUE\n",
        ),
        (
            "policy --bin program --account 1",
            "error: invalid value '1' for '--account <ID>': an account id has twelve digits\n",
        ),
        ("list --bin program -p ends", "error: the argument '--bin <PATH>' cannot be used with"),
        ("lost", "error: unrecognized subcommand 'lost'\n"),
    ];
    for (arguments, said) in cases {
        let ran = session.run(arguments);
        assert!(ran.stderr.starts_with(said), "{arguments}: {}", ran.stderr);
        assert_eq!(ran.ended(2), "", "{arguments}");
    }
    for command in ["list", "policy", "schema", "template", "pull", "check", "completions", "man"] {
        let help = session.run(&format!("{command} --help")).ended(0);
        assert!(help.contains("\nExamples:\n") && help.contains("\nExit status: 0 "), "{command}: {help}");
    }
    // Also works without cargo.
    let output = session.command().args(["list", "--bin", "program"]).output().expect("it runs");
    assert!(output.status.success());
    assert!(!output.stdout.contains(&b'\x1b'), "no colour where there is no terminal");
}

/// Every command prints one document that includes notes and errors, and nothing on standard error.
#[tokio::test(flavor = "multi_thread")]
async fn as_json_all_is_one_document() {
    let session = Session::new("shapes", "shapes").with("APP_ENV", "shapes");
    session.source(SOURCE);
    session.built("program");
    session.emulator.create("shapes/output/db", GOOD).await;
    let json = |ran: Ran| -> serde_json::Value {
        assert_eq!(ran.stderr, "", "{}", ran.stdout);
        serde_json::from_str(&ran.stdout).expect("JSON")
    };
    for command in [
        "list --bin program",
        "schema --bin program",
        "template --bin program",
        "check --bin program --type Db",
        "check --bin program --type Db --var APP_ENV=nowhere",
        "check --bin program --type Nobody",
        "check --bin program --type Db --var APP_EN=x",
        "policy --bin program --region eu-central-1 --account 123456789012",
        "pull --id shapes/output/db --schema shapes/secrets/db.json",
        "pull --id shapes/output/none --schema shapes/secrets/none.json",
    ] {
        let ran = session.run(&format!("{command} --format json"));
        let status = ran.status;
        let document = json(ran);
        let keys: Vec<&str> = document.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(keys, ["command", "status", "results", "notes", "errors"], "{command}");
        assert_eq!(document["command"], command.split(' ').next().expect("a name"), "{command}");
        let told = match status {
            Some(0) => "holds",
            Some(1) => "does not hold",
            _ => "unknown",
        };
        assert_eq!(document["status"], told, "{command}");
        for result in document["results"].as_array().expect("an array") {
            for secret in result.get("secrets").and_then(|secrets| secrets.as_array()).unwrap_or(&vec![result.clone()])
            {
                let names = ["id", "declared_id", "version", "region"];
                assert!(
                    command.starts_with("policy") || names.iter().all(|name| secret.get(name).is_some()),
                    "{secret}"
                );
            }
        }
    }
    let missing = json(session.run("check --bin program --type Db --var APP_ENV=nowhere --format json"));
    let missing = &missing["results"][0];
    assert_eq!((&missing["id"], &missing["region"]), (&"nowhere/output/db".into(), &"eu-central-1".into()));
    assert_eq!(missing["error"]["kind"], "not_found");
    assert!(
        missing["error"]["help"].as_str().is_some_and(|help| help.starts_with("eu-central-1 was asked")),
        "{missing}"
    );
    let unknown = json(session.run("check --bin program --type Nobody --format json"));
    assert_eq!(unknown["errors"][0]["message"], "no loaded type is named Nobody");
    assert!(unknown["errors"][0]["help"].as_str().is_some_and(|help| help.contains("shapes::Db")), "{unknown}");
    let misspelt = json(session.run("check --bin program --type Db --var APP_EN=x --format json"));
    assert_eq!(misspelt["notes"][0], "no id has the placeholder {APP_EN} of --var; did you mean APP_ENV?");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_types_are_one_document_and_what_is_quiet_says_no_more() {
    let session = Session::new("several", "several");
    session.source(READERS);
    session
        .application
        .write("several/db.json", r#"{"properties": {"user": {"type": "string"}}, "required": ["user"]}"#);
    session.source(&READERS.replace(", schema = \"db.json\"", ""));
    session.built("program");
    let schemas = session.run("schema --bin program").ended(0);
    let schemas: serde_json::Value = serde_json::from_str(&schemas).expect("one document");
    assert!(schemas["several::Tenant"]["properties"].is_object(), "{schemas}");
    let templates = session.run("template --bin program").ended(0);
    let templates: serde_json::Value = serde_json::from_str(&templates).expect("one document");
    assert!(templates.as_object().is_some_and(|templates| templates.len() > 1), "{templates}");

    let near = session.run("list --bin program --type Tennant");
    assert!(near.stderr.starts_with("error: no loaded type is named Tennant; did you mean Tenant?\n"), "{near:?}");
    let noted = session.run("check --bin program --type Tenant --id several/none --var NOBODY=x");
    assert!(noted.stderr.starts_with("note: no id has the placeholder {NOBODY} of --var\n"), "{noted:?}");
    let quiet = session.run("check --bin program --type Tenant --id several/none --var NOBODY=x --quiet");
    assert!(quiet.stderr.starts_with("error: ") && !quiet.stderr.contains("note: "), "{quiet:?}");
    assert!(session.run("list --bin program --color always").ended(0).contains('\u{1b}'));
    assert!(session.run("lost --color=always").stderr.contains('\u{1b}'));
}

#[tokio::test(flavor = "multi_thread")]
async fn shells_complete_it_and_it_has_man_pages() {
    let session = Session::new("described", "described");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = session.run(&format!("completions {shell}")).ended(0);
        assert!(script.contains("cargo-secrets") && script.contains("version-id"), "{shell}");
    }
    session.run("man pages").ended(0);
    let pages = session.application.root().join("pages");
    for page in ["cargo-secrets.1", "cargo-secrets-check.1", "cargo-secrets-pull.1"] {
        let page = std::fs::read_to_string(pages.join(page)).expect("a page");
        assert!(page.contains("Exit status") && page.contains(".SH"), "{page}");
    }
}
