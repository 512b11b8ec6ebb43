//! End-to-end rotation: a Secrets Manager API, a PostgreSQL server and the pool of `examples/axum-postgres`, with eight clients querying
//! through it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use metrics_exporter_prometheus::PrometheusBuilder;
use secrets_example_axum_postgres::database::{Failure, Limits, Orders, OrdersDb, connect, count};
use secrets_example_axum_postgres::service::{Service, router};
use secrets_runtime::testing::Drill;
use secrets_runtime::{
    BoxFuture, HealthState, Retry, Secrets,
    source::{File, Memory},
};
use secrets_tests::{Emulator, Postgres, get_page, sdk_config};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const ID: &str = "rotation/orders/db";
const ROTATIONS: u64 = 50;
const CLIENTS: u64 = 8;

/// Short-lived connections, so that every rotation coincides with logins.
const LIMITS: Limits = Limits { connections: 4, age: Duration::from_millis(25) };

/// A rotation function with AWS's four steps.
struct Rotation {
    client: Client,
    postgres: Postgres,
    users: &'static [&'static str],
    nth: u64,
    arn: String,
    current: String,
}

impl Rotation {
    /// Creates the users, and a secret with the first user's password.
    async fn begin(emulator: &Emulator, users: &'static [&'static str]) -> Self {
        let postgres = Postgres::start().await;
        postgres.run("create table orders (id int); insert into orders select generate_series(1, 3)").await;
        for user in users {
            postgres
                .run(&format!("create role {user} login password 'password-0'; grant select on orders to {user}"))
                .await;
        }
        let client = emulator.client();
        let document = document(users[0], 0, postgres.port());
        let created = client.create_secret().name(ID).secret_string(document).send().await.expect("created");
        let (arn, current) = (created.arn.expect("an ARN"), created.version_id.expect("a version"));
        Self { client, postgres, users, nth: 0, arn, current }
    }

    /// The steps create, set, test and finish. `window` runs between set and finish.
    async fn rotate(&mut self, window: impl Future<Output = ()>) {
        self.nth += 1;
        let nth = self.nth;
        let user = self.users[usize::try_from(nth).expect("few") % self.users.len()];
        let document = document(user, nth, self.postgres.port());
        let put = self.client.put_secret_value().secret_id(&self.arn).secret_string(document);
        let pending = put.version_stages("AWSPENDING").send().await.expect("created").version_id.expect("a version");
        self.postgres.run(&format!("alter role {user} password 'password-{nth}'")).await;
        window.await;
        drop(self.postgres.connect(user, &format!("password-{nth}")).await.expect("tested"));
        let finish = self.client.update_secret_version_stage().secret_id(&self.arn).version_stage("AWSCURRENT");
        let finish = finish.move_to_version_id(&pending).remove_from_version_id(&self.current);
        finish.send().await.expect("finished");
        self.current = pending;
    }
}

fn document(user: &str, nth: u64, port: u16) -> String {
    format!(
        r#"{{"username": "{user}", "password": "password-{nth}", "host": "127.0.0.1", "port": {port}, "dbname": "postgres"}}"#
    )
}

/// Clients that send requests until stopped.
struct Load {
    stop: Arc<AtomicBool>,
    served: Arc<AtomicU64>,
    failed: Arc<AtomicU64>,
    clients: Vec<JoinHandle<()>>,
}

impl Load {
    fn of<F: Future<Output = Result<i64, Failure>> + Send>(
        request: impl Fn() -> F + Clone + Send + Sync + 'static,
    ) -> Self {
        let (stop, served, failed) = (Arc::new(AtomicBool::new(false)), Arc::default(), Arc::default());
        let client = |_| {
            let (stop, served, failed) = (Arc::clone(&stop), Arc::clone(&served), Arc::clone(&failed));
            let request = request.clone();
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let counter: &AtomicU64 = if let Ok(3) = request().await { &served } else { &failed };
                    counter.fetch_add(1, Ordering::Relaxed);
                    // Clients that never pause would take the processors from the tests beside them.
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            })
        };
        let clients = (0..CLIENTS).map(client).collect();
        Self { stop, served, failed, clients }
    }

    fn answers(&self) -> u64 {
        self.served.load(Ordering::Relaxed) + self.failed.load(Ordering::Relaxed)
    }

    /// Waits for about two more answers per client.
    async fn goes_on(&self) {
        let enough = self.answers() + 2 * CLIENTS;
        until("the clients are answered", || self.answers() >= enough).await;
    }

    /// Stops the clients. Returns how many requests succeeded and failed.
    async fn stop(self) -> (u64, u64) {
        self.stop.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.await.expect("a client does not panic");
        }
        (self.served.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed))
    }
}

/// Waits for a condition that other tasks fulfil.
async fn until(what: &str, has_come: impl Fn() -> bool) {
    let waiting = async {
        while !has_come() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), waiting).await.unwrap_or_else(|_| panic!("within a minute, {what}"));
}

fn live(emulator: &Emulator) -> Secrets {
    Secrets::builder()
        .placeholder("APP_ENV", "rotation")
        .refresh(Duration::from_millis(50))
        .build_from_sdk_config(&sdk_config(&emulator.endpoint()))
}

/// A request that counts orders through the example's pool. Also counts rejected logins.
fn requests(
    orders: &Orders,
    rejected: &Arc<AtomicU64>,
) -> impl Fn() -> BoxFuture<'static, Result<i64, Failure>> + Clone + use<> {
    let (pool, rejected) = (orders.pool().clone(), Arc::clone(rejected));
    move || {
        let (pool, rejected) = (pool.clone(), Arc::clone(&rejected));
        let retry = Retry::on(move |failure: &Failure| {
            rejected.fetch_add(u64::from(failure.is_authentication()), Ordering::Relaxed);
            failure.is_authentication()
        });
        Box::pin(async move { pool.attempt(retry, |pool| async move { count(&pool).await }).await })
    }
}

/// Rotates while clients send requests. Returns the number of rejected logins, which differs by strategy.
async fn no_request_fails(users: &'static [&'static str]) -> u64 {
    let emulator = Emulator::start();
    let mut rotation = Rotation::begin(&emulator, users).await;
    let secrets = live(&emulator);
    let orders = Orders::open(&secrets, LIMITS).await.expect("open");
    let rejected = Arc::new(AtomicU64::new(0));
    let load = Load::of(requests(&orders, &rejected));
    for _ in 0..ROTATIONS {
        load.goes_on().await;
        let window = async {
            if let [_] = users {
                let before = rejected.load(Ordering::Relaxed);
                until("a login meets the window", || rejected.load(Ordering::Relaxed) > before).await;
            } else {
                load.goes_on().await;
            }
        };
        rotation.rotate(window).await;
    }
    load.goes_on().await;
    let (served, failed) = load.stop().await;
    let rejected = rejected.load(Ordering::Relaxed);
    println!(
        "{} users, {ROTATIONS} rotations: {served} requests served, {failed} failed; {rejected} logins rejected",
        users.len()
    );
    assert_eq!(failed, 0, "of {served}");
    assert_eq!(secrets.health().state, HealthState::Ok, "{}", secrets.health());
    rejected
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_fails_while_the_password_of_one_user_rotates() {
    assert!(no_request_fails(&["orders"]).await >= ROTATIONS, "each window was met");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_fails_while_two_users_alternate() {
    no_request_fails(&["orders_a", "orders_b"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_fail_with_a_value_that_is_loaded_once() {
    let emulator = Emulator::start();
    let mut rotation = Rotation::begin(&emulator, &["orders"]).await;
    let once: OrdersDb = live(&emulator).load().await.expect("loaded");
    let pool = connect(&once, LIMITS).await.expect("the first password works");
    let load = Load::of(move || {
        let pool = pool.clone();
        async move { count(&pool).await }
    });
    load.goes_on().await;
    rotation.rotate(load.goes_on()).await;
    until("requests fail", || load.failed.load(Ordering::Relaxed) > CLIENTS).await;
    let (served, failed) = load.stop().await;
    assert!(served > 0 && failed > CLIENTS, "{served} served, {failed} failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_example_follows_an_edit_of_its_local_file() {
    let postgres = Postgres::start().await;
    postgres.run("create table orders (id int); insert into orders select generate_series(1, 3)").await;
    postgres.run("create role orders login password 'password-0'; grant select on orders to orders").await;
    let path = std::env::temp_dir().join(format!("secrets-tests-{}.json", std::process::id()));
    let edit = |nth| std::fs::write(&path, format!(r#"{{"{ID}": {}}}"#, document("orders", nth, postgres.port())));
    edit(0).expect("written");
    let secrets = Secrets::builder().placeholder("APP_ENV", "rotation").refresh(Duration::from_millis(50));
    let orders = Orders::open(&secrets.build(File::new(&path)), LIMITS).await.expect("open");
    assert_eq!(orders.count().await.expect("counted"), 3);
    postgres.run("alter role orders password 'password-1'").await;
    edit(1).expect("written");
    tokio::time::sleep(LIMITS.age).await;
    assert_eq!(orders.count().await.expect("counted with the new password"), 3);
    std::fs::remove_file(&path).expect("removed");
}

/// The example's own requests, through completed and stuck rotations, bad edits and outages.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_example_passes_the_drill() {
    let postgres = Postgres::start().await;
    postgres.run("create table orders (id int); insert into orders select generate_series(1, 3)").await;
    postgres.run("create role orders login password 'password-0'; grant select on orders to orders").await;
    let document = |nth| document("orders", nth, postgres.port());
    let source = Memory::new().with(ID, document(0));
    let secrets = Secrets::builder().placeholder("APP_ENV", "rotation").refresh(Duration::from_millis(50));
    let orders = Orders::open(&secrets.build(source.clone()), LIMITS).await.expect("open");

    let drill = Drill::new(&source, ID, document).set(async |document: String| {
        let password = document.split('"').find(|text| text.starts_with("password-")).expect("the drill's own");
        postgres.run(&format!("alter role orders password '{password}'")).await;
    });
    let report = drill.run(|| orders.count()).await;
    println!("{report}");
    assert!(report.is_passed(), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_example_serves_orders_readiness_and_figures() {
    let emulator = Emulator::start();
    let mut rotation = Rotation::begin(&emulator, &["orders"]).await;
    let secrets = live(&emulator);
    let metrics = PrometheusBuilder::new().install_recorder().expect("the only one of this process");
    let orders = Orders::open(&secrets, LIMITS).await.expect("open");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    let router = router(Service { orders, secrets: secrets.clone(), metrics });
    let server = tokio::spawn(async move { axum::serve(listener, router).await });

    assert!(get_page(address, "/orders").await.ends_with("3 orders\n"));
    assert!(get_page(address, "/ready").await.starts_with("HTTP/1.0 200"));
    rotation.rotate(async {}).await;
    assert!(get_page(address, "/orders").await.ends_with("3 orders\n"), "with the new password");
    rotation.client.delete_secret().secret_id(ID).send().await.expect("deleted");
    until("health is degraded", || secrets.health().state == HealthState::Degraded).await;
    let ready = get_page(address, "/ready").await;
    assert!(ready.starts_with("HTTP/1.0 200") && ready.contains("degraded"), "{ready}");
    assert!(get_page(address, "/orders").await.ends_with("3 orders\n"), "the last good value");
    let degraded = async {
        while !get_page(address, "/metrics").await.contains("secrets_degraded 1") {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), degraded).await.expect("an alarm");
    let figures = get_page(address, "/metrics").await;
    for figure in [
        r#"secrets_refresh_total{id="rotation/orders/db",outcome="ok"}"#,
        r#"secrets_refresh_total{id="rotation/orders/db",outcome="failed"}"#,
        r#"secrets_age_seconds{id="rotation/orders/db"}"#,
        r#"secrets_refused{id="rotation/orders/db"} 0"#,
    ] {
        assert!(figures.contains(figure), "{figure} is not in {figures}");
    }
    assert!(!figures.contains("password-"), "{figures}");
    server.abort();
}
