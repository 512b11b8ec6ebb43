//! Serves on the address in `LISTEN`, by default 127.0.0.1:8080.

use std::error::Error;

use metrics_exporter_prometheus::PrometheusBuilder;
use secrets_example_axum_postgres::database::{Limits, Orders};
use secrets_example_axum_postgres::service::{Service, router};
use secrets_runtime::Secrets;
use tokio::net::TcpListener;
use tokio::signal;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let metrics = PrometheusBuilder::new().install_recorder()?;
    let secrets = Secrets::from_env().await?;
    let orders = Orders::open(&secrets, Limits::default()).await?;

    let listener = TcpListener::bind(std::env::var("LISTEN").as_deref().unwrap_or("127.0.0.1:8080")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let service = router(Service { orders, secrets, metrics });
    // Ctrl-C: requests under way are answered first.
    axum::serve(listener, service).with_graceful_shutdown(async { drop(signal::ctrl_c().await) }).await?;
    Ok(())
}
