//! The secrets of one `Secrets`: one entry for each id and selector, however many types are read from it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, Weak};

use super::polled::PolledSecret;
use super::poller::Poller;
use super::settings::Settings;
use crate::source::{AnySource, Request};
use crate::sync::lock;

pub struct Registry {
    pub poller: Arc<Poller>,
    secrets: Mutex<Secrets>,
}

#[derive(Default)]
struct Secrets {
    entries: BTreeMap<Request, Weak<PolledSecret>>,
    /// The number of entries at which dead ones are removed.
    threshold: usize,
}

impl Registry {
    pub fn new(source: Box<dyn AnySource>, settings: Settings) -> Self {
        Self { poller: Arc::new(Poller::new(source, settings)), secrets: Mutex::default() }
    }

    /// The single entry for a secret and selector.
    pub fn secret(&self, request: &Request) -> Arc<PolledSecret> {
        let mut secrets = lock(&self.secrets);
        if let Some(secret) = secrets.entries.get(request).and_then(Weak::upgrade) {
            return secret;
        }
        let secret = PolledSecret::new(&self.poller, request.clone());
        secrets.entries.insert(request.clone(), Arc::downgrade(&secret));
        if secrets.entries.len() > secrets.threshold {
            secrets.entries.retain(|_, secret| secret.strong_count() > 0);
            secrets.threshold = 2 * secrets.entries.len();
        }
        secret
    }

    /// All live entries, ordered by id.
    pub fn all(&self) -> Vec<Arc<PolledSecret>> {
        lock(&self.secrets).entries.values().filter_map(Weak::upgrade).collect()
    }
}
