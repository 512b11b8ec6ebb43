//! A loopback proxy that records every call and can answer instead of the service.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::header::HeaderMap;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, client, server};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;
use tokio::task::AbortHandle;

/// A proxy. Stops when this value is dropped.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: AbortHandle,
}

struct Shared {
    upstream: Option<SocketAddr>,
    answer: Box<Answer>,
    calls: Mutex<Vec<Call>>,
    /// How many calls must be in flight before they are answered.
    together: Barrier,
    latency: Duration,
    under_way: AtomicUsize,
    most_at_once: AtomicUsize,
}

type Answer = dyn Fn(&Call) -> Option<Reply> + Send + Sync;

/// A recorded call.
#[derive(Debug, Clone)]
pub struct Call {
    /// `GetSecretValue`, or the path if there is no operation.
    pub operation: String,
    /// The headers of the request.
    pub headers: HeaderMap,
    /// The body of the request.
    pub body: String,
}

/// A response sent instead of the service's.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    body: String,
    end: End,
}

/// How a response ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Whole,
    /// The connection breaks in the middle of the response.
    Broken,
    /// The response never starts.
    Never,
}

impl Reply {
    /// A complete response.
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, body: body.into(), end: End::Whole }
    }

    /// Sends the start of a response and then closes the connection; no response at all if `body` is empty.
    #[must_use]
    pub fn broken(body: impl Into<String>) -> Self {
        Self { end: End::Broken, ..Self::new(200, body) }
    }

    /// Never responds.
    #[must_use]
    pub fn never() -> Self {
        Self { end: End::Never, ..Self::new(200, "") }
    }

    /// An error in the service's format.
    #[must_use]
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Self::new(status, format!(r#"{{"__type":"{code}","message":"{message}"}}"#))
    }
}

impl Proxy {
    /// Starts a proxy in front of `upstream` that consults `answer` first.
    ///
    /// # Panics
    /// If there is no free port.
    pub async fn start(
        upstream: Option<SocketAddr>,
        answer: impl Fn(&Call) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        Self::bind(upstream, Box::new(answer), 1).await
    }

    /// Starts a server that answers each call after a delay.
    pub async fn answering_after(latency: Duration, answer: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Self {
        Self::bind_slow(None, Box::new(move |call| Some(answer(call))), 1, latency).await
    }

    async fn bind(upstream: Option<SocketAddr>, answer: Box<Answer>, together: usize) -> Self {
        Self::bind_slow(upstream, answer, together, Duration::ZERO).await
    }

    async fn bind_slow(upstream: Option<SocketAddr>, answer: Box<Answer>, together: usize, latency: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let shared = Arc::new(Shared {
            upstream,
            answer,
            calls: Mutex::default(),
            together: Barrier::new(together),
            latency,
            under_way: AtomicUsize::new(0),
            most_at_once: AtomicUsize::new(0),
        });
        let task = tokio::spawn(serve(listener, Arc::clone(&shared))).abort_handle();
        Self { address, shared, task }
    }

    /// Starts a proxy that only records.
    pub async fn watching(upstream: SocketAddr) -> Self {
        Self::start(Some(upstream), |_| None).await
    }

    /// Starts a server that gives every call the same response.
    pub async fn answering(reply: Reply) -> Self {
        Self::start(None, move |_| Some(reply.clone())).await
    }

    /// Starts a server that answers only once `together` calls are in flight, with the same response.
    pub async fn answering_together(together: usize, reply: Reply) -> Self {
        Self::bind(None, Box::new(move |_| Some(reply.clone())), together).await
    }

    /// The address in the form of `AWS_ENDPOINT_URL`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The calls recorded so far.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.shared.calls().clone()
    }

    /// The maximum number of concurrent calls so far.
    #[must_use]
    pub fn most_at_once(&self) -> usize {
        self.shared.most_at_once.load(Ordering::SeqCst)
    }

    /// How often an operation has been called so far.
    #[must_use]
    pub fn count(&self, operation: &str) -> usize {
        self.shared.calls().iter().filter(|call| call.operation == operation).count()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({})", self.address)
    }
}

impl Shared {
    fn calls(&self) -> MutexGuard<'_, Vec<Call>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        let service = service_fn(move |request| respond(Arc::clone(&shared), request));
        // A client that hangs up is not an error of the proxy.
        tokio::spawn(server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn respond(shared: Arc<Shared>, request: Request<hyper::body::Incoming>) -> Result<Response<Body>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let exchange = Exchange { request: Request::from_parts(head, Full::new(body.clone())) };
    let call = exchange.call(&body);
    shared.most_at_once.fetch_max(shared.under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
    shared.together.wait().await;
    if !shared.latency.is_zero() {
        tokio::time::sleep(shared.latency).await;
    }
    let reply = (shared.answer)(&call);
    shared.calls().push(call);
    let (status, body, end) = match (reply, shared.upstream) {
        (Some(Reply { status, body, end }), _) => (StatusCode::from_u16(status).unwrap_or_default(), body, end),
        (None, Some(upstream)) => exchange.send(upstream).await,
        (None, None) => (StatusCode::BAD_GATEWAY, String::new(), End::Whole),
    };
    if end == End::Never {
        std::future::pending::<()>().await;
    }
    shared.under_way.fetch_sub(1, Ordering::SeqCst);
    let mut response = Response::new(self::body(body, end));
    *response.status_mut() = status;
    response.headers_mut().insert("x-amzn-requestid", hyper::header::HeaderValue::from_static("0a1b2c3d-4e5f"));
    Ok(response)
}

type Body = BoxBody<Bytes, io::Error>;

fn body(text: String, end: End) -> Body {
    let beginning = if text.is_empty() { Duration::ZERO } else { Duration::from_millis(20) };
    let whole = Full::new(Bytes::from(text)).map_err(|never| match never {});
    if end == End::Whole {
        return whole.boxed();
    }
    let pieces = whole.into_data_stream().map_ok(Frame::data);
    let broken = stream::once(async move {
        // Sends the start of the response first, if there is one.
        if !beginning.is_zero() {
            tokio::time::sleep(beginning).await;
        }
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    });
    BodyExt::boxed(StreamBody::new(pieces.chain(broken)))
}

/// A request with its response.
pub(crate) struct Exchange {
    request: Request<Full<Bytes>>,
}

impl Exchange {
    pub(crate) fn post(path: &str, body: &str, headers: &[(&str, &str)]) -> Self {
        let mut request = Request::post(path).header("host", "localhost");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Self { request: request.body(Full::new(Bytes::from(body.to_owned()))).expect("a request") }
    }

    fn call(&self, body: &Bytes) -> Call {
        let headers = self.request.headers().clone();
        let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        let operation = target.and_then(|target| target.rsplit('.').next()).unwrap_or(self.request.uri().path());
        Call { operation: operation.to_owned(), body: String::from_utf8_lossy(body).into_owned(), headers }
    }

    /// Sends it over a new connection.
    async fn send(self, to: SocketAddr) -> (StatusCode, String, End) {
        match self.exchange(to).await {
            Some((status, text)) => (status, text, End::Whole),
            // The server is restarting.
            None => (StatusCode::OK, String::new(), End::Broken),
        }
    }

    /// Sends it; `None` if the server does not answer.
    pub(crate) async fn exchange(self, to: SocketAddr) -> Option<(StatusCode, String)> {
        let stream = TcpStream::connect(to).await.ok()?;
        let (mut sender, connection) = client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(connection);
        let response = sender.send_request(self.request).await.ok()?;
        let status = response.status();
        let body = response.into_body().collect().await.ok()?.to_bytes();
        Some((status, String::from_utf8_lossy(&body).into_owned()))
    }
}
