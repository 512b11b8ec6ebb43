//! The database: one connection pool per version of the secret.

use std::fmt;
use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime};
use secrets_runtime::{ExposeSecret, Live, Retry, Secret, SecretString, Secrets};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, NoTls};

/// The orders database and its credentials.
#[derive(Secret)]
#[secret(id = "{APP_ENV}/orders/db", refresh = "1m")]
pub struct OrdersDb {
    username: String,
    password: SecretString,
    #[secret(public)]
    host: String,
    #[secret(public, default = 5432, range(min = 1))]
    port: u16,
    #[secret(public)]
    dbname: String,
}

/// The orders.
#[derive(Clone)]
pub struct Orders {
    pool: Live<Pool>,
}

/// Why a query failed.
pub enum Failure {
    /// No connection could be established.
    Pool(PoolError),
    /// The database returned an error.
    Query(tokio_postgres::Error),
}

/// Settings of the pool.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The maximum number of connections in a pool.
    pub connections: usize,
    /// The maximum age of a connection.
    pub age: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 8, age: Duration::from_mins(15) }
    }
}

/// Leaves out the pool, whose `Debug` shows the user name.
impl fmt::Debug for Orders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Orders").finish_non_exhaustive()
    }
}

impl Orders {
    /// Connects with the newest version of the secret and follows it. The pool of a new version takes over once it has logged in. The old
    /// pool and its connections are dropped with the last request that uses them.
    ///
    /// # Errors
    /// The secret cannot be read, or the database cannot be reached.
    pub async fn open(secrets: &Secrets, limits: Limits) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let db = secrets.live::<OrdersDb>().await?;
        let pool = db.try_map(move |db| async move { connect(&db, limits).await }).await?;
        Ok(Self { pool })
    }

    /// The pool of the newest version that logs in.
    #[must_use]
    pub fn pool(&self) -> &Live<Pool> {
        &self.pool
    }

    /// Counts the orders.
    ///
    /// A rejected login is retried with the version that a rotation has published meanwhile.
    ///
    /// # Errors
    /// The query fails.
    pub async fn count(&self) -> Result<i64, Failure> {
        let retry = Retry::on(Failure::is_authentication).within(Duration::from_mins(1));
        self.pool.attempt(retry, |pool| async move { count(&pool).await }).await
    }
}

/// Counts the orders.
///
/// # Errors
/// The query fails.
pub async fn count(pool: &Pool) -> Result<i64, Failure> {
    let client = pool.get().await?;
    Ok(client.query_one("select count(*) from orders", &[]).await?.get(0))
}

/// Creates a pool and logs in once.
///
/// # Errors
/// The login fails.
pub async fn connect(db: &OrdersDb, limits: Limits) -> Result<Pool, Failure> {
    let mut config = Config::new();
    config.host(&db.host).port(db.port).dbname(&db.dbname).user(&db.username).password(db.password.expose_secret());
    config.connect_timeout(Duration::from_secs(5));
    let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Verified });
    let is_young = Hook::sync_fn(move |_, metrics| {
        if metrics.age() < limits.age { Ok(()) } else { Err(HookError::message("the connection is old")) }
    });
    let pool = Pool::builder(manager).max_size(limits.connections).runtime(Runtime::Tokio1).pre_recycle(is_young);
    let pool = pool.build().map_err(|_| PoolError::NoRuntimeSpecified)?;
    let client = pool.get().await?;
    client.simple_query("").await?;
    drop(client);
    Ok(pool)
}

impl Failure {
    /// Whether another version of the secret could help.
    #[must_use]
    pub fn is_authentication(&self) -> bool {
        matches!(self.code(), Some(&SqlState::INVALID_PASSWORD | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION))
    }

    fn code(&self) -> Option<&SqlState> {
        match self {
            Self::Pool(PoolError::Backend(error)) | Self::Query(error) => error.code(),
            Self::Pool(_) => None,
        }
    }
}

impl From<PoolError> for Failure {
    fn from(error: PoolError) -> Self {
        Self::Pool(error)
    }
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Query(error)
    }
}

/// Shows only the database's error code, because its messages quote user names and values.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.code()) {
            (_, Some(code)) => write!(f, "the database refuses: SQLSTATE {}", code.code()),
            (Self::Pool(_), None) => f.write_str("no connection to the database"),
            (Self::Query(_), None) => f.write_str("the connection to the database broke"),
        }
    }
}

/// Like `Display`.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Failure {}
