//! Loads from an independent implementation of the Secrets Manager API, through the real SDK and over HTTP.

use aws_sdk_secretsmanager::primitives::Blob;
use secrets_runtime::{
    ErrorKind, ExposeSecret, Secret, SecretString, Secrets,
    source::{Aws, Batch},
};
use secrets_tests::{Emulator, Proxy, sdk_config, sdk_config_as};

#[derive(Secret, PartialEq)]
#[secret(id = "named/db")]
struct Db {
    #[secret(public)]
    username: String,
    #[secret(public, range(1..=65535))]
    port: u16,
}

#[derive(Secret)]
#[secret(stage = "AWSPREVIOUS")]
struct Previous {
    password: SecretString,
}

#[derive(Secret)]
struct Current {
    password: SecretString,
}

const DB: &str = r#"{"username": "orders", "port": "5432"}"#;

fn db() -> Db {
    Db { username: "orders".to_owned(), port: 5432 }
}

fn secrets(emulator: &Emulator) -> Secrets {
    Secrets::from_sdk_config(&sdk_config(&emulator.endpoint()))
}

#[tokio::test]
async fn a_secret_is_loaded_by_the_name_of_its_declaration() {
    let emulator = Emulator::shared();
    emulator.create("named/db", DB).await;
    assert_eq!(secrets(&emulator).load::<Db>().await.expect("loaded"), db());
}

#[tokio::test]
async fn a_secret_is_loaded_by_its_arn_with_and_without_suffix() {
    let emulator = Emulator::shared();
    let arn = emulator.create("by-arn/db", DB).await;
    let secrets = secrets(&emulator);
    assert_eq!(secrets.load_from::<Db>(&arn).await.expect("full ARN"), db());
    let partial = &arn[..arn.len() - "-AbCdEf".len()];
    assert_eq!(secrets.load_from::<Db>(partial).await.expect("partial ARN"), db());
}

#[tokio::test]
async fn an_arn_is_asked_for_in_its_own_region() {
    let emulator = Emulator::shared();
    let proxy = Proxy::watching(emulator.address()).await;
    let secrets = Secrets::from_sdk_config(&sdk_config(&proxy.endpoint()));
    let arn = "arn:aws:secretsmanager:ap-south-1:123456789012:secret:elsewhere-AbCdEf";
    let error = secrets.load_from::<Db>(arn).await.expect_err("not there");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.hint().is_some_and(|hint| hint.contains("ap-south-1 was asked")), "{error}");
    let authorization = proxy.calls()[0].headers["authorization"].clone();
    assert!(authorization.to_str().expect("text").contains("/ap-south-1/secretsmanager/"), "{authorization:?}");
}

#[tokio::test]
async fn a_stage_other_than_current_is_read_where_it_is_declared() {
    let emulator = Emulator::shared();
    emulator.create("staged", r#"{"password": "first"}"#).await;
    let secrets = secrets(&emulator);
    let error = secrets.load_from::<Previous>("staged").await.expect_err("no such version yet");
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    let put = emulator.client().put_secret_value().secret_id("staged").secret_string(r#"{"password": "second"}"#);
    put.send().await.expect("put");
    let previous = secrets.load_from::<Previous>("staged").await.expect("previous");
    let current = secrets.load_from::<Current>("staged").await.expect("current");
    assert_eq!((previous.password.expose_secret(), current.password.expose_secret()), ("first", "second"));
}

#[tokio::test]
async fn a_binary_secret_is_refused_in_both_modes() {
    let emulator = Emulator::shared();
    for name in ["binary/a", "binary/b"] {
        let create = emulator.client().create_secret().name(name).secret_binary(Blob::new(*b"canary"));
        create.send().await.expect("created");
    }
    let config = sdk_config(&emulator.endpoint());
    for batch in [Batch::Off, Batch::On] {
        let secrets = Secrets::builder().build(Aws::new(&config).batch(batch));
        let error = secrets.load_many::<Db>(["binary/a", "binary/b"]).await.expect_err("binary");
        assert_eq!(error.errors().iter().map(secrets_runtime::Error::kind).collect::<Vec<_>>(), [ErrorKind::Binary; 2]);
        assert!(
            error
                .to_string()
                .contains("only text secrets are supported: it has a SecretBinary in place of a SecretString"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_deleted_secret_and_a_missing_one_read_differently() {
    let emulator = Emulator::shared();
    emulator.create("deleted", DB).await;
    emulator.client().delete_secret().secret_id("deleted").send().await.expect("deleted");
    let secrets = secrets(&emulator);
    let deleted = secrets.load_from::<Db>("deleted").await.expect_err("deleted");
    assert_eq!(deleted.kind(), ErrorKind::MarkedForDeletion);
    assert!(deleted.hint().is_some_and(|hint| hint.contains("restore-secret")), "{deleted}");
    let missing = secrets.load_from::<Db>("missing").await.expect_err("missing");
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    assert_eq!(missing.secret_id(), Some("missing"));
}

#[tokio::test]
async fn the_largest_secret_and_every_script_come_through_whole() {
    let emulator = Emulator::shared();
    let frame = r#"{"password":""}"#.len();
    let largest = "x".repeat(65_536 - frame);
    emulator.create("largest", &format!(r#"{{"password":"{largest}"}}"#)).await;
    let scripts = "pässwörd – пароль – 密码 – 🔐 \\ \" \u{1}\0";
    let json = r#"{"password":"pässwörd – пароль – 密码 – \ud83d\udd10 \\ \" \u0001\u0000"}"#;
    emulator.create("unicode", json).await;
    let secrets = secrets(&emulator);
    assert_eq!(secrets.load_from::<Current>("largest").await.expect("64 KiB").password.expose_secret(), largest);
    assert_eq!(secrets.load_from::<Current>("unicode").await.expect("unicode").password.expose_secret(), scripts);
}

/// 45 ids in a shuffled order, of which every seventh does not exist.
async fn forty_five(emulator: &Emulator, prefix: &str) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..45_u32 {
        let name = format!("{prefix}/{:02}", number * 17 % 45);
        if number % 7 == 3 {
            ids.push(name);
        } else {
            let arn = emulator.create(&name, &format!(r#"{{"username": "{name}", "port": 1}}"#)).await;
            // Uses the ARN for some of them.
            ids.push(if number % 5 == 0 { arn } else { name });
        }
    }
    ids
}

async fn loads_what_is_there(secrets: &Secrets, ids: &[String], prefix: &str) {
    let error = secrets.load_many::<Db>(ids).await.expect_err("holes");
    let missing: Vec<_> = error.errors().iter().filter_map(secrets_runtime::Error::secret_id).collect();
    let holes: Vec<_> = (0..45).filter(|number| number % 7 == 3).map(|number| ids[number].as_str()).collect();
    assert_eq!(missing, holes);
    assert!(error.errors().iter().all(|error| error.kind() == ErrorKind::NotFound), "{error}");
    let present: Vec<_> = ids.iter().filter(|id| !holes.contains(&id.as_str())).collect();
    let loaded = secrets.load_many::<Db>(&present).await.expect("all there");
    for (id, db) in present.iter().zip(loaded) {
        assert!(db.username.starts_with(prefix) && id.contains(&db.username), "{id} got {}", db.username);
    }
}

#[tokio::test]
async fn forty_five_ids_with_holes_are_told_apart_one_by_one() {
    let emulator = Emulator::shared();
    let ids = forty_five(&emulator, "singly").await;
    let proxy = Proxy::watching(emulator.address()).await;
    let secrets = Secrets::from_sdk_config(&sdk_config(&proxy.endpoint()));
    loads_what_is_there(&secrets, &ids, "singly").await;
    assert_eq!((proxy.count("GetSecretValue"), proxy.count("BatchGetSecretValue")), (45 + 39, 0));
}

#[tokio::test]
async fn forty_five_ids_with_holes_are_told_apart_in_batches_of_twenty() {
    let emulator = Emulator::shared();
    let ids = forty_five(&emulator, "batch").await;
    let proxy = Proxy::watching(emulator.address()).await;
    let secrets = Secrets::builder().build(Aws::new(&sdk_config(&proxy.endpoint())).batch(Batch::On));
    loads_what_is_there(&secrets, &ids, "batch").await;
    assert_eq!((proxy.count("GetSecretValue"), proxy.count("BatchGetSecretValue")), (0, 3 + 2));
}

#[tokio::test]
async fn one_secret_under_two_ids_is_one_secret_in_both_modes() {
    let emulator = Emulator::shared();
    let arn = emulator.create("twice", DB).await;
    for batch in [Batch::Off, Batch::On] {
        let secrets = Secrets::builder().build(Aws::new(&sdk_config(&emulator.endpoint())).batch(batch));
        let loaded = secrets.load_many::<Db>(["twice", arn.as_str()]).await.expect("both");
        assert!(loaded == [db(), db()]);
    }
}

#[tokio::test]
async fn where_batch_is_not_permitted_secrets_are_fetched_singly_and_that_is_remembered() {
    let emulator = Emulator::start();
    let ids = ["denied/a", "denied/b", "denied/c"];
    for id in ids {
        emulator.create(id, DB).await;
    }
    emulator.iam("Action=CreateUser&UserName=reader&Version=2010-05-08").await;
    let policy = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22\
                  secretsmanager%3AGetSecretValue%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D";
    let put = format!("Action=PutUserPolicy&UserName=reader&PolicyName=p&PolicyDocument={policy}&Version=2010-05-08");
    emulator.iam(&put).await;
    let key = emulator.iam("Action=CreateAccessKey&UserName=reader&Version=2010-05-08").await;
    let part = |tag: &str| key.split_once(tag).and_then(|(_, rest)| rest.split_once('<')).expect("a key").0.to_owned();
    let (access_key, secret_key) = (part("<AccessKeyId>"), part("<SecretAccessKey>"));
    emulator.enforce_permissions().await;

    let proxy = Proxy::watching(emulator.address()).await;
    let config = sdk_config_as(&proxy.endpoint(), &access_key, &secret_key);
    let secrets = Secrets::builder().build(Aws::new(&config).batch(Batch::On));
    assert!(secrets.load_many::<Db>(ids).await.expect("one by one") == [db(), db(), db()]);
    assert_eq!((proxy.count("BatchGetSecretValue"), proxy.count("GetSecretValue")), (1, 3));
    secrets.load_many::<Db>(ids).await.expect("one by one");
    assert_eq!((proxy.count("BatchGetSecretValue"), proxy.count("GetSecretValue")), (1, 6));
}

#[tokio::test]
async fn the_program_is_named_to_the_service() {
    let emulator = Emulator::shared();
    emulator.create("who", DB).await;
    let proxy = Proxy::watching(emulator.address()).await;
    Secrets::new(Aws::new(&sdk_config(&proxy.endpoint()))).load_from::<Db>("who").await.expect("loaded");
    let agent = proxy.calls()[0].headers["user-agent"].clone();
    assert!(agent.to_str().expect("text").contains("app/all-"), "{agent:?}");
}
