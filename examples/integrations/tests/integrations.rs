//! Tests each integration through a rotation: with a real database, real handshakes and real tokens.

use std::sync::Arc;
use std::time::Duration;

use lambda_runtime::{Context, LambdaEvent, Service};
use secrets_example_integrations::function::{Mail, Sent, function};
use secrets_example_integrations::tokens::{Claims, Tokens};
use secrets_example_integrations::{pool, tls};
use secrets_runtime::source::Memory;
use secrets_runtime::{ErrorKind, Secrets};
use secrets_tests::Postgres;
use sqlx::postgres::PgPoolOptions;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tonic::service::Routes;
use tonic::transport::Server;

/// Polls frequently, so that tests need not wait.
fn secrets(source: &Memory) -> Secrets {
    Secrets::builder().refresh(Duration::from_millis(10)).build(source.clone())
}

/// Retries until the condition holds.
async fn until<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    let trying = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), trying).await.unwrap_or_else(|_| panic!("within a minute: {what}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn new_connections_of_a_pool_log_in_with_the_newest_version() {
    let postgres = Postgres::start().await;
    postgres.run("create role orders login password 'one'").await;
    let document = |password: &str| {
        let port = postgres.port();
        format!(
            r#"{{"username": "orders", "password": "{password}", "host": "127.0.0.1", "port": {port}, "dbname": "postgres"}}"#
        )
    };
    let source = Memory::new().with("orders/db", document("one"));
    let pool = pool::open(&secrets(&source), PgPoolOptions::new().max_connections(2)).await.expect("open");
    let mut before = pool.acquire().await.expect("logged in");

    postgres.run("alter role orders password 'two'").await;
    source.set("orders/db", document("two"));
    // A second connection of the pool, which the old password would not open.
    until("a login with the new password", async || pool.acquire().await.is_ok()).await;
    let one: i32 = sqlx::query_scalar("select 1").fetch_one(&mut *before).await.expect("the old connection goes on");
    assert_eq!(one, 1);
    drop(before);
    pool.close().await;
}

/// A secret with a certificate for this name, and the certificate.
fn certificate(name: &str) -> (serde_json::Value, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).expect("a certificate");
    let (chain, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let certificate = CertificateDer::from_pem_slice(chain.as_bytes()).expect("PEM");
    (serde_json::json!({"chain": chain, "key": key}), certificate)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_connection_is_accepted_with_the_newest_certificate_that_fits_its_key() {
    let ((first, first_certificate), (second, second_certificate)) = (certificate("edge"), certificate("edge"));
    let source = Memory::new().with("edge/tls", first.to_string());
    let config = tls::open(&secrets(&source)).await.expect("open");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    let connections = tls::incoming(config.clone(), listener);
    let server = Server::builder().add_routes(Routes::default()).serve_with_incoming(connections);
    let server = tokio::spawn(server);
    let shakes_hands = async |certificate: &CertificateDer<'static>| {
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).expect("a certificate");
        let mut client = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        client.alpn_protocols = vec![b"h2".to_vec()];
        let connection = TcpStream::connect(address).await.expect("connected");
        let name = ServerName::try_from("edge").expect("a name");
        TlsConnector::from(Arc::new(client)).connect(name, connection).await.is_ok()
    };
    assert!(shakes_hands(&first_certificate).await && !shakes_hands(&second_certificate).await);

    // A certificate with another certificate's key.
    let mut broken = second.clone();
    broken["key"] = first["key"].clone();
    source.set("edge/tls", broken.to_string());
    until("the pair is refused", async || config.status().last_error.is_some()).await;
    assert_eq!(config.status().last_error.map(|error| error.kind()), Some(ErrorKind::Refused));
    assert!(shakes_hands(&first_certificate).await);

    source.set("edge/tls", second.to_string());
    until("the new certificate", async || shakes_hands(&second_certificate).await).await;
    server.abort();
}

#[tokio::test(start_paused = true)]
async fn tokens_of_the_key_before_are_accepted_and_older_ones_are_not() {
    let document = |byte: &str| format!(r#"{{"key": "{}="}}"#, byte.repeat(43));
    let source = Memory::new().with("tokens/signing", document("A"));
    let tokens = Tokens::open(&secrets(&source)).await.expect("open");
    let claims = Claims { sub: "ann".to_owned(), exp: 4_102_444_800 };
    let first = tokens.sign(&claims).expect("signed");
    for (key, is_accepted) in [("E", true), ("I", false)] {
        source.set("tokens/signing", document(key));
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(tokens.verify(&first).ok().is_some_and(|told| told == claims), is_accepted, "{key}");
    }
    let now = tokens.sign(&claims).expect("signed");
    assert_eq!(tokens.verify(&now).expect("genuine"), claims);
    assert!(!format!("{tokens:?}").contains("III"));
}

#[tokio::test(start_paused = true)]
async fn an_invocation_has_a_value_that_is_fresh_enough() {
    let source = Memory::new().with("mail/api", r#"{"key": "four"}"#);
    let secrets = Secrets::builder().without_background_task().build(source.clone());
    let mut function = function(&secrets).await.expect("its secret");
    let mut invoke = async || {
        let event = LambdaEvent::new(Mail { to: "ann@example.com".to_owned() }, Context::default());
        function.call(event).await
    };
    let sent = |key_length| Sent { to: "ann@example.com".to_owned(), key_length };
    assert_eq!(invoke().await.expect("sent"), sent(4));
    source.set("mail/api", r#"{"key": "seventeen"}"#);
    assert_eq!(invoke().await.expect("sent"), sent(4), "it is fresh enough");
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert_eq!(invoke().await.expect("sent"), sent(9));
    source.throttle("mail/api");
    tokio::time::sleep(Duration::from_mins(10)).await;
    let error = invoke().await.expect_err("too old");
    assert!(error.to_string().contains("longer than the program allows"), "{error}");
}
