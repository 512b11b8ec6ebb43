//! Applies remedies: each case makes a mistake, does what the message says, and expects success.
//!
//! The remedies of compiler messages are applied in `ui_remedies.rs`, most of the command's in `cargo-secrets/tests/remedies.rs`. The last test
//! here finds every remedy in the sources and the test that applies it.

use std::fs::{self, read_dir, read_to_string};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use aws_sdk_secretsmanager::types::SecretVersionsListEntry;
use secrets_runtime::source::{Aws, Batch, File, Memory, Source};
use secrets_runtime::{Error, ErrorKind, HealthState, Secret, SecretString, Secrets};
use secrets_tests::{Emulator, Proxy, REGION, Reply, sdk_config, sdk_config_as};

#[derive(Secret)]
#[secret(id = "remedies/db")]
struct Db {
    user: String,
}

#[derive(Secret)]
#[secret(id = "remedies/db", stage = "AWSPENDING")]
struct Pending {
    user: String,
}

#[derive(Secret)]
#[secret(text)]
struct Text(SecretString);

#[derive(Secret)]
#[secret(id = "{REMEDIES_ENV}/db")]
struct Placed {
    user: String,
}

const GOOD: &str = r#"{"user": "u"}"#;

/// The error suggests this remedy.
#[track_caller]
fn told<T>(result: Result<T, Error>, remedy: &str) {
    let error = result.err().expect("a mistake");
    let hint = error.hint().unwrap_or_default();
    assert!(hint.contains(remedy), "{error:#}");
}

/// The remedy worked and the value is complete.
#[track_caller]
fn healed(result: Result<Db, Error>) {
    assert_eq!(result.expect("the remedy works").user, "u");
}

#[tokio::test]
async fn of_the_service() {
    let emulator = Emulator::start();
    let (client, secrets) = (emulator.client(), Secrets::from_sdk_config(&sdk_config(&emulator.endpoint())));
    let load = async || secrets.load::<Db>().await;
    let put = async |text: &str| {
        client.put_secret_value().secret_id("remedies/db").secret_string(text).send().await.expect("put");
    };

    told(load().await, "check the id, the region and the account");
    emulator.create("remedies/db", GOOD).await;
    healed(load().await);

    // Another region or account requires the full ARN.
    let arn = client.describe_secret().secret_id("remedies/db").send().await.expect("there").arn.expect("an ARN");
    let config = sdk_config(&emulator.endpoint()).into_builder().region(aws_config::Region::new("us-east-1")).build();
    let elsewhere = Secrets::from_sdk_config(&config);
    told(elsewhere.load::<Db>().await, "a secret of another region or account is found by its full ARN");
    healed(elsewhere.load_from::<Db>(arn).await);

    // The suggested command shows which version is staged. For an unknown stage the emulator reports a missing secret; AWS does not.
    let real = "Secrets Manager can't find the specified secret value for staging label: AWSPENDING";
    let aws = Proxy::answering(Reply::error(400, "ResourceNotFoundException", real)).await;
    told(
        Secrets::from_sdk_config(&sdk_config(&aws.endpoint())).load::<Pending>().await,
        "see which version has the stage AWSPENDING: `aws secretsmanager list-secret-version-ids --secret-id remedies/db`",
    );
    let versions = client.list_secret_version_ids().secret_id("remedies/db").send().await.expect("versions");
    let stages: Vec<_> = versions.versions().iter().flat_map(SecretVersionsListEntry::version_stages).collect();
    assert_eq!(stages, ["AWSCURRENT"]);
    let pending = client.put_secret_value().secret_id("remedies/db").secret_string(GOOD);
    pending.version_stages("AWSPENDING").send().await.expect("put");
    assert_eq!(secrets.load::<Pending>().await.expect("staged").user, "u");

    put(r#"{"User": "u"}"#).await;
    told(load().await, "correct the secret's value, or change the struct");
    put(GOOD).await;
    healed(load().await);

    put("plain").await;
    told(
        load().await,
        "store a JSON object with the keys that the struct declares; if the secret is meant to be plain text, declare",
    );
    let text = secrets.load_from::<Text>("remedies/db").await.expect("a declaration of plain text");
    assert_eq!(secrets_runtime::ExposeSecret::expose_secret(&text.0), "plain");
    put(GOOD).await;
    healed(load().await);

    let binary = aws_sdk_secretsmanager::primitives::Blob::new(*b"bytes");
    client.put_secret_value().secret_id("remedies/db").secret_binary(binary).send().await.expect("put");
    told(load().await, "store it as text, with `--secret-string`");
    put(GOOD).await;
    healed(load().await);

    client.delete_secret().secret_id("remedies/db").send().await.expect("deleted");
    told(load().await, "restore it with `aws secretsmanager restore-secret --secret-id remedies/db`");
    client.restore_secret().secret_id("remedies/db").send().await.expect("restored");
    healed(load().await);
}

#[tokio::test]
async fn of_what_is_on_the_way_to_the_service() {
    let emulator = Emulator::start();
    emulator.create("remedies/db", GOOD).await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    let at = |endpoint: &str| Secrets::from_sdk_config(&sdk_config(endpoint));
    let wrong = at(&format!("http://{nobody}")).load::<Db>().await;
    told(wrong, "check the endpoint that AWS_ENDPOINT_URL or the SDK configuration names");
    healed(at(&emulator.endpoint()).load().await);
    told(at("127.0.0.1").load::<Db>().await, "write http://host:port or https://host");
    healed(at(&emulator.endpoint()).load().await);
    let config = |region: &'static str| {
        sdk_config(&emulator.endpoint()).into_builder().region(aws_config::Region::new(region)).build()
    };
    told(Secrets::from_sdk_config(&config("eu central")).load::<Db>().await, "write a region as in eu-central-1");
    healed(Secrets::from_sdk_config(&config("eu-central-1")).load().await);
    let page = Proxy::answering(Reply::new(403, "<html>Blocked by policy</html>")).await;
    told(at(&page.endpoint()).load::<Db>().await, "check the proxy or filter between the program and the service");
}

/// The permissions that the message names are sufficient.
#[tokio::test]
async fn of_a_missing_permission() {
    let emulator = Emulator::start();
    emulator.create("remedies/db", GOOD).await;
    let iam = async |form: &str| emulator.iam(&format!("{form}&Version=2010-05-08")).await;
    iam("Action=CreateUser&UserName=reader").await;
    let created = iam("Action=CreateAccessKey&UserName=reader").await;
    let of = |tag: &str| {
        let value = created.split(&format!("<{tag}>")).nth(1).and_then(|rest| rest.split('<').next());
        value.expect("a key").to_owned()
    };
    let (id, key) = (of("AccessKeyId"), of("SecretAccessKey"));
    emulator.enforce_permissions().await;
    let secrets = Secrets::from_sdk_config(&sdk_config_as(&emulator.endpoint(), &id, &key));
    let error = secrets.load::<Db>().await.map(drop).expect_err("denied");
    let hint = error.hint().expect("what to allow");
    let (action, rest) = hint.strip_prefix("allow ").and_then(|rest| rest.split_once(" on ")).expect("an action");
    let resource = rest.split(' ').next().expect("a resource").replace("<account>", "123456789012");
    assert_eq!(resource, "arn:aws:secretsmanager:eu-central-1:123456789012:secret:remedies/db-??????");
    // The emulator evaluates actions but not resources.
    let resource = "*";
    let policy = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "{action}", "Resource": "{resource}"}}}}"#
    );
    let encoded = policy.bytes().fold(String::new(), |encoded, byte| encoded + &format!("%{byte:02X}"));
    emulator.suspend_permissions().await;
    iam(&format!("Action=PutUserPolicy&UserName=reader&PolicyName=read&PolicyDocument={encoded}")).await;
    emulator.enforce_permissions().await;
    healed(secrets.load().await);
}

#[tokio::test]
async fn of_a_development_file() {
    let directory = std::env::temp_dir().join(format!("secrets-remedies-{}", std::process::id()));
    fs::create_dir_all(&directory).expect("a directory");
    let file = directory.join("secrets.json");
    let secrets = Secrets::new(File::new(&file));
    let load = async || secrets.load::<Db>().await;
    let write = |text: &str| fs::write(&file, text).expect("written");
    let good = format!(r#"{{"remedies/db": {GOOD}}}"#);

    told(load().await, &format!("create {}", file.display()));
    write(&good);
    healed(load().await);

    for broken in ["{\"remedies/db\": {},}", "[]", r#"{"remedies/db": {}, "remedies/db": {}}"#] {
        write(broken);
        told(load().await, "correct the file: it holds one JSON object, `{\"id\": secret, ..}`, as UTF-8");
        write(&good);
        healed(load().await);
    }
    write("{}");
    told(load().await, "add the key \"remedies/db\" to ");
    write(&good);
    healed(load().await);
    write(&good.replace("remedies/db", "remedies-db"));
    told(load().await, "has the key \"remedies-db\": if that is the secret, rename the key to \"remedies/db\"");
    write(&fs::read_to_string(&file).expect("there").replace("remedies-db", "remedies/db"));
    healed(load().await);
    write(r#"{"remedies/db": 5}"#);
    told(load().await, "write the key \"remedies/db\" in");
    write(&good);
    healed(load().await);
    told(Secrets::new(File::new(&directory)).load::<Db>().await, "name the file in it");
    healed(Secrets::new(File::new(directory.join("secrets.json"))).load().await);
    told(secrets.load::<Pending>().await, "use a source that keeps versions");
    fs::remove_dir_all(&directory).expect("removed");
}

#[tokio::test]
async fn of_a_source_in_memory() {
    let source = Memory::new();
    let secrets = Secrets::new(source.clone());
    told(secrets.load::<Db>().await, "set \"remedies/db\" with `Memory::with` or `Memory::set`");
    source.set("remedies-db", GOOD);
    told(secrets.load::<Db>().await, "it has \"remedies-db\": if that is the secret, set \"remedies/db\" in its place");
    source.set("remedies/db", GOOD);
    healed(secrets.load().await);
    told(secrets.load::<Pending>().await, "store a version under another stage with `Memory::set_stage`");
    source.set_stage("remedies/db", "AWSPENDING", GOOD);
    assert_eq!(secrets.load::<Pending>().await.expect("staged").user, "u");
}

#[tokio::test]
async fn of_an_id() {
    let source = Memory::new().with("test/db", GOOD);
    let with = |value: &str| Secrets::builder().placeholder("REMEDIES_ENV", value).build(source.clone());
    told(Secrets::new(source.clone()).load::<Placed>().await, "set REMEDIES_ENV in the program's environment");
    for wrong in ["", "te st"] {
        told(with(wrong).load::<Placed>().await, "set REMEDIES_ENV");
        assert_eq!(with("test").load::<Placed>().await.expect("an id").user, "u");
    }
    let secrets = with("test");
    told(secrets.load_from::<Db>("{REMEDIES_ENV}/db").await, "here use `format!`");
    healed(secrets.load_from(format!("{}/db", "test")).await);
}

#[tokio::test(start_paused = true)]
async fn of_how_secrets_are_kept_fresh() {
    let source = Memory::new().with("remedies/db", GOOD);
    let never = Secrets::builder().max_stale(Duration::ZERO).build(source.clone());
    told(never.live::<Db>().await, "leave `max_stale` out");
    healed(Secrets::new(source.clone()).load().await);

    // Without a background task, `fresh` polls.
    let secrets = Secrets::builder().without_background_task().build(source.clone());
    let db = secrets.live::<Db>().await.expect("live");
    tokio::time::sleep(Duration::from_hours(1)).await;
    let health = secrets.health();
    let error = health.secrets[0].error.as_ref().expect("too old");
    assert!(error.hint().is_some_and(|hint| hint.starts_with("take the value with `fresh`")), "{error:#}");
    db.fresh(Duration::from_mins(1)).await.expect("fresh");
    assert_eq!(secrets.health().state, HealthState::Ok);

    // The error is in the closure, as the message says.
    let secrets = Secrets::new(source.clone());
    let db = secrets.live::<Db>().await.expect("live");
    let derived =
        db.try_map(async |db| if db.user == "u" { Ok(1) } else { Err("of the closure") }).await.expect("derived");
    source.set("remedies/db", r#"{"user": "v"}"#);
    told(derived.refresh().await, "`status().map_error` of the derived value has the closure's error");
    assert!(derived.status().map_error.is_some_and(|error| error.expose().to_string().contains("of the closure")));
    source.set("remedies/db", GOOD);
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert_eq!(secrets.health().state, HealthState::Ok);
}

#[test]
fn of_a_runtime_that_cannot_wait() {
    let secrets = Secrets::new(Memory::new().with("remedies/db", GOOD));
    let outside = futures_util::FutureExt::now_or_never(secrets.load::<Db>()).expect("at once");
    told(outside, "call it inside the runtime");
    let timeless = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    told(timeless.block_on(secrets.load::<Db>()), "build it with `enable_all()`");
    let whole = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    healed(whole.block_on(secrets.load()));
}

/// A broken source that returns no answers.
struct Silent;

impl Source for Silent {
    async fn fetch(
        &self,
        _: &[secrets_runtime::source::Request],
    ) -> Vec<Result<secrets_runtime::source::Fetched, secrets_runtime::source::SourceError>> {
        Vec::new()
    }
}

#[tokio::test]
async fn of_a_source_that_breaks_its_promise() {
    told(Secrets::new(Silent).load::<Db>().await, "mend the source: `testing::conformance`");
    healed(Secrets::new(Memory::new().with("remedies/db", GOOD)).load().await);
}

/// Runs the minimal service with these variables and no other AWS variables.
fn service(variables: &[(&str, &str)]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_load"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") || name.to_string_lossy().starts_with("SECRETS_") {
            command.env_remove(name);
        }
    }
    let nobody = [("HOME", "/nonexistent"), ("AWS_EC2_METADATA_DISABLED", "true")];
    let output = command.envs(nobody.iter().chain(variables).copied()).output().expect("it runs");
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).expect("text"))
}

/// Each case: an invalid variable, the message, and the value that the message asks for.
#[tokio::test]
async fn of_the_environment() {
    let emulator = Emulator::start();
    emulator.create("environment/service", r#"{"host": "db.internal", "token": "t"}"#).await;
    let endpoint = emulator.endpoint();
    let good = [
        ("AWS_ACCESS_KEY_ID", "AKID"),
        ("AWS_SECRET_ACCESS_KEY", "key"),
        ("AWS_REGION", REGION),
        ("AWS_ENDPOINT_URL", &endpoint),
    ];
    let file = format!("file:{}/environment.json", env!("CARGO_MANIFEST_DIR"));
    for (variable, wrong, remedy, right) in [
        ("AWS_REGION", "eu central", "write a region as in eu-central-1", REGION),
        ("AWS_REGION", "", "set AWS_REGION", REGION),
        ("AWS_ENDPOINT_URL", "nonsense", "write http://host:port or https://host, or unset it", &endpoint),
        ("AWS_ACCESS_KEY_ID", "AKID\n", "set it without blanks, line breaks and control characters", "AKID"),
        ("AWS_MAX_ATTEMPTS", "many", "write a number from 1, or unset it", "2"),
        ("AWS_RETRY_MODE", "often", "write `standard` or `adaptive`, or unset it", "standard"),
        ("SECRETS_SOURCE", "vault", "set it to `aws` or `file:<path>`", &file),
        ("SECRETS_REFRESH", "300", "write whole numbers with their units, such as SECRETS_REFRESH=30s", "300s"),
        ("SECRETS_BATCH", "perhaps", "set it to 1 or 0", "0"),
    ] {
        let set = |value: &str| {
            let mut all: Vec<(&str, &str)> = good.iter().copied().filter(|(name, _)| *name != variable).collect();
            all.push((variable, value));
            service(&all)
        };
        let (succeeded, output) = set(wrong);
        assert!(!succeeded && output.contains(remedy), "{variable}={wrong}: {output}");
        let (succeeded, output) = set(right);
        assert!(succeeded, "{variable}={right}: {output}");
    }
    // On ECS the file is refused; without the variable, Secrets Manager is used.
    let ecs = ("ECS_CONTAINER_METADATA_URI_V4", "http://169.254.170.2/v4/1");
    let (succeeded, output) = service(&[&good[..], &[ecs, ("SECRETS_SOURCE", &file)]].concat());
    assert!(!succeeded && output.contains("help: unset SECRETS_SOURCE to read from Secrets Manager"), "{output}");
    let (succeeded, output) = service(&[&good[..], &[ecs]].concat());
    assert!(succeeded, "{output}");
    // First without credentials, then with an existing profile.
    let (succeeded, output) = service(&good[2..]);
    assert!(!succeeded && output.contains("help: on a laptop, set AWS_PROFILE"), "{output}");
    let config = std::env::temp_dir().join(format!("secrets-remedies-config-{}", std::process::id()));
    fs::write(&config, "[profile there]\naws_access_key_id = AKID\naws_secret_access_key = key\n").expect("written");
    let path = config.display().to_string();
    let profile = |name| service(&[&good[2..], &[("AWS_CONFIG_FILE", &path), ("AWS_PROFILE", name)]].concat());
    let (succeeded, output) = profile("nowhere");
    let told = "the AWS profile does not exist\nhelp: set AWS_PROFILE to one that `aws configure list-profiles` prints, or unset it";
    assert!(!succeeded && output.contains(told), "{output}");
    let (succeeded, output) = profile("there");
    assert!(succeeded, "{output}");
    fs::remove_file(config).expect("removed");
}

#[tokio::test]
async fn of_a_batch_that_two_secrets_answer() {
    let entry = |region: &str| {
        format!(
            r#"{{"ARN":"arn:aws:secretsmanager:eu-central-1:123456789012:secret:remedies/db-{region}","Name":"remedies/db","VersionId":"{region}","SecretString":"{{\"user\":\"u\"}}","VersionStages":["AWSCURRENT"]}}"#
        )
    };
    let both = format!(r#"{{"SecretValues": [{}, {}]}}"#, entry("AbCdEf"), entry("GhIjKl"));
    let proxy = Proxy::answering(Reply::new(200, both)).await;
    let secrets = Secrets::builder().build(Aws::new(&sdk_config(&proxy.endpoint())).batch(Batch::On));
    let error = secrets.load_many::<Db>(["remedies/db", "remedies/other"]).await.map(drop).expect_err("two answer");
    assert_eq!(error.kind(), ErrorKind::Service, "{error:#}");
    assert!(error.errors()[0].hint().is_some_and(|hint| hint == "use the secret's full ARN"), "{error:#}");
    let arns = ["AbCdEf", "GhIjKl"]
        .map(|end| format!("arn:aws:secretsmanager:eu-central-1:123456789012:secret:remedies/db-{end}"));
    assert_eq!(secrets.load_many::<Db>(arns).await.expect("each by its ARN").len(), 2);
}

/// Part of a remedy, with the test that applies it or the reason why none does.
const REMEDIES: &[(&str, &str)] = &[
    ("check the id, the region and the account", "of_the_service"),
    ("check the id, or create the secret", "of_a_development_file"),
    ("see which version", "of_the_service"),
    ("restore it", "of_the_service"),
    ("correct the secret's value", "of_the_service"),
    ("store a JSON object with the keys", "of_the_service"),
    ("store it as text", "of_the_service"),
    ("store the secret as text", "of_the_service"),
    ("check the endpoint that AWS_ENDPOINT_URL", "of_what_is_on_the_way_to_the_service"),
    ("an endpoint of the form http://host", "of_what_is_on_the_way_to_the_service"),
    ("check the region and the endpoint of the SDK", "of_what_is_on_the_way_to_the_service"),
    ("or filter between", "told: a filter is not ours to change"),
    ("allow secretsmanager:GetSecretValue on {}", "of_a_missing_permission"),
    ("allow the program to read the secret", "of_a_missing_permission"),
    ("allow {action} on {resource}", "of_a_missing_permission"),
    ("remove the deny of", "each_phrase_of_aws_is_told_with_its_own_remedy"),
    ("kms", "told: the emulator has no key policies"),
    ("allow the program to decrypt", "told: the emulator has no key policies"),
    ("correct the file: it holds one JSON object", "of_a_development_file"),
    ("add the key", "of_a_development_file"),
    ("rename the key to", "of_a_development_file"),
    ("write the key {key:?}", "of_a_development_file"),
    ("create {place}", "of_a_development_file"),
    ("name the file in it", "of_a_development_file"),
    ("let the program's user read", "told: tests run as root"),
    ("is a file on a disk that works", "told: no disk fails here"),
    ("use a source that keeps versions", "of_a_development_file"),
    ("with `Memory::with` or `Memory::set`", "of_a_source_in_memory"),
    ("in its place", "of_a_source_in_memory"),
    ("with `Memory::set_stage`", "of_a_source_in_memory"),
    ("here use `format!`", "of_an_id"),
    ("in the program's environment", "of_an_id"),
    ("to what stands there in the name or ARN", "of_an_id"),
    ("correct the `id` of the declaration", "told: the derive refuses it before"),
    ("check the id: it is the name or the ARN", "of_an_id"),
    ("check the id, and the stage or version", "told: the derive and the runtime refuse such ids before"),
    ("leave `max_stale` out", "of_how_secrets_are_kept_fresh"),
    ("take the value with `fresh`", "of_how_secrets_are_kept_fresh"),
    ("`status().map_error`", "of_how_secrets_are_kept_fresh"),
    (
        "make the closure end and return an error",
        "the_remedy_for_a_closure_that_panics_names_no_error_that_there_is_not",
    ),
    ("make the closure of `try_map` end", "told: a time limit is the program's"),
    ("keep a tokio runtime running", "runtimes"),
    ("check why polling fails", "told: the cause has a remedy of its own"),
    ("see the program's log", "told: what the program logs is its own"),
    ("find the panic in the program's output", "told: what panics is the program's"),
    ("call it inside the runtime", "of_a_runtime_that_cannot_wait"),
    ("build it with `enable_all()`", "of_a_runtime_that_cannot_wait"),
    ("call it again in a runtime that goes on running", "told: the runtime is shutting down"),
    ("mend the source", "of_a_source_that_breaks_its_promise"),
    ("use the secret's full ARN", "of_a_batch_that_two_secrets_answer"),
    ("raise the limits on threads", "told: a limit of the process"),
    ("write a region as in", "of_the_environment"),
    ("write http://host:port", "of_the_environment"),
    ("set it without blanks", "of_the_environment"),
    ("write a number from 1", "of_the_environment"),
    ("write `standard` or `adaptive`", "of_the_environment"),
    ("set it to `aws`", "of_the_environment"),
    ("write whole numbers with their units", "of_the_environment"),
    ("set it to 1 or 0", "of_the_environment"),
    ("unset SECRETS_SOURCE", "of_the_environment"),
    ("set AWS_REGION, or the region", "of_the_environment"),
    ("set AWS_PROFILE, and with SSO", "of_the_environment"),
    ("`aws configure list-profiles`", "of_the_environment"),
    ("`source_profile` in the AWS configuration file", "each_step_to_credentials_has_its_remedy"),
    ("`credential_process` by hand", "each_step_to_credentials_has_its_remedy"),
    ("switch on a feature of secrets-runtime: `aws-sso`", "told: the features of a build"),
    ("aws sso login", "told: nobody can log in here"),
    ("aws configure sso", "told: nobody can log in here"),
    ("see what `aws configure list` finds", "each_step_to_credentials_has_its_remedy"),
    ("`aws configure list` complains", "told: the file is the user's"),
    ("aws sts get-caller-identity", "told: the profile is the user's"),
    ("give the program credentials", "told: a source of the program's own"),
    ("taskRoleArn", "told: the emulator has no tasks with roles"),
    ("EKS Pod Identity agent", "told: there is no cluster here"),
    ("(IRSA)", "told: there is no cluster here"),
    ("check the function's execution role", "told: there is no function here"),
    ("check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY", "told: AWS judges keys"),
    ("set new AWS_ACCESS_KEY_ID", "told: AWS judges keys"),
    ("those of a role renew themselves", "told: the clock of the machine"),
    ("check the system clock", "told: the clock of the machine"),
    ("check that {region} is a region", "told: no host of AWS resolves here"),
    ("check the way to secretsmanager", "told: there is no private subnet here"),
    ("check the network", "told: the network is not ours"),
    ("HTTPS_PROXY is set", "told: there is no proxy here"),
    ("poll less often", "told: the quota is AWS's"),
    ("check the state of the service", "told: the service is not ours"),
    ("put a value into the version", "of_the_service"),
    ("find the error code in AWS's documentation", "told: the code is AWS's"),
    // The command.
    ("give a directory that can be written to", "of_paths_and_names"),
    ("give an id that a type declares", "of_paths_and_names"),
    ("say which secret to look at", "of_paths_and_names"),
    ("choose one of them: {}; or a type", "of_paths_and_names"),
    ("choose with `--type` the type of one", "of_paths_and_names"),
    ("give --type one of", "of_paths_and_names"),
    ("give --bin the path", "of_paths_and_names"),
    ("give the path of a file that holds the document", "of_paths_and_names"),
    ("give the JSON object that the secret holds", "of_paths_and_names"),
    ("copy the program again", "of_paths_and_names"),
    ("store the first one with `aws secretsmanager", "what_keeps_it_from_changing_a_secret_has_its_remedy"),
    ("give a name or an ARN that exists", "what_keeps_it_from_changing_a_secret_has_its_remedy"),
    ("choose a version of `cargo secrets history` with --to", "what_keeps_it_from_changing_a_secret_has_its_remedy"),
    ("give the programs that read this secret", "what_keeps_it_from_changing_a_secret_has_its_remedy"),
    ("check the proxy or endpoint between here and Secrets Manager", "told: there is no proxy here"),
    ("choose with --to: {good}", "a_version_is_staged_promoted_and_rolled_back_each_step_once"),
    ("its versions are {}", "what_keeps_it_from_changing_a_secret_has_its_remedy"),
    ("give --yes, or --dry-run first", "a_version_is_staged_promoted_and_rolled_back_each_step_once"),
    ("stage one with `cargo secrets stage`", "a_version_is_staged_promoted_and_rolled_back_each_step_once"),
    ("run the command again", "told: two people at one moment"),
    (
        "wait until it ends, or give --during-rotation",
        "what_does_not_fit_a_program_is_not_promoted_and_nothing_is_changed_during_a_rotation",
    ),
    ("copy the file again, or write it again", "what_is_no_descriptor_file_is_told_and_the_remedies_work"),
    ("write one with `cargo secrets describe", "what_is_no_descriptor_file_is_told_and_the_remedies_work"),
    ("or give `--var {name}=VALUE`", "of_paths_and_names"),
    ("give it as `--var {name}=NAME`", "a_variable_that_may_hold_a_value_is_not_written"),
    ("add --stage {}", "of_a_policy"),
    ("a name may have `*`", "of_a_policy"),
    ("give --region, or set AWS_REGION", "of_a_policy"),
    ("{GIVE}; or {remedy}", "of_a_policy"),
    ("use credentials of the role's account", "a_role_is_compared_with_what_the_program_needs"),
    ("correct --role", "told: with the role's account, above"),
    ("add them to the declaration", "of_a_workspace"),
    ("run it in a cargo workspace", "of_a_workspace"),
    ("its packages are {}", "of_a_workspace"),
    ("call `load`, `live` or `start`", "of_a_workspace"),
    ("correct what the compiler reports", "a_secret_is_pulled_built_broken_refused_twice_repaired_and_accepted"),
    ("build the program again without that variable", "of_a_workspace"),
    ("correct it, or delete it and pull again", "of_a_workspace"),
    ("use a cargo-secrets of the version", "told: there is one version"),
    ("update cargo-secrets", "told: cargo has one version here"),
    ("install cargo, or set CARGO", "of_a_workspace"),
];

/// The string literals in source code, each joined into one text.
fn literals(source: &str) -> Vec<String> {
    let (mut found, mut rest) = (Vec::new(), source);
    while let Some(start) = rest.find('"') {
        let body = &rest[start + 1..];
        let (mut end, mut escaped) = (0, false);
        for (at, character) in body.char_indices() {
            end = at;
            match character {
                '"' if !escaped => break,
                '\\' => escaped = !escaped,
                _ => escaped = false,
            }
        }
        let lines = body[..end].split("\\\n").map(str::trim_start);
        found.push(lines.collect::<String>().replace("\\\"", "\""));
        rest = &body[end + 1..];
    }
    found
}

/// The content of the parentheses that open here.
fn parentheses(source: &str) -> &str {
    let (mut depth, mut quoted, mut escaped) = (1, false, false);
    for (at, character) in source.char_indices() {
        match character {
            '"' if !escaped => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        escaped = character == '\\' && !escaped;
        if depth == 0 {
            return &source[..at];
        }
    }
    source
}

fn without_comments(source: &str) -> String {
    let code: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    code.join("\n")
}

fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let entries = read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").path());
    let files = entries.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// Other places with remedies: a file, and the text where the passage starts and ends.
const PASSAGES: [(&str, &str, &str); 5] = [
    ("secrets-runtime/src/error/kind.rs", "fn hint(", "\n}"),
    ("secrets-runtime/src/source/hint.rs", "fn hint(", "pub const NO_REGION"),
    ("secrets-runtime/src/source/platform.rs", "fn credentials_hint(", "\n}"),
    ("secrets-runtime/src/source/denial.rs", "fn remedy(", "\n}"),
    ("secrets-runtime/src/source/aws_environment.rs", "let remedy = match self {", "};"),
];

/// The remedies in the sources: the arguments of `hint`, `help` and `advice`, and those in the passages.
fn remedies() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut found = Vec::new();
    for path in ["secrets-runtime/src", "cargo-secrets/src"].iter().flat_map(|crate_| rust_files(&root.join(crate_))) {
        let source = read_to_string(&path).expect("a source");
        let code = without_comments(&source);
        let code = code.split("#[cfg(test)]").next().unwrap_or_default();
        for call in [".hint(", ".help(", ".advice(", "remedy: Some(", "let hint = ", "const LOG_IN: &str = "] {
            for (at, _) in code.match_indices(call) {
                let given = if call.ends_with('(') {
                    parentheses(&code[at + call.len()..])
                } else {
                    code[at..].split(";\n").next().unwrap_or_default()
                };
                found.extend(literals(given).into_iter().map(|text| (path.clone(), text)));
            }
        }
    }
    for (path, from, to) in PASSAGES {
        let path = root.join(path);
        let source = read_to_string(&path).expect("a source");
        let code = without_comments(&source);
        let passage = code.split_once(from).expect("the beginning").1;
        let passage = passage.split(to).next().unwrap_or_default();
        found.extend(literals(passage).into_iter().map(|text| (path.clone(), text)));
    }
    // Fewer than three words are a name or a separator.
    found.retain(|(_, text)| text.split_whitespace().count() > 2);
    found
}

#[test]
fn every_remedy_is_applied_by_a_test_or_says_why_not() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let tests: String = ["tests", "cargo-secrets/tests", "secrets-runtime/tests", "secrets-runtime/src"]
        .iter()
        .flat_map(|place| rust_files(&root.join(place)))
        .map(|path| read_to_string(path).expect("a source"))
        .collect();
    let remedies = remedies();
    assert!(remedies.len() > 100, "{} remedies", remedies.len());
    let is_applied = |remedy: &str| REMEDIES.iter().any(|(part, _)| remedy.contains(part));
    let open: Vec<String> = remedies
        .iter()
        .filter(|(_, remedy)| !is_applied(remedy))
        .map(|(path, remedy)| format!("{}: who applies {remedy:?}?", path.display()))
        .collect();
    assert!(open.is_empty(), "{}", open.join("\n"));
    for (part, test) in REMEDIES {
        let is_there = test.starts_with("told: ")
            || tests.contains(&format!("fn {test}("))
            || root.join(format!("secrets-runtime/tests/engine/{test}.rs")).exists();
        assert!(is_there, "{part}: where is {test}?");
    }
}
