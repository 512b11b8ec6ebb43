//! `rustls`, and `tonic` on top: each connection is accepted with the newest certificate that matches its key.

use std::future::ready;
use std::io;
use std::sync::Arc;

use futures_util::stream::{Stream, StreamExt, unfold};

use secrets_runtime::{ExposeSecret, Live, Secret, SecretString, Secrets};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

/// A certificate and its key. In one secret, they always match.
#[derive(Secret)]
#[secret(id = "edge/tls", refresh = "10m")]
pub struct Certificate {
    #[secret(public, pattern = "^-----BEGIN CERTIFICATE-----")]
    chain: String,
    #[secret(length(min = 100))]
    key: SecretString,
}

/// Follows the secret. A pair that does not match is refused, and the previous one stays in use.
///
/// # Errors
/// The secret cannot be read, or its first version does not match.
pub async fn open(secrets: &Secrets) -> Result<Live<Arc<ServerConfig>>, Box<dyn std::error::Error + Send + Sync>> {
    let certificate = secrets.live::<Certificate>().await?;
    certificate.try_map(async |pem| server_config(&pem)).named("tls").await
}

fn server_config(pem: &Certificate) -> Result<Arc<ServerConfig>, Box<dyn std::error::Error + Send + Sync>> {
    let chain = CertificateDer::pem_slice_iter(pem.chain.as_bytes()).collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_slice(pem.key.expose_secret().as_bytes())?;
    let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Performs the handshake with the current certificate.
///
/// # Errors
/// The handshake fails.
pub async fn accept(config: &Live<Arc<ServerConfig>>, connection: TcpStream) -> io::Result<TlsStream<TcpStream>> {
    TlsAcceptor::from(Arc::clone(&config.current())).accept(connection).await
}

/// The maximum number of concurrent handshakes.
const HANDSHAKES: usize = 64;

/// Connections for servers that take a stream of them, like `tonic`'s `serve_with_incoming`. A handshake that fails, or that a client never
/// finishes, does not block the others.
pub fn incoming(
    config: Live<Arc<ServerConfig>>,
    listener: TcpListener,
) -> impl Stream<Item = io::Result<TlsStream<TcpStream>>> {
    let connections = unfold(listener, async |listener| Some((listener.accept().await, listener)));
    let shaken = connections.map(move |connection| {
        let config = config.clone();
        async move { accept(&config, connection?.0).await }
    });
    shaken.buffer_unordered(HANDSHAKES).filter(|shaken| ready(shaken.is_ok()))
}
