//! A loopback server that answers like the service, after a delay, and counts calls.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_sdk_secretsmanager::config::{Credentials, SharedCredentialsProvider};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, server};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

/// A server. Stops when this value is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: AbortHandle,
}

#[derive(Debug)]
struct Shared {
    document: String,
    latency: Duration,
    version: AtomicU64,
    calls: AtomicU64,
    /// Calls of `DescribeSecret`, which return no value.
    descriptions: AtomicU64,
}

impl Server {
    /// Starts a server on which every secret has this text.
    pub(crate) async fn start(document: &str, latency: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let document = document.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n");
        let (version, calls, descriptions) = (AtomicU64::new(1), AtomicU64::new(0), AtomicU64::new(0));
        let shared = Arc::new(Shared { document, latency, version, calls, descriptions });
        let task = tokio::spawn(serve(listener, Arc::clone(&shared))).abort_handle();
        Self { address, shared, task }
    }

    /// The number of calls so far.
    pub(crate) fn calls(&self) -> u64 {
        self.shared.calls.load(Ordering::Relaxed)
    }

    /// The number of `DescribeSecret` calls so far.
    pub(crate) fn descriptions(&self) -> u64 {
        self.shared.descriptions.load(Ordering::Relaxed)
    }

    /// Gives every secret a new version.
    pub(crate) fn rotate(&self) {
        self.shared.version.fetch_add(1, Ordering::Relaxed);
    }

    /// The configuration for a client of this server.
    pub(crate) fn sdk_config(&self) -> SdkConfig {
        let credentials = Credentials::new("bench", "bench", None, None, "benches");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::disabled())
            .endpoint_url(format!("http://{}", self.address))
            .build()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        let service = service_fn(move |request| respond(Arc::clone(&shared), request));
        tokio::spawn(server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn respond(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.rsplit('.').next()).unwrap_or_default().to_owned();
    let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    shared.calls.fetch_add(1, Ordering::Relaxed);
    if operation == "DescribeSecret" {
        shared.descriptions.fetch_add(1, Ordering::Relaxed);
    }
    if !shared.latency.is_zero() {
        tokio::time::sleep(shared.latency).await;
    }
    let answer = shared.answer(&operation, &String::from_utf8_lossy(&body));
    Ok(Response::new(Full::new(Bytes::from(answer))))
}

impl Shared {
    /// Finds the ids in a request by their common prefix.
    fn answer(&self, operation: &str, body: &str) -> String {
        let version = format!("version-{}-of-a-secret-of-the-benches", self.version.load(Ordering::Relaxed));
        let ids = body.split('"').filter(|piece| piece.starts_with("secret/"));
        let about = |id: &str| format!(r#""ARN":"{id}-AbCdEf","Name":"{id}""#);
        let secret = |id: &str| {
            format!(
                r#"{{{},"VersionId":"{version}","VersionStages":["AWSCURRENT"],"CreatedDate":1.7e9,"SecretString":"{}"}}"#,
                about(id),
                self.document
            )
        };
        let described = |id: &str| format!(r#"{{{},"VersionIdsToStages":{{"{version}":["AWSCURRENT"]}}}}"#, about(id));
        match operation {
            "BatchGetSecretValue" => {
                format!(r#"{{"SecretValues":[{}],"Errors":[]}}"#, ids.map(secret).collect::<Vec<_>>().join(","))
            }
            "DescribeSecret" => ids.map(described).collect(),
            _ => ids.map(secret).collect(),
        }
    }
}
