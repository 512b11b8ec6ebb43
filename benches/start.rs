//! The start of a program with many secrets, against a service that answers each call after a delay.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_secretsmanager_caching::SecretsManagerCachingClient;
use futures_util::future::join_all;
use secrets_runtime::{
    Secret, SecretString, Secrets,
    source::{Aws, Batch},
};

use crate::rows::{self, Row};
use crate::server::Server;

#[derive(Secret)]
#[expect(dead_code, reason = "fetching is what is measured")]
struct Db {
    username: String,
    password: SecretString,
    host: String,
    port: u16,
}

#[derive(serde::Deserialize)]
#[expect(dead_code, reason = "fetching is what is measured")]
struct PlainDb {
    username: String,
    password: String,
    host: String,
    port: u16,
}

const DOCUMENT: &str = r#"{"username": "orders", "password": "0123456789abcdef", "host": "db.internal", "port": 5432}"#;
const LATENCY: Duration = Duration::from_millis(20);
const TURNS: u32 = 3;
/// The maximum number of secrets fetched sequentially; times for more are extrapolated.
const SEQUENTIAL: usize = 100;
/// With this many secrets, ours must be ten times faster than fetching sequentially.
const PROMISED_FOR: usize = 100;

/// Prints the time until all secrets are loaded, and the number of calls.
///
/// # Panics
/// If a benchmark cannot be set up.
pub fn times() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let server = Server::start(DOCUMENT, LATENCY).await;
        for count in [1, 20, 100, 500] {
            start(&server, count).await;
        }
    });
}

/// How the secrets are fetched, each time with a new client.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Ours(Batch),
    SdkOneByOne,
    SdkTogether,
    CacheOneByOne,
    CacheBatches,
}

const WAYS: [Way; 6] = [
    Way::Ours(Batch::Off),
    Way::Ours(Batch::On),
    Way::SdkOneByOne,
    Way::SdkTogether,
    Way::CacheOneByOne,
    Way::CacheBatches,
];

#[derive(Clone, Copy)]
struct Measured {
    seconds: f64,
    calls: u64,
}

async fn start(server: &Server, count: usize) {
    let ids: Vec<String> = (0..count).map(|number| format!("secret/{number}")).collect();
    let mut fastest = [Measured { seconds: f64::INFINITY, calls: 0 }; WAYS.len()];
    for turn in 0..TURNS {
        for (way, fastest) in WAYS.iter().zip(&mut fastest) {
            // Sequential runs vary little and take long, so they are not repeated.
            if turn == 0 || count * way.share(count) <= 20 || !way.is_sequential() {
                let measured = way.measure(server, &ids).await;
                if measured.seconds < fastest.seconds {
                    *fastest = measured;
                }
            }
        }
    }
    let secrets = if count == 1 { "1 secret".to_owned() } else { format!("{count} secrets") };
    rows::title(&format!("start with {secrets}, each call answered after {} ms", LATENCY.as_millis()));
    let slower = fastest[0].seconds.max(fastest[1].seconds);
    for (way, measured) in WAYS.into_iter().zip(fastest) {
        way.row(count, measured, slower).print();
    }
}

impl Way {
    fn is_sequential(self) -> bool {
        matches!(self, Self::SdkOneByOne | Self::CacheOneByOne)
    }

    /// Measures one of this many secrets.
    fn share(self, count: usize) -> usize {
        if self.is_sequential() { count.div_ceil(SEQUENTIAL) } else { 1 }
    }

    async fn measure(self, server: &Server, ids: &[String]) -> Measured {
        let share = self.share(ids.len());
        let (config, calls, begin) = (server.sdk_config(), server.calls(), Instant::now());
        self.run(&config, &ids[..ids.len() / share]).await;
        let share = u32::try_from(share).expect("a few");
        Measured {
            seconds: begin.elapsed().as_secs_f64() * f64::from(share),
            calls: (server.calls() - calls) * u64::from(share),
        }
    }

    fn row(self, count: usize, measured: Measured, slower: f64) -> Row {
        let Measured { seconds, calls } = measured;
        let time = if seconds < 1.0 { format!("{:.0} ms", seconds * 1e3) } else { format!("{seconds:.2} s") };
        let share = match self.share(count) {
            1 => "",
            _ => ", five times what a fifth of them takes",
        };
        let calls = if calls == 1 { "1 call".to_owned() } else { format!("{calls} calls") };
        let row = Row::new(format!("{}{share}", self.name()), format!("{time}, {calls}"));
        match self {
            Self::Ours(_) => row,
            Self::SdkOneByOne if count == PROMISED_FOR => row.ours_to_it(slower / seconds).at_most(0.1),
            Self::SdkTogether if count == PROMISED_FOR => row.ours_to_it(slower / seconds).at_most(1.3),
            _ => row.ours_to_it(slower / seconds),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Ours(Batch::Off) => "`live_many`",
            Self::Ours(_) => "`live_many`, batches on",
            Self::SdkOneByOne => "SDK, one after the other",
            Self::SdkTogether => "SDK, `join_all`",
            Self::CacheOneByOne => "official cache, one after the other",
            Self::CacheBatches => "official cache, its batches of 20, one after the other",
        }
    }

    async fn run(self, config: &SdkConfig, ids: &[String]) {
        match self {
            Self::Ours(batch) => {
                let secrets = Secrets::builder().build(Aws::new(config).batch(batch));
                drop(secrets.live_many::<Db>(ids).await.expect("live"));
            }
            Self::SdkOneByOne => {
                let client = Client::new(config);
                for id in ids {
                    get(&client, id).await;
                }
            }
            Self::SdkTogether => {
                let client = Client::new(config);
                join_all(ids.iter().map(|id| get(&client, id))).await;
            }
            Self::CacheOneByOne => {
                let cache = cache(config);
                for id in ids {
                    get_cached(&cache, id).await;
                }
            }
            Self::CacheBatches => {
                let cache = cache(config);
                for ids in ids.chunks(20) {
                    cache
                        .batch_get_secret_value(Some(ids.to_vec()), None, None, None)
                        .await
                        .expect("the server answers");
                }
                for id in ids {
                    get_cached(&cache, id).await;
                }
            }
        }
    }
}

async fn get(client: &Client, id: &str) -> PlainDb {
    let got = client.get_secret_value().secret_id(id).send().await.expect("the server answers");
    parse(got.secret_string.as_deref())
}

async fn get_cached(cache: &SecretsManagerCachingClient, id: &str) -> PlainDb {
    let got = cache.get_secret_value(id, None, None, false).await.expect("the server answers");
    parse(got.secret_string.as_deref())
}

fn parse(text: Option<&str>) -> PlainDb {
    serde_json::from_str(text.unwrap_or_default()).expect("valid")
}

fn cache(config: &SdkConfig) -> SecretsManagerCachingClient {
    let size = NonZeroUsize::new(1_000).expect("not zero");
    SecretsManagerCachingClient::new(Client::new(config), size, Duration::from_mins(5), false).expect("a cache")
}
