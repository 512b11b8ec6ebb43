//! Faults between a live secret and the service: what readers and operators see meanwhile, and how long recovery takes.

use std::io::Write;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_sdk_secretsmanager::config::timeout::TimeoutConfig;
use aws_sdk_secretsmanager::primitives::Blob;
use secrets_runtime::{
    ErrorKind, HealthState, Live, NamedSecret, Secret, Secrets,
    source::{Aws, Batch, Fetched, Request, Source, SourceError},
};
use secrets_tests::{Emulator, Proxy, REGION, Reply, sdk_config};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

/// Part of every value, so that a leak is detected.
const CANARY: &str = "Xq7canaryXq7";

#[derive(Secret)]
#[secret(id = "faults/db")]
struct Db {
    #[secret(length(min = 12))]
    password: String,
    #[secret(public)]
    nth: u32,
}

fn document(nth: u32) -> String {
    format!(r#"{{"password": "{CANARY}", "nth": {nth}}}"#)
}

/// An SDK configuration with short timeouts.
fn impatient(endpoint: &str) -> aws_config::SdkConfig {
    let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_millis(300)).build();
    sdk_config(endpoint).into_builder().timeout_config(timeouts).build()
}

type Fault = Arc<dyn Fn() -> Reply + Send + Sync>;

/// A live secret that reads its own emulator through a proxy.
struct Scene {
    emulator: Emulator,
    proxy: Proxy,
    fault: Arc<Mutex<Option<Fault>>>,
    secrets: Secrets,
    live: Live<Db>,
}

impl Scene {
    async fn begin() -> Self {
        Self::with(|endpoint| Aws::new(&impatient(endpoint))).await
    }

    async fn with<S: Source>(source: impl FnOnce(&str) -> S) -> Self {
        let emulator = Emulator::start();
        emulator.create(Db::ID, &document(1)).await;
        let fault: Arc<Mutex<Option<Fault>>> = Arc::default();
        let active = Arc::clone(&fault);
        let proxy = Proxy::start(Some(emulator.address()), move |_| {
            active.lock().expect("whole").as_ref().map(|fault| fault())
        })
        .await;
        let secrets = Secrets::builder().refresh(Duration::from_millis(50)).build(source(&proxy.endpoint()));
        let live = secrets.live::<Db>().await.expect("live");
        Self { emulator, proxy, fault, secrets, live }
    }

    fn breaks(&self, fault: impl Fn() -> Reply + Send + Sync + 'static) {
        *self.fault.lock().expect("whole") = Some(Arc::new(fault));
    }

    fn mends(&self) {
        *self.fault.lock().expect("whole") = None;
    }

    async fn put(&self, text: &str) {
        let put = self.emulator.client().put_secret_value().secret_id(Db::ID).secret_string(text);
        put.send().await.expect("put");
    }

    /// Waits until the value of this document is in use.
    async fn serves(&self, nth: u32) {
        let mut changes = self.live.changes();
        let waiting = async { while changes.next().await.expect("the task is there").nth != nth {} };
        tokio::time::timeout(Duration::from_secs(20), waiting).await.unwrap_or_else(|_| {
            panic!("document {nth} is not in use after 20 s: {:?}", self.live.status());
        });
    }

    /// During the fault, status and health report it, and readers keep the last value.
    async fn is_degraded_by(&self, kind: ErrorKind) {
        let told = || self.live.status().last_error.is_some_and(|error| error.kind() == kind);
        until(&format!("{kind:?} is told"), told, || format!("{:?}", self.live.status())).await;
        assert_eq!(self.live.current().password, CANARY);
        let (status, health) = (self.live.status(), self.secrets.health());
        assert_eq!((status.state, health.state), (HealthState::Degraded, HealthState::Degraded));
        assert!(health.is_ready() && status.next_refresh.is_some(), "{health}");
        let error = status.last_error.as_ref().expect("just seen");
        let error =
            std::iter::once(error).chain(error.errors()).map(|error| format!("{error} {error:?} {:?}", error.hint()));
        let shown = format!("{status:?} {health} {health:?} {:?} {}", self.live, error.collect::<String>());
        assert!(!shown.to_lowercase().contains("canary"), "{shown}");
    }

    async fn is_well(&self) {
        let well = || self.secrets.health().state == HealthState::Ok;
        until("all is well", well, || self.secrets.health().to_string()).await;
        let status = self.live.status();
        assert!(
            status.failures == 0 && status.last_error.is_none() && status.refused_version_id.is_none(),
            "{status:?}"
        );
    }

    /// Runs through a fault from start to recovery, with a rotation in between.
    async fn survives(&self, name: &str, kind: ErrorKind, fault: impl Fn() -> Reply + Send + Sync + 'static) {
        let next = self.live.current().nth + 1;
        self.breaks(fault);
        self.is_degraded_by(kind).await;
        self.put(&document(next)).await;
        assert_eq!(self.live.current().nth, next - 1);
        self.mends();
        self.recovers(name, kind, next).await;
    }

    async fn recovers(&self, name: &str, kind: ErrorKind, nth: u32) {
        let start = Instant::now();
        self.serves(nth).await;
        self.is_well().await;
        println!("| {name} | last good value | degraded: {kind:?} | {} ms |", start.elapsed().as_millis());
    }
}

async fn until(what: &str, has_come: impl Fn() -> bool, instead: impl Fn() -> String) {
    let waiting = async {
        while !has_come() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let came = tokio::time::timeout(Duration::from_secs(20), waiting).await;
    assert!(came.is_ok(), "after 20 s, it is not so that {what}: {}", instead());
}

/// Collects the log lines of this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("whole").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn what_the_service_answers_in_its_place() {
    let scene = Scene::begin().await;
    // Starts after filling the emulator, whose SDK requests are not the program's.
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_writer(move || writer.clone()).with_max_level(tracing::Level::DEBUG);
    // While there is only one subscriber, the thread that reaches a call site first decides whether it is enabled.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let _subscriber = tracing::subscriber::set_default(subscriber.finish());

    let error = |status, code, message| move || Reply::error(status, code, message);
    scene.survives("500", ErrorKind::Service, error(500, "InternalServiceError", CANARY)).await;
    scene.survives("503", ErrorKind::Service, || Reply::new(503, CANARY)).await;
    let throttled = error(400, "ThrottlingException", "Rate exceeded");
    scene.survives("throttling as HTTP 400", ErrorKind::Throttled, throttled).await;
    let revoked = error(400, "AccessDeniedException", "is not authorized to perform");
    scene.survives("access revoked", ErrorKind::AccessDenied, revoked).await;
    let expired = error(400, "ExpiredTokenException", "The security token is expired");
    scene.survives("credentials expired", ErrorKind::NoCredentials, expired).await;
    scene.survives("reset before the answer", ErrorKind::Unreachable, || Reply::broken("")).await;
    let cut = || Reply::broken(format!(r#"{{"SecretString":"{CANARY}"#));
    scene.survives("reset mid-body", ErrorKind::Service, cut).await;
    scene.survives("stall", ErrorKind::TimedOut, Reply::never).await;
    let truncated = || Reply::new(200, format!(r#"{{"Name":"faults/db","SecretString":"{CANARY}"#));
    scene.survives("truncated envelope", ErrorKind::Service, truncated).await;

    let written = String::from_utf8_lossy(&log.0.lock().expect("whole")).into_owned();
    assert!(written.contains("cannot be polled") && written.contains("can be read again"), "{written}");
    let ours: Vec<_> = written.lines().filter(|line| line.contains("secrets_runtime")).collect();
    assert!(ours.iter().all(|line| !line.to_lowercase().contains("canary")), "{ours:#?}");
}

/// A source whose endpoint can be switched.
struct Switched {
    endpoints: Vec<Aws>,
    active: Arc<Mutex<usize>>,
}

impl Source for Switched {
    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        let active = *self.active.lock().expect("whole");
        self.endpoints[active].fetch(requests).await
    }
}

async fn free_address() -> SocketAddr {
    tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("bound")
}

#[tokio::test]
async fn an_endpoint_that_is_gone_or_unknown() {
    let nobody = free_address().await;
    let active = Arc::new(Mutex::new(0));
    let switch = Arc::clone(&active);
    let scene = Scene::with(move |endpoint| Switched {
        endpoints: [endpoint, &format!("http://{nobody}"), "http://secretsmanager.invalid"]
            .map(|endpoint| Aws::new(&impatient(endpoint)))
            .into(),
        active: switch,
    })
    .await;
    for (nth, name, at) in [(2, "connection refused", 1), (3, "DNS failure", 2)] {
        *active.lock().expect("whole") = at;
        scene.is_degraded_by(ErrorKind::Unreachable).await;
        scene.put(&document(nth)).await;
        *active.lock().expect("whole") = 0;
        scene.recovers(name, ErrorKind::Unreachable, nth).await;
    }
}

#[tokio::test]
async fn a_secret_that_is_gone() {
    let scene = Scene::begin().await;
    scene.emulator.restart_empty().await;
    scene.is_degraded_by(ErrorKind::NotFound).await;
    scene.emulator.create(Db::ID, &document(2)).await;
    scene.recovers("emulator restarted empty", ErrorKind::NotFound, 2).await;

    let client = scene.emulator.client();
    client.delete_secret().secret_id(Db::ID).send().await.expect("deleted");
    scene.is_degraded_by(ErrorKind::MarkedForDeletion).await;
    client.restore_secret().secret_id(Db::ID).send().await.expect("restored");
    scene.put(&document(3)).await;
    scene.recovers("secret deleted", ErrorKind::MarkedForDeletion, 3).await;
}

#[tokio::test]
async fn a_value_that_cannot_be_used() {
    let scene = Scene::begin().await;
    let client = scene.emulator.client();
    let binary = client.put_secret_value().secret_id(Db::ID).secret_binary(Blob::new(CANARY));
    binary.send().await.expect("put");
    scene.is_degraded_by(ErrorKind::Binary).await;
    scene.put(&document(2)).await;
    scene.recovers("replaced by binary", ErrorKind::Binary, 2).await;

    scene.put(CANARY).await;
    scene.is_degraded_by(ErrorKind::NotJson).await;
    scene.put(&document(3)).await;
    scene.recovers("replaced by non-JSON", ErrorKind::NotJson, 3).await;

    scene.put(&format!(r#"{{"password": "short", "nth": "{CANARY}"}}"#)).await;
    scene.is_degraded_by(ErrorKind::Invalid).await;
    scene.put(&document(4)).await;
    scene.recovers("replaced by a violating document", ErrorKind::Invalid, 4).await;
}

#[tokio::test]
async fn a_batch_that_fails_in_part() {
    let emulator = Emulator::start();
    for id in ["batch/a", "batch/b", "batch/c"] {
        emulator.create(id, &document(1)).await;
    }
    let proxy = Proxy::watching(emulator.address()).await;
    let aws = Aws::new(&impatient(&proxy.endpoint())).batch(Batch::On);
    let secrets = Secrets::builder().refresh(Duration::from_millis(50)).build(aws);
    let (a, b, c) = tokio::try_join!(
        secrets.live_from::<Db>("batch/a"),
        secrets.live_from::<Db>("batch/b"),
        secrets.live_from::<Db>("batch/c"),
    )
    .expect("live");
    emulator.client().delete_secret().secret_id("batch/b").send().await.expect("deleted");
    let degraded = || b.status().state == HealthState::Degraded;
    until("the deleted one is degraded", degraded, || secrets.health().to_string()).await;
    for id in ["batch/a", "batch/c"] {
        emulator.client().put_secret_value().secret_id(id).secret_string(document(2)).send().await.expect("put");
    }
    let start = Instant::now();
    let follow = || a.current().nth == 2 && c.current().nth == 2;
    until("the others follow", follow, || secrets.health().to_string()).await;
    assert_eq!((a.status().state, b.current().nth), (HealthState::Ok, 1));
    assert_eq!(b.status().last_error.expect("deleted").kind(), ErrorKind::MarkedForDeletion);
    println!(
        "| partial batch failure | last good value, the others follow | degraded: MarkedForDeletion | {} ms |",
        start.elapsed().as_millis()
    );
    let batches = proxy.calls().iter().filter(|call| call.operation == "BatchGetSecretValue").count();
    assert!(batches > 0, "three at once are a batch");
}

#[tokio::test]
async fn an_echo_of_the_old_version_and_a_deliberate_rollback() {
    let scene = Scene::begin().await;
    let client = scene.emulator.client();
    let get = client.get_secret_value().secret_id(Db::ID).send().await.expect("got");
    let (first, text) = (get.version_id.expect("a version"), get.secret_string.expect("text").replace('"', "\\\""));
    let created = get.created_date.expect("a date").as_secs_f64();
    // The emulator's timestamps are whole seconds, so the new version must be at least a second younger.
    until(
        "a second is over",
        || {
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs_f64()
                > created + 1.1
        },
        String::new,
    )
    .await;
    scene.put(&document(2)).await;
    scene.serves(2).await;

    let (version, arn) = (first.clone(), get.arn.expect("an ARN"));
    scene.breaks(move || {
        Reply::new(
            200,
            format!(
                r#"{{"ARN":"{arn}","Name":"faults/db","VersionId":"{version}","SecretString":"{text}","VersionStages":["AWSCURRENT"],"CreatedDate":{created}}}"#
            ),
        )
    });
    let before = scene.proxy.calls().len();
    until("the echo is read again and again", || scene.proxy.calls().len() > before + 5, String::new).await;
    assert_eq!(scene.live.current().nth, 2);
    scene.mends();
    scene.is_well().await;
    println!("| an echo of the old version | newest value | ok | – |");

    let current = client.get_secret_value().secret_id(Db::ID).send().await.expect("got").version_id.expect("a version");
    let back = client.update_secret_version_stage().secret_id(Db::ID).version_stage("AWSCURRENT");
    back.move_to_version_id(&first).remove_from_version_id(current).send().await.expect("rolled back");
    scene.live.refresh().await.expect("asked");
    assert_eq!(scene.live.current().nth, 1, "an explicit refresh confirms");
    scene.is_well().await;
    println!("| a deliberate rollback | the older version, at once on refresh(), else after 15 s | ok | – |");
}

#[tokio::test]
async fn a_bad_current_version_at_the_start() {
    let emulator = Emulator::start();
    emulator.create(Db::ID, &document(1)).await;
    let put = |text: String| emulator.client().put_secret_value().secret_id(Db::ID).secret_string(text).send();
    put(format!(r#"{{"password": "{CANARY}"}}"#)).await.expect("put");
    let secrets = Secrets::builder().refresh(Duration::from_millis(50));
    let secrets = secrets.build_from_sdk_config(&impatient(&emulator.endpoint()));
    let live = secrets.live::<Db>().await.expect("the version before");
    assert_eq!(live.current().nth, 1);
    let health = secrets.health();
    assert!(health.is_ready() && health.state == HealthState::Degraded, "{health}");
    assert_eq!(live.status().last_error.expect("refused").kind(), ErrorKind::Invalid);
    put(document(3)).await.expect("put");
    let start = Instant::now();
    until("the mended version is in use", || live.current().nth == 3, || secrets.health().to_string()).await;
    println!(
        "| a bad AWSCURRENT at start | the previous version | degraded: Invalid | {} ms |",
        start.elapsed().as_millis()
    );
}

#[tokio::test]
async fn a_bad_current_version_at_the_start_of_a_batch() {
    let emulator = Emulator::start();
    for id in ["start/a", "start/b"] {
        emulator.create(id, &document(1)).await;
    }
    let bad = emulator.client().put_secret_value().secret_id("start/b").secret_string("{}");
    bad.send().await.expect("put");
    let proxy = Proxy::watching(emulator.address()).await;
    let secrets = Secrets::builder().build(Aws::new(&impatient(&proxy.endpoint())).batch(Batch::On));
    let lives = secrets.live_many::<Db>(["start/a", "start/b"]).await.expect("one of them on the version before");
    assert_eq!(lives.iter().map(|live| live.current().nth).collect::<Vec<_>>(), [1, 1]);
    let states: Vec<HealthState> = lives.iter().map(|live| live.status().state).collect();
    assert_eq!(states, [HealthState::Ok, HealthState::Degraded]);
    let calls: Vec<String> = proxy.calls().iter().map(|call| call.operation.clone()).collect();
    assert_eq!(calls, ["BatchGetSecretValue", "GetSecretValue"], "a batch has current versions only");
}

#[tokio::test]
async fn a_process_that_is_frozen_past_several_intervals() {
    let scene = Scene::begin().await;
    let proxy = Proxy::watching(scene.emulator.address()).await;
    let mut process = Command::new(env!("CARGO_BIN_EXE_follow"))
        .envs([("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_REGION", REGION)])
        .env("AWS_ENDPOINT_URL", proxy.endpoint())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("it runs");
    let mut lines = BufReader::new(process.stdout.take().expect("piped")).lines();
    assert_eq!(lines.next_line().await.expect("a line").as_deref(), Some("1"));
    let pid = process.id().expect("it runs").to_string();
    let signal =
        |name: &str| std::process::Command::new("kill").args([name, pid.as_str()]).status().expect("`kill` runs");

    assert!(signal("-STOP").success());
    scene.put(&document(2)).await;
    // Waits for as many intervals as this process, which is not stopped, polls.
    let (here, there) = (scene.proxy.calls().len(), proxy.calls().len());
    until("ten intervals are over", || scene.proxy.calls().len() > here + 10, String::new).await;
    assert!(proxy.calls().len() <= there + 1, "frozen");
    let (start, there) = (Instant::now(), proxy.calls().len());
    assert!(signal("-CONT").success());
    let line = tokio::time::timeout(Duration::from_secs(20), lines.next_line()).await.expect("within 20 s");
    assert_eq!(line.expect("a line").as_deref(), Some("2"));
    let calls = proxy.calls().len() - there;
    assert!(calls <= 3, "what was missed is not made up for: {calls} calls");
    println!(
        "| frozen past several intervals | last good value | – | {} ms, {calls} call(s) |",
        start.elapsed().as_millis()
    );
}
