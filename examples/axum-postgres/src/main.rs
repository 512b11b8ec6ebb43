//! Listens on the address in `LISTEN`, by default 127.0.0.1:8080. With `METRICS_NAMESPACE`, logs metrics for CloudWatch. With the
//! argument `--ready`, checks that the service on that address is ready, and fails if it is not.

use std::error::Error;

use metrics_exporter_prometheus::PrometheusBuilder;
use secrets_example_axum_postgres::database::{Limits, Orders};
use secrets_example_axum_postgres::figures;
use secrets_example_axum_postgres::probe::probe;
use secrets_example_axum_postgres::service::{Service, router};
use secrets_runtime::Secrets;
use tokio::net::TcpListener;
use tokio::signal;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let listen = std::env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    if std::env::args().nth(1).as_deref() == Some("--ready") {
        return Ok(probe(&listen)?);
    }
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let metrics = PrometheusBuilder::new().install_recorder()?;
    let secrets = Secrets::from_env().await?;
    let orders = Orders::open(&secrets, Limits::default()).await?;

    let listener = TcpListener::bind(listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    if let Ok(namespace) = std::env::var("METRICS_NAMESPACE") {
        tokio::spawn(figures::report(secrets.clone(), namespace));
    }
    let service = router(Service { orders, secrets, metrics });
    // Finishes requests in flight before it exits.
    axum::serve(listener, service).with_graceful_shutdown(shutdown()?).await?;
    Ok(())
}

/// Ctrl-C, or the signal with which ECS stops a task.
#[cfg(unix)]
fn shutdown() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminated = signal::unix::signal(signal::unix::SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = signal::ctrl_c() => (),
            _ = terminated.recv() => (),
        }
    })
}

/// Ctrl-C.
#[cfg(not(unix))]
fn shutdown() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async { drop(signal::ctrl_c().await) })
}
