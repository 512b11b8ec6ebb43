//! The routes.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use secrets_runtime::Secrets;

use crate::database::Orders;

/// The state shared by the handlers.
#[derive(Clone)]
#[allow(missing_debug_implementations, reason = "nobody prints it")]
pub struct Service {
    /// The orders.
    pub orders: Orders,
    /// Answers the readiness probe.
    pub secrets: Secrets,
    /// Renders metrics for Prometheus.
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

/// Ready once every secret has a value. A degraded secret should raise an alarm, but not remove the task from service.
async fn ready(State(service): State<Service>) -> (StatusCode, String) {
    let health = service.secrets.health();
    let status = if health.is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, format!("{health}\n"))
}

async fn metrics(State(service): State<Service>) -> String {
    service.metrics.render()
}
