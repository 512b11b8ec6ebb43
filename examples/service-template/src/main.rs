//! Listens on the address in `LISTEN`, by default 127.0.0.1:8080.

use std::error::Error;

use metrics_exporter_prometheus::PrometheusBuilder;
use secrets_runtime::Secrets;
use secrets_service_template::router;
use sqlx::PgPool;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let metrics = PrometheusBuilder::new().install_recorder()?;
    let router = router::<PgPool>(Secrets::from_env().await?, metrics).await?;
    let listen = std::env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    Ok(axum::serve(TcpListener::bind(listen).await?, router).await?)
}
