//! `rustls`: each connection is accepted with the newest certificate that fits its key. `tonic` and others that are given a stream
//! of connections are served with it in the same way.

use std::sync::Arc;

use secrets_runtime::{ExposeSecret, Live, Secret, SecretString, Secrets};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

/// A certificate and its key, in one secret, so that they always belong together.
#[derive(Secret)]
#[secret(id = "edge/tls", refresh = "10m")]
pub struct Certificate {
    #[secret(public, pattern = "^-----BEGIN CERTIFICATE-----")]
    chain: String,
    #[secret(length(min = 100))]
    key: SecretString,
}

/// Follows the secret; a pair that does not fit is refused, and the one before goes on being served.
///
/// # Errors
/// The secret cannot be read, or its first version is no pair.
pub async fn open(secrets: &Secrets) -> Result<Live<Arc<ServerConfig>>, Box<dyn std::error::Error + Send + Sync>> {
    let certificate = secrets.live::<Certificate>().await?;
    certificate.try_map(async |pem| server_config(&pem)).named("tls").await
}

fn server_config(pem: &Certificate) -> Result<Arc<ServerConfig>, Box<dyn std::error::Error + Send + Sync>> {
    let chain = CertificateDer::pem_slice_iter(pem.chain.as_bytes()).collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_slice(pem.key.expose_secret().as_bytes())?;
    Ok(Arc::new(ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?))
}

/// The handshake, with what is current.
///
/// # Errors
/// The client breaks it off.
pub async fn accept(config: &Live<Arc<ServerConfig>>, connection: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
    TlsAcceptor::from(Arc::clone(&config.current())).accept(connection).await
}
