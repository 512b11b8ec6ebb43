//! A service whose database pool follows the rotation of its secret.

pub mod postgres;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use secrets_runtime::{Live, Retry, Secret, SecretString, Secrets};

/// Credentials of the orders database.
#[derive(Secret)]
#[secret(id = "{APP_ENV}/orders/db", refresh = "1m")]
pub struct OrdersDb {
    /// The role that logs in.
    pub username: String,
    /// Its password.
    pub password: SecretString,
    /// Where the server is.
    #[secret(public)]
    pub host: String,
    /// On which port it listens.
    #[secret(public, default = 5432, range(min = 1))]
    pub port: u16,
    /// The database.
    #[secret(public)]
    pub dbname: String,
}

/// What the service makes of the credentials. Its tests have one without a database.
pub trait Database: Send + Sync + Sized + 'static {
    /// Why a query or a login fails.
    type Error: Error + Send + Sync + 'static;

    /// Logs in.
    fn connect(db: &OrdersDb) -> impl Future<Output = Result<Self, Self::Error>> + Send;

    /// How many orders there are.
    fn orders(&self) -> impl Future<Output = Result<i64, Self::Error>> + Send;

    /// Whether credentials of another version may help.
    fn is_login(error: &Self::Error) -> bool;
}

struct Service<D: Send + Sync + 'static> {
    pool: Live<D>,
    secrets: Secrets,
    metrics: PrometheusHandle,
}

/// The routes, once the secret is read and the database has let the service in.
///
/// # Errors
/// The secret cannot be read, or the login fails.
pub async fn router<D: Database>(
    secrets: Secrets,
    metrics: PrometheusHandle,
) -> Result<Router, Box<dyn Error + Send + Sync>> {
    let db = secrets.live::<OrdersDb>().await?;
    // A pool for each version of the secret. A new one is used once it has logged in; the one before it is dropped with
    // the last request that uses it.
    let pool = db.try_map(async |db| D::connect(&db).await).named("pool").await?;
    Ok(Router::new()
        .route("/orders", get(orders))
        .route("/live", get(StatusCode::OK))
        .route("/ready", get(ready))
        // For your own network: ids, roles and metrics are no business of strangers.
        .route("/health", get(async |State(service): State<Arc<Service<D>>>| service.secrets.health().to_string()))
        .route("/metrics", get(async |State(service): State<Arc<Service<D>>>| service.metrics.render()))
        .with_state(Arc::new(Service { pool, secrets, metrics })))
}

async fn orders<D: Database>(State(service): State<Arc<Service<D>>>) -> Result<String, StatusCode> {
    // While a rotation is under way, the old password may fail before the new one is current.
    let retry = Retry::on(D::is_login).within(Duration::from_secs(90));
    let orders = service.pool.attempt(retry, |pool| async move { pool.orders().await }).await;
    orders.map(|count| format!("{count} orders\n")).map_err(|_| StatusCode::SERVICE_UNAVAILABLE)
}

/// Ready while every secret has a value. *Degraded* is for an alarm: restarting the service would not mend it.
async fn ready<D: Database>(State(service): State<Arc<Service<D>>>) -> StatusCode {
    if service.secrets.health().is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}
