//! The routes.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use secrets_runtime::Secrets;

use crate::database::Orders;

/// What the handlers share.
#[derive(Clone)]
#[allow(missing_debug_implementations, reason = "nobody prints it")]
pub struct Service {
    /// The orders.
    pub orders: Orders,
    /// For the readiness probe.
    pub secrets: Secrets,
    /// For Prometheus.
    pub metrics: PrometheusHandle,
}

/// `/orders`, `/ready`, `/metrics`.
pub fn router(service: Service) -> Router {
    Router::new()
        .route("/orders", get(orders))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(service)
}

async fn orders(State(service): State<Service>) -> (StatusCode, String) {
    match service.orders.count().await {
        Ok(count) => (StatusCode::OK, format!("{count} orders\n")),
        Err(failure) => {
            tracing::error!(%failure, "cannot count the orders");
            (StatusCode::SERVICE_UNAVAILABLE, "try again later\n".to_owned())
        }
    }
}

/// Ready while there is a value for every secret. A degraded one is a reason for an alarm, not for taking the task out.
async fn ready(State(service): State<Service>) -> (StatusCode, String) {
    let health = service.secrets.health();
    let status = if health.is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, format!("{health}\n"))
}

async fn metrics(State(service): State<Service>) -> String {
    service.metrics.render()
}
