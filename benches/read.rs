//! Reading a live secret, compared with the primitive it is built on, with other ways to store it, and with the official cache, which
//! stores text that a program parses on each read.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use aws_secretsmanager_caching::SecretsManagerCachingClient;
use futures_util::FutureExt;
use secrets_runtime::{Live, Secret, Secrets, source::Memory};
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::contest::{Contest, Count};
use crate::server::Server;

#[derive(Secret, serde::Deserialize)]
#[secret(id = "secret/db")]
struct Db {
    port: u16,
}

const ID: &str = "secret/db";
const DOCUMENT: &str = r#"{"username": "orders", "password": "0123456789abcdef", "host": "db.internal", "port": 5432}"#;

/// Prints read times on one thread and on two.
pub fn times() {
    let kept = Kept::new();
    for threads in [1, 2] {
        kept.field().times(threads);
        kept.snapshot().times(threads);
    }
}

/// Prints allocations of reads; ours must be zero.
pub fn allocations(count: Count<'_>) {
    let kept = Kept::new();
    kept.field().allocations(count, Some(0));
    kept.snapshot().allocations(count, Some(0));
}

/// One secret, stored in each of the ways.
struct Kept {
    live: Live<Db>,
    bare: ArcSwap<Db>,
    watched: watch::Receiver<Arc<Db>>,
    cache: SecretsManagerCachingClient,
    _runtime: Runtime,
    _watch: watch::Sender<Arc<Db>>,
}

impl Kept {
    fn new() -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let secrets = Secrets::new(Memory::new().with(ID, DOCUMENT));
        let live = runtime.block_on(secrets.live::<Db>()).expect("live");
        let (watch, watched) = watch::channel(Arc::new(Db { port: 5432 }));
        let cache = runtime.block_on(filled_cache());
        Self { live, bare: ArcSwap::from_pointee(Db { port: 5432 }), watched, cache, _runtime: runtime, _watch: watch }
    }

    fn field(&self) -> Contest<'_> {
        Contest::new("read a field")
            .enter("`Live::read`", || self.live.read(|db| db.port))
            .enter("bare `ArcSwap::load`", || self.bare.load().port)
            .enter("`watch::Receiver::borrow`", || self.watched.borrow().port)
            .enter("official cache, a hit", || self.hit())
            .enter("official cache, a hit, parsed with `serde_json`", || parse(&self.hit()).port)
            .promises(&[1.1])
    }

    fn snapshot(&self) -> Contest<'_> {
        Contest::new("take a snapshot")
            .enter("`Live::current`", || self.live.current())
            .enter("bare `ArcSwap::load_full`", || self.bare.load_full())
            .enter("`watch::Receiver::borrow`, cloned `Arc`", || Arc::clone(&self.watched.borrow()))
            .enter("official cache, a hit, parsed with `serde_json`", || parse(&self.hit()))
            .promises(&[1.1])
    }

    /// Polls the future once, without a runtime.
    fn hit(&self) -> String {
        let got = self.cache.get_secret_value(ID, None, None, false).now_or_never();
        got.and_then(Result::ok).and_then(|secret| secret.secret_string).expect("it is in the cache")
    }
}

fn parse(text: &str) -> Db {
    serde_json::from_str(text).expect("valid")
}

async fn filled_cache() -> SecretsManagerCachingClient {
    let server = Server::start(DOCUMENT, Duration::ZERO).await;
    let client = aws_sdk_secretsmanager::Client::new(&server.sdk_config());
    let cache = SecretsManagerCachingClient::new(client, NonZeroUsize::MIN, Duration::from_hours(1), false);
    let cache = cache.expect("a cache");
    cache.get_secret_value(ID, None, None, false).await.expect("the server answers");
    cache
}
