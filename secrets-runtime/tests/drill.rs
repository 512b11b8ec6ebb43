//! The rotation drill: what passes and what it detects.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrets_runtime::testing::{Drill, Report, Scenario};
use secrets_runtime::{Error, ErrorKind, HealthState, Live, Refreshed, Retry, Secret, Secrets, source::Memory};

#[derive(Secret)]
#[secret(id = "db", refresh = "1s")]
struct Db {
    #[secret(public)]
    user: String,
    #[secret(public)]
    password: String,
}

#[derive(Debug, PartialEq)]
enum Failure {
    Rejected,
    Secret,
}

impl From<Error> for Failure {
    fn from(_: Error) -> Self {
        Self::Secret
    }
}

/// Users with their passwords.
#[derive(Clone, Default)]
struct Database(Arc<Mutex<Vec<(String, String)>>>);

impl Database {
    fn set(&self, document: &str) {
        let Db { user, password } = Db::from_json(document).expect("the drill's own");
        let mut users = self.0.lock().expect("whole");
        users.retain(|(name, _)| *name != user);
        users.push((user, password));
    }

    async fn query(&self, db: &Db) -> Result<(), Failure> {
        tokio::task::yield_now().await;
        let users = self.0.lock().expect("whole");
        let is_known = users.iter().any(|(user, password)| *user == db.user && *password == db.password);
        if is_known { Ok(()) } else { Err(Failure::Rejected) }
    }
}

fn single_user(nth: u64) -> String {
    format!(r#"{{"user": "orders", "password": "password-{nth}"}}"#)
}

fn alternating_users(nth: u64) -> String {
    format!(r#"{{"user": "orders-{}", "password": "password-{nth}"}}"#, nth % 2)
}

/// A source and a database that contain the first document.
fn scene(documents: fn(u64) -> String) -> (Memory, Database) {
    let database = Database::default();
    database.set(&documents(0));
    (Memory::new().with("db", documents(0)), database)
}

async fn attempt(live: &Live<Db>, database: &Database, within: Duration) -> Result<(), Failure> {
    let retry = Retry::on(|failure| *failure == Failure::Rejected).within(within);
    let database = database.clone();
    live.attempt(retry, move |db| {
        let database = database.clone();
        async move { database.query(&db).await }
    })
    .await
}

const BUDGET: Duration = Duration::from_secs(60);

async fn drill(documents: fn(u64) -> String, within: Duration) -> Report<Failure> {
    let (source, database) = scene(documents);
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let drill = Drill::new(&source, "db", documents).set(async |document: String| database.set(&document));
    let report = drill.run(|| attempt(&live, &database, within)).await;
    assert_eq!(secrets.health().state, HealthState::Ok, "{}", secrets.health());
    report
}

#[tokio::test(start_paused = true)]
async fn a_program_that_attempts_with_a_live_secret_passes() {
    for documents in [single_user as fn(u64) -> String, alternating_users] {
        let report = drill(documents, BUDGET).await;
        assert!(report.is_passed(), "{report}");
        assert_eq!(report.steps.len(), 19, "{report}");
        // Between set and finish the old password does not work, so clients may also wait.
        let idle = report.steps.iter().filter(|step| step.served == 0).map(|step| step.step);
        assert!(idle.clone().all(|step| ["test", "stuck"].contains(&step)), "{report}");
    }
}

/// While the new password is being set, the old one still works.
#[tokio::test(start_paused = true)]
async fn a_set_step_that_takes_its_time_hurries_nothing() {
    let (source, database) = scene(single_user);
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let drill = Drill::new(&source, "db", single_user).set(async |document: String| {
        tokio::time::sleep(Duration::from_secs(1)).await;
        database.set(&document);
    });
    let report = drill.run(|| attempt(&live, &database, BUDGET)).await;
    assert!(report.is_passed(), "{report}");
}

/// The steps in which a request failed.
fn failed<E>(report: &Report<E>) -> Vec<(Option<Scenario>, &'static str)> {
    report.failures().map(|step| (step.scenario, step.step)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_value_that_is_loaded_once_fails_from_the_first_set_on() {
    let (source, database) = scene(single_user);
    let once: Db = Secrets::new(source.clone()).load().await.expect("loaded");
    let drill = Drill::new(&source, "db", single_user).set(async |document: String| database.set(&document));
    // Nothing polls the secret, so there is no point in waiting longer.
    let drill = drill.only([Scenario::Rotation]).patience(Duration::from_secs(1));
    let report = drill.run(|| database.query(&once)).await;
    assert!(include_str!("../docs/guides/drill.md").contains(&report.to_string()), "as the page shows it:\n{report}");
    let steps = ["set", "test", "finish"].map(|step| (Some(Scenario::Rotation), step));
    assert_eq!(failed(&report), steps, "{report}");
    assert_eq!(report.failures().next().and_then(|step| step.first_error.as_ref()), Some(&Failure::Rejected));
}

#[tokio::test(start_paused = true)]
async fn a_live_value_without_attempts_fails_while_the_rotation_is_under_way() {
    let (source, database) = scene(single_user);
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let drill = Drill::new(&source, "db", single_user).set(async |document: String| database.set(&document));
    let report = drill.only([Scenario::Rotation, Scenario::BadEdit, Scenario::Deletion]);
    let report = report
        .run(|| async {
            let db = live.current();
            database.query(&db).await
        })
        .await;
    let failed = failed(&report);
    assert!(failed.contains(&(Some(Scenario::Rotation), "set")), "{report}");
    assert!(failed.iter().all(|(scenario, _)| *scenario == Some(Scenario::Rotation)), "{report}");
}

#[tokio::test(start_paused = true)]
async fn a_value_that_is_loaded_for_each_request_fails_with_the_source() {
    let (source, database) = scene(single_user);
    let secrets = Secrets::new(source.clone());
    let drill = Drill::new(&source, "db", single_user).set(async |document: String| database.set(&document));
    let drill = drill.only([Scenario::BadEdit, Scenario::Throttling, Scenario::Deletion]);
    let report = drill
        .run(|| async {
            let db = secrets.load::<Db>().await?;
            database.query(&db).await
        })
        .await;
    let expected = [
        (Some(Scenario::BadEdit), "not JSON"),
        (Some(Scenario::BadEdit), "wrong keys"),
        (Some(Scenario::BadEdit), "binary"),
        (Some(Scenario::Throttling), "throttle"),
        (Some(Scenario::Deletion), "delete"),
    ];
    assert_eq!(failed(&report), expected, "{report}");
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_does_not_span_the_window_is_found() {
    let (source, database) = scene(single_user);
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let drill = Drill::new(&source, "db", single_user).set(async |document: String| database.set(&document));
    let drill = drill.only([Scenario::StuckRotation]).window(Duration::from_secs(30));
    let report = drill.run(|| attempt(&live, &database, Duration::from_secs(15))).await;
    assert_eq!(failed(&report).first(), Some(&(Some(Scenario::StuckRotation), "set")), "{report}");
    let shown = report.to_string();
    assert!(shown.contains("help for stuck rotation: ") && shown.contains("Live::attempt"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn a_request_without_an_answer_is_counted() {
    let (source, _) = scene(single_user);
    let drill = Drill::new(&source, "db", single_user).only([]).clients(1).patience(Duration::from_secs(3));
    let report = drill.run(std::future::pending::<Result<(), Failure>>).await;
    assert!(!report.is_passed() && report.steps[0].unanswered >= 1, "{report}");
    assert!(report.to_string().contains("WITHOUT AN ANSWER"), "{report}");
}

#[tokio::test(start_paused = true)]
async fn a_report_shows_no_error_and_a_drill_no_document() {
    let (source, _) = scene(single_user);
    let drill = Drill::new(&source, "db", |_| "Xq7canary".to_owned()).only([Scenario::BadEdit]).clients(2);
    let shown = format!("{drill:?}");
    let report = drill.patience(Duration::from_secs(1)).run(|| async { Err::<(), _>("Xq7canary") }).await;
    let shown = format!("{shown} {report} {report:?}");
    assert!(!report.is_passed() && !shown.contains("canary"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn a_scripted_rotation_moves_its_labels_at_the_end() {
    let source = Memory::new().with("db", single_user(0));
    let secrets = Secrets::new(source.clone());
    let current = async || secrets.load::<Db>().await.expect("readable").password;
    let rotation = source.rotate("db", single_user(1));
    assert_eq!(current().await, "password-0");
    rotation.finish();
    assert_eq!(current().await, "password-1");
    assert!(source.roll_back("db") && !source.roll_back("nothing"));
    assert_eq!(current().await, "password-0");
    drop(source.rotate("db", single_user(2)));
    assert_eq!(current().await, "password-0", "it is stuck");
}

#[tokio::test(start_paused = true)]
async fn a_scripted_rollback_is_an_older_version() {
    let source = Memory::new().with("db", single_user(0));
    let secrets = Secrets::builder().refresh(Duration::from_secs(300)).build(source.clone());
    source.set("db", single_user(1));
    let live = secrets.live::<Db>().await.expect("live");
    assert!(source.roll_back("db"));
    assert_eq!(live.refresh().await.expect("an explicit look confirms"), Refreshed::Changed);
    assert_eq!(live.current().password, "password-0");
}

#[tokio::test(start_paused = true)]
async fn a_binary_version_is_refused_like_any_other_bad_one() {
    let source = Memory::new().with("db", single_user(0));
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    source.set_binary("db");
    let error = live.refresh().await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Binary);
    let status = live.status();
    assert_eq!((status.failures, status.state), (0, HealthState::Degraded));
    assert_eq!(status.refused_version_id.as_deref(), Some("memory-2"));
    assert_eq!(live.current().password, "password-0");
    source.set("db", single_user(1));
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!((live.current().password.as_str(), live.status().state), ("password-1", HealthState::Ok));
}

#[tokio::test(start_paused = true)]
async fn a_scripted_deletion_ends_with_its_restoration() {
    let source = Memory::new().with("db", single_user(0));
    let secrets = Secrets::new(source.clone());
    source.delete("db");
    assert_eq!(secrets.load::<Db>().await.map(drop).map_err(|error| error.kind()), Err(ErrorKind::MarkedForDeletion));
    source.throttle("db");
    assert_eq!(secrets.load::<Db>().await.map(drop).map_err(|error| error.kind()), Err(ErrorKind::Throttled));
    source.restore("db");
    assert_eq!(secrets.load::<Db>().await.expect("restored").password, "password-0");
}
