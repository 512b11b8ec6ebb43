//! Keeping secrets fresh: what is fetched when, by whom, and what becomes of it.
//!
//! [`Hub`] is what all handles of a `Secrets` share. An [`Entry`] is one fetched secret; each typed view of it is offered
//! every version and judges for itself. A look at the source is a shared future: whoever needs one joins the one under way,
//! and whoever polls it drives it, so that nothing depends on the background task being there.

mod accept;
mod entry;
mod hub;
mod moment;
pub(crate) mod observe;
mod schedule;
mod task;

#[cfg(feature = "testing")]
pub(crate) use accept::CONFIRMATION;
pub(crate) use accept::{How, Judgement, Suspect, Version, judge};
pub(crate) use entry::{Entry, Look, Looked, Standing, View};
pub(crate) use hub::{Background, Hub, Settings, Start};
pub(crate) use moment::Moment;
pub(crate) use schedule::{INTERVAL, backoff};
