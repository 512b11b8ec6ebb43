//! The rotation drill.

use std::fmt;
use std::future::{Future, ready};
use std::time::Duration;

use futures_util::future::{join, join_all};
use tokio::time::{sleep, timeout};

use super::clients::Clients;
use super::report::Report;
use super::scenario::Scenario;
use crate::client::BoxFuture;
use crate::live::CONFIRMATION;
use crate::source::Memory;
use crate::source::Rotation;

/// Takes a program's own requests through what happens to its secret in production, and reports which step failed one.
///
/// The program reads its secret from a [`Memory`] that the drill rotates, breaks and repairs, while clients send
/// requests all the time. If something else has to know the values, as a database knows its passwords,
/// [`set`](Self::set) passes them on, like the *set* step of a rotation.
///
/// ```
/// # #[cfg(feature = "derive")] {
/// use std::sync::{Arc, Mutex};
/// use secrets_runtime::testing::Drill;
/// use secrets_runtime::{Retry, Secret, Secrets, source::Memory};
///
/// #[derive(Secret)]
/// #[secret(id = "orders/db")]
/// struct OrdersDb {
///     password: String,
/// }
///
/// # #[derive(Debug)]
/// struct Rejected;
///
/// /// Stands for a database with one user.
/// #[derive(Clone, Default)]
/// struct Database(Arc<Mutex<String>>);
///
/// impl Database {
///     fn alter_user(&self, password: &str) {
///         *self.0.lock().unwrap() = password.to_owned();
///     }
///
///     async fn query(&self, password: &str) -> Result<u32, Rejected> {
///         if *self.0.lock().unwrap() == password { Ok(3) } else { Err(Rejected) }
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), secrets_runtime::Error> {
/// let document = |nth| format!(r#"{{"password": "password-{nth}"}}"#);
/// let source = Memory::new().with("orders/db", document(0));
/// let database = Database::default();
/// database.alter_user("password-0");
///
/// // The program as it is, but for where its secrets come from.
/// let secrets = Secrets::new(source.clone());
/// let db = secrets.live::<OrdersDb>().await?;
/// let request = || async {
///     let retry = Retry::on(|_: &Rejected| true).within(std::time::Duration::from_secs(60));
///     db.attempt(retry, |db| {
///         let database = database.clone();
///         async move { database.query(&db.password).await }
///     })
///     .await
/// };
///
/// let drill = Drill::new(&source, "orders/db", document).set(async |document| {
///     database.alter_user(&OrdersDb::from_json(&document).unwrap().password);
/// });
/// let report = drill.run(request).await;
/// assert!(report.is_passed(), "{report}");
/// # Ok(())
/// # }
/// # }
/// ```
///
/// Make the program poll often, with [`Builder::refresh`](crate::SecretsBuilder::refresh) or in paused tokio time: a
/// step that the program has to notice lasts until it has polled.
#[must_use = "a drill does nothing before it is run"]
pub struct Drill<'a> {
    source: Memory,
    id: String,
    documents: Box<dyn Fn(u64) -> String + Send + Sync + 'a>,
    set: Box<dyn Fn(String) -> BoxFuture<'a, ()> + Send + Sync + 'a>,
    scenarios: Vec<Scenario>,
    clients: usize,
    window: Duration,
    patience: Duration,
}

impl<'a> Drill<'a> {
    /// A drill with the secret `id` of `source`. `documents` makes the document of each version; number 0 is the
    /// current one.
    ///
    /// ```
    /// use secrets_runtime::source::Memory;
    /// use secrets_runtime::testing::Drill;
    ///
    /// let source = Memory::new().with("orders/db", r#"{"password": "password-0"}"#);
    /// let drill = Drill::new(&source, "orders/db", |nth| format!(r#"{{"password": "password-{nth}"}}"#));
    /// ```
    pub fn new(source: &Memory, id: impl Into<String>, documents: impl Fn(u64) -> String + Send + Sync + 'a) -> Self {
        Self {
            source: source.clone(),
            id: id.into(),
            documents: Box::new(documents),
            set: Box::new(|_| Box::pin(ready(()))),
            scenarios: Scenario::ALL.to_vec(),
            clients: 8,
            window: Duration::from_millis(200),
            patience: Duration::from_secs(120),
        }
    }

    /// Adds the *set* step: the function makes a document's values work elsewhere. With the single-user strategy it
    /// makes the earlier values stop working, as `alter role .. password ..` does.
    ///
    /// ```
    /// # use secrets_runtime::source::Memory;
    /// # use secrets_runtime::testing::{Drill, Scenario};
    /// # use std::time::Duration;
    /// # let source = Memory::new().with("signing", "key-0");
    /// # async fn alter_role(key: &str) {}
    /// let drill = Drill::new(&source, "signing", |nth| format!("key-{nth}"))
    ///     .set(async |key| alter_role(&key).await);
    /// ```
    pub fn set<F, Fut>(mut self, set: F) -> Self
    where
        F: Fn(String) -> Fut + Send + Sync + 'a,
        Fut: Future<Output = ()> + Send + 'a,
    {
        self.set = Box::new(move |document| Box::pin(set(document)));
        self
    }

    /// Runs only these scenarios, in this order.
    ///
    /// ```
    /// # use secrets_runtime::source::Memory;
    /// # use secrets_runtime::testing::{Drill, Scenario};
    /// # use std::time::Duration;
    /// # let source = Memory::new().with("signing", "key-0");
    /// let drill = Drill::new(&source, "signing", |nth| format!("key-{nth}")).only([Scenario::Rotation]);
    /// ```
    pub fn only(mut self, scenarios: impl IntoIterator<Item = Scenario>) -> Self {
        self.scenarios = scenarios.into_iter().collect();
        self
    }

    /// The number of clients, each of which sends one request after the other; 8 by default, at least 1.
    ///
    /// ```
    /// # use secrets_runtime::source::Memory;
    /// # use secrets_runtime::testing::{Drill, Scenario};
    /// # use std::time::Duration;
    /// # let source = Memory::new().with("signing", "key-0");
    /// let drill = Drill::new(&source, "signing", |nth| format!("key-{nth}")).clients(2);
    /// ```
    pub fn clients(self, clients: usize) -> Self {
        Self { clients, ..self }
    }

    /// The minimum duration of each step; 200 ms by default.
    ///
    /// ```
    /// # use secrets_runtime::source::Memory;
    /// # use secrets_runtime::testing::{Drill, Scenario};
    /// # use std::time::Duration;
    /// # let source = Memory::new().with("signing", "key-0");
    /// let drill = Drill::new(&source, "signing", |nth| format!("key-{nth}")).window(Duration::from_secs(1));
    /// ```
    pub fn window(self, window: Duration) -> Self {
        Self { window, ..self }
    }

    /// The time limit for a request, after which it counts as unanswered, and for the program's next poll; 2 minutes by
    /// default.
    ///
    /// ```
    /// # use secrets_runtime::source::Memory;
    /// # use secrets_runtime::testing::{Drill, Scenario};
    /// # use std::time::Duration;
    /// # let source = Memory::new().with("signing", "key-0");
    /// let drill = Drill::new(&source, "signing", |nth| format!("key-{nth}")).patience(Duration::from_secs(10));
    /// ```
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Runs `request` in all clients concurrently until the last step is over. Dropping the future stops the drill and
    /// the requests.
    ///
    /// ```
    /// # use secrets_runtime::source::Memory;
    /// # use secrets_runtime::testing::{Drill, Scenario};
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # async fn request() -> Result<(), String> { Ok(()) }
    /// # let source = Memory::new().with("signing", "key-0");
    /// # let drill = Drill::new(&source, "signing", |nth| format!("key-{nth}"))
    /// #     .only([Scenario::Rotation]).patience(Duration::from_secs(1)).clients(1);
    /// let report = drill.run(request).await;
    /// assert!(report.is_passed(), "{report}");
    /// # }
    /// ```
    pub async fn run<R, T, E, Fut>(self, request: R) -> Report<E>
    where
        R: Fn() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        let clients = Clients::new(self.clients, self.patience);
        let requests = join_all(clients.numbers().map(|client| clients.run(client, &request)));
        let script = async {
            Script { drill: &self, clients: &clients, version: 0 }.play().await;
            clients.stop();
        };
        join(script, requests).await;
        Report { steps: clients.into_steps() }
    }
}

/// Does not show the documents.
impl fmt::Debug for Drill<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drill").field("id", &self.id).field("scenarios", &self.scenarios).finish_non_exhaustive()
    }
}

/// A drill in progress.
struct Script<'a, 'd, E> {
    drill: &'a Drill<'d>,
    clients: &'a Clients<E>,
    /// The number of the newest document.
    version: u64,
}

impl<E> Script<'_, '_, E> {
    async fn play(&mut self) {
        self.clients.are_answered().await;
        for &scenario in &self.drill.scenarios {
            match scenario {
                Scenario::Rotation => self.rotation().await,
                Scenario::StuckRotation => self.stuck_rotation().await,
                Scenario::Rollback => self.rollback().await,
                Scenario::BadEdit => self.bad_edit().await,
                Scenario::Throttling => self.outage(scenario, ("throttle", Memory::throttle), "let go").await,
                Scenario::Deletion => self.outage(scenario, ("delete", Memory::delete), "restore").await,
                Scenario::Freeze => self.freeze().await,
            }
        }
    }

    async fn rotation(&mut self) {
        let rotation = self.until_set(Scenario::Rotation).await;
        self.clients.enter(Scenario::Rotation, "test");
        self.window().await;
        self.clients.enter(Scenario::Rotation, "finish");
        rotation.finish();
        self.is_noticed().await;
    }

    async fn stuck_rotation(&mut self) {
        let rotation = self.until_set(Scenario::StuckRotation).await;
        self.clients.enter(Scenario::StuckRotation, "stuck");
        sleep(self.drill.window * 10).await;
        self.clients.enter(Scenario::StuckRotation, "finish late");
        rotation.finish();
        self.is_noticed().await;
    }

    /// The first two steps of a rotation.
    async fn until_set(&mut self, scenario: Scenario) -> Rotation {
        let Drill { source, id, documents, set, .. } = self.drill;
        self.version += 1;
        let document = documents(self.version);
        self.clients.enter(scenario, "create");
        let rotation = source.rotate(id, &*document);
        self.window().await;
        self.clients.enter(scenario, "set");
        set(document).await;
        self.window().await;
        rotation
    }

    async fn rollback(&self) {
        let Drill { source, id, set, .. } = self.drill;
        if source.roll_back(id) {
            self.clients.enter(Scenario::Rollback, "roll back");
            if let Some(text) = source.current_text(id) {
                set(text.to_string()).await;
            }
            // The program reads the older version first, and believes it after the confirmation.
            self.is_looked_at().await;
            sleep(CONFIRMATION).await;
            self.is_noticed().await;
        }
    }

    async fn bad_edit(&self) {
        let Drill { source, id, .. } = self.drill;
        let enter = |step| self.clients.enter(Scenario::BadEdit, step);
        let good = source.current_text(id);
        enter("not JSON");
        source.set(id, "password=");
        self.is_noticed().await;
        enter("wrong keys");
        source.set(id, r#"["no", "object"]"#);
        self.is_noticed().await;
        enter("binary");
        source.set_binary(id);
        self.is_noticed().await;
        enter("mend");
        if let Some(good) = good {
            source.set(id, good.as_str());
        }
        self.is_noticed().await;
    }

    /// The secret cannot be read for a while.
    async fn outage(&self, scenario: Scenario, (begin, fault): (&'static str, fn(&Memory, &str)), end: &'static str) {
        let Drill { source, id, .. } = self.drill;
        self.clients.enter(scenario, begin);
        fault(source, id);
        self.is_noticed().await;
        self.clients.enter(scenario, end);
        source.restore(id);
        self.is_noticed().await;
    }

    async fn freeze(&mut self) {
        let Drill { source, id, documents, set, .. } = self.drill;
        self.clients.pause().await;
        self.clients.enter(Scenario::Freeze, "thaw");
        source.freeze();
        for _ in 0..2 {
            self.version += 1;
            let document = documents(self.version);
            let rotation = source.rotate(id, &*document);
            set(document).await;
            rotation.finish();
            self.window().await;
        }
        source.thaw();
        self.clients.go_on();
        self.is_noticed().await;
    }

    async fn window(&self) {
        sleep(self.drill.window).await;
    }

    /// Waits until the program has polled the current state and has answered requests since.
    async fn is_noticed(&self) {
        self.is_looked_at().await;
        self.window().await;
        self.clients.are_answered().await;
    }

    async fn is_looked_at(&self) {
        let mut calls = self.drill.source.watch_calls();
        // One call may have started before.
        let enough = *calls.borrow() + 2;
        let _ = timeout(self.drill.patience, calls.wait_for(|calls| *calls >= enough)).await;
    }
}
