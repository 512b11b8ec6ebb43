//! Live secrets: values that follow their secrets.
//!
//! Polling: a [`poller`] decides when the source is polled, in how many calls and on which runtime; a [`polled`] secret
//! hands each answer to its subscribers. Every poll is a numbered task ([`run`]); a caller that waits for one never
//! drives it.
//!
//! Reading: a live value ([`state`]) publishes what it accepts ([`accept`], [`publish`]); derived values ([`map`],
//! [`previous`]) follow. A [`handle`] is what the program holds.
//!
//! Lock order: a run in flight, then its secret or node, then a view or the poller. No foreign code runs under a lock:
//! the effects of a change are collected, and emitted after the lock is released ([`effects`]).
//! the effects of a change are collected, and emitted after the lock is released ([`effects`]).
#![allow(missing_debug_implementations, reason = "what is private in here holds values, and is never printed")]

mod accept;
mod agenda;
mod attempt;
mod calls;
mod changes;
mod clock;
mod effects;
mod fetch;
mod handle;
mod health;
mod lease;
mod life;
mod map;
mod pending;
mod polled;
mod poller;
mod previous;
mod publish;
mod queue;
mod registry;
mod run;
mod schedule;
mod secret_health;
mod settings;
#[cfg(test)]
mod simulation;
mod snapshot;
mod start;
mod state;
mod subscriber;
mod telemetry;
#[cfg(test)]
mod tests;
mod ticket;
mod wait;

#[cfg(feature = "testing")]
pub use accept::CONFIRMATION;
pub use attempt::Retry;
pub use changes::Changes;
#[cfg(feature = "serde")]
pub use clock::unix_seconds;
pub use fetch::fetch;
pub use handle::{Live, Refreshed, TryMap};
pub use health::{Health, Status};
pub use map::MapError;
pub use pending::Pending;
pub use previous::Versions;
pub use registry::Registry;
pub use secret_health::{HealthState, SecretHealth};
pub use settings::{Background, Settings, Start};
pub use snapshot::Snapshot;
pub use start::{AnyStarting, Starting, deadline, first_polls};
pub use telemetry::no_background_task;
