//! Runs the emulator.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use aws_sdk_secretsmanager::Client;

use crate::install::tools;
use crate::proxy::Exchange;
use crate::{REGION, sdk_config};

/// A Secrets Manager API on loopback. Stops when this value is dropped or the process ends.
#[derive(Debug)]
pub struct Emulator {
    child: Child,
    address: SocketAddr,
}

impl Emulator {
    /// The emulator shared within this test program, running while anyone holds it. Tests use distinct names for their secrets.
    ///
    /// # Panics
    /// With a sentence that says what to install.
    #[must_use]
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Emulator>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let started = Arc::new(Self::start());
            *shared = Arc::downgrade(&started);
            started
        })
    }

    /// Starts a separate emulator.
    ///
    /// # Panics
    /// With a sentence that says what to install.
    #[must_use]
    pub fn start() -> Self {
        Self::run("emulator.py")
    }

    /// Starts an emulator that also implements CloudFormation, including secrets.
    ///
    /// # Panics
    /// With a sentence that says what to install.
    #[must_use]
    pub fn with_cloudformation() -> Self {
        Self::run("emulator_with_cloudformation.py")
    }

    fn run(script: &str) -> Self {
        let mut child = tools()
            .script(script)
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("the installed Python starts");
        let log = BufReader::new(child.stderr.take().expect("standard error is piped"));
        let address = address(log);
        Self { child, address }
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address in the form of `AWS_ENDPOINT_URL`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// An official client for filling it.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(&sdk_config(&self.endpoint()))
    }

    /// Creates a text secret and returns its ARN.
    ///
    /// # Panics
    /// If the emulator refuses.
    pub async fn create(&self, name: &str, text: &str) -> String {
        let created = self.client().create_secret().name(name).secret_string(text).send().await;
        created.expect("created").arn.expect("an ARN")
    }

    /// Posts a form to the IAM API, without needing its client, and returns the response.
    ///
    /// # Panics
    /// If the emulator refuses.
    pub async fn iam(&self, form: &str) -> String {
        self.form("us-east-1/iam", form).await
    }

    /// Posts a form to the CloudFormation API and returns the response.
    ///
    /// # Panics
    /// If the emulator refuses.
    pub async fn cloudformation(&self, form: &str) -> String {
        self.form(&format!("{REGION}/cloudformation"), form).await
    }

    /// Posts JSON to the ECS API and returns the response.
    ///
    /// # Panics
    /// If the emulator refuses.
    pub async fn ecs(&self, operation: &str, json: &str) -> String {
        let authorization = authorization(&format!("{REGION}/ecs"));
        let target = format!("AmazonEC2ContainerServiceV20141113.{operation}");
        let headers = [
            ("authorization", &*authorization),
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", &*target),
        ];
        self.post(Exchange::post("/", json, &headers)).await
    }

    async fn form(&self, scope: &str, form: &str) -> String {
        let authorization = authorization(scope);
        let headers = [("authorization", &*authorization), ("content-type", "application/x-www-form-urlencoded")];
        self.post(Exchange::post("/", form, &headers)).await
    }

    /// Starts to check permissions.
    ///
    /// # Panics
    /// If the emulator refuses.
    pub async fn enforce_permissions(&self) {
        self.post(Exchange::post("/moto-api/reset-auth", "0", &[("content-type", "text/plain")])).await;
    }

    /// Stops checking permissions.
    ///
    /// # Panics
    /// If the emulator refuses.
    pub async fn suspend_permissions(&self) {
        self.post(Exchange::post("/moto-api/reset-auth", "1000000", &[("content-type", "text/plain")])).await;
    }

    /// Deletes everything, as a restart would.
    ///
    /// # Panics
    /// If the emulator refuses.
    pub async fn restart_empty(&self) {
        self.post(Exchange::post("/moto-api/reset", "", &[])).await;
    }

    async fn post(&self, exchange: Exchange) -> String {
        let (status, answer) = exchange.exchange(self.address).await.expect("the emulator answers");
        assert!(status.is_success(), "{status}: {answer}");
        answer
    }
}

/// The header that tells the emulator the region and service of a request.
fn authorization(scope: &str) -> String {
    format!("AWS4-HMAC-SHA256 Credential=test/20260101/{scope}/aws4_request, SignedHeaders=host, Signature=0")
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // Fails only if the process has already exited.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for the line with the address, then keeps draining the output so that the emulator does not block.
fn address(log: impl BufRead + Send + 'static) -> SocketAddr {
    let mut lines = log.lines().map_while(Result::ok);
    let address = lines.by_ref().find_map(|line| line.split_once("http://")?.1.trim().parse().ok());
    std::thread::spawn(move || lines.for_each(drop));
    address.expect("the emulator says where it listens")
}
