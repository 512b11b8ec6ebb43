//! Tests the service with secrets in memory and without a database.

use std::fmt;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use metrics_exporter_prometheus::PrometheusBuilder;
use secrets_runtime::Secrets;
use secrets_runtime::source::Memory;
use secrets_service_template::{Database, OrdersDb, router};
use tower::ServiceExt;

/// A database that rejects the host `stranger`, and whose number of orders is the length of the host's name.
struct Fake(i64);

#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refused {}

impl Database for Fake {
    type Error = Refused;

    async fn connect(db: &OrdersDb) -> Result<Self, Refused> {
        match db.host.as_str() {
            "stranger" => Err(Refused),
            host => Ok(Self(i64::try_from(host.len()).expect("a short name"))),
        }
    }

    async fn orders(&self) -> Result<i64, Refused> {
        Ok(self.0)
    }

    fn is_login(_: &Refused) -> bool {
        true
    }
}

fn document(host: &str) -> String {
    format!(r#"{{"username": "u", "password": "p", "host": "{host}", "dbname": "orders"}}"#)
}

async fn service(source: &Memory) -> Router {
    let secrets = Secrets::builder().placeholder("APP_ENV", "test").build(source.clone());
    let metrics = PrometheusBuilder::new().build_recorder().handle();
    router::<Fake>(secrets, metrics).await.expect("it starts")
}

async fn get(router: &Router, path: &str) -> (StatusCode, String) {
    let request = Request::get(path).body(Body::empty()).expect("a request");
    let response = router.clone().oneshot(request).await.expect("an answer");
    let status = response.status();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test(start_paused = true)]
async fn a_rotation_is_followed_and_a_version_that_does_not_log_in_is_not() {
    let source = Memory::new().with("test/orders/db", document("abc"));
    let service = service(&source).await;
    assert_eq!(get(&service, "/orders").await, (StatusCode::OK, "3 orders\n".to_owned()));

    source.set("test/orders/db", document("abcde"));
    tokio::time::sleep(std::time::Duration::from_mins(2)).await; // of simulated time
    assert_eq!(get(&service, "/orders").await.1, "5 orders\n");

    source.set("test/orders/db", document("stranger"));
    tokio::time::sleep(std::time::Duration::from_mins(2)).await;
    assert_eq!(get(&service, "/orders").await.1, "5 orders\n");
    assert_eq!(get(&service, "/ready").await.0, StatusCode::OK, "an alarm, and no reason to restart");
    let health = get(&service, "/health").await.1;
    assert!(health.starts_with("degraded"), "{health}");
}

#[tokio::test]
async fn it_is_live_and_ready_and_has_metrics() {
    let service = service(&Memory::new().with("test/orders/db", document("abc"))).await;
    for path in ["/live", "/ready", "/health", "/metrics"] {
        assert_eq!(get(&service, path).await.0, StatusCode::OK, "{path}");
    }
}

/// The README contains this service.
#[test]
fn the_readme_shows_it_word_for_word() {
    let service = include_str!("../src/lib.rs");
    let at = service.find("/// The routes, once").expect("the routes");
    assert!(include_str!("../../../README.md").contains(&format!("```rust,ignore\n{}```", &service[at..])));
}
