//! Whether to publish a fetched version: a pure function of the published version, the fetched one, and the time.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use super::clock::Timestamp;
use crate::secret::AWSCURRENT;
use crate::source::Fetched;

/// A version without its value.
#[derive(Clone)]
pub struct Version {
    pub id: Option<Arc<str>>,
    /// A hash of the text under a key of this process, for versions that an id does not identify: the source has no
    /// ids, or a fallback gave the version, whose ids may differ from the source's. Zero otherwise.
    fingerprint: u64,
    pub stages: Arc<[String]>,
    pub created: Option<SystemTime>,
    pub fetched: SystemTime,
}

impl Version {
    pub fn of(fetched: &Fetched, now: Timestamp) -> Self {
        Self {
            id: fetched.version_id().map(Arc::from),
            fingerprint: fingerprint(fetched),
            stages: stages(fetched.stages()),
            created: fetched.created(),
            fetched: now.wall,
        }
    }

    /// A version of which only the id is known, if anything.
    pub fn unknown(id: Option<Arc<str>>, now: Timestamp) -> Self {
        Self { id, fingerprint: 0, stages: Arc::default(), created: None, fetched: now.wall }
    }

    /// The one that was created first. Without dates it is the last one, so derived values come after what they derive
    /// from.
    pub fn oldest(versions: impl IntoIterator<Item = Self>) -> Option<Self> {
        versions.into_iter().reduce(|one, other| match one.created.zip(other.created) {
            Some((one_created, other_created)) if one_created <= other_created => one,
            _ => other,
        })
    }

    pub fn is(&self, fetched: &Fetched) -> bool {
        let is_same_text = || self.fingerprint == hash(fetched.expose_text());
        match (&self.id, fetched.version_id()) {
            (Some(id), Some(other)) => **id == *other && (self.fingerprint == 0 || is_same_text()),
            (None, None) => is_same_text(),
            _ => false,
        }
    }

    pub fn is_same(&self, other: &Self) -> bool {
        let is_told_by_id = self.id.is_some() && (self.fingerprint == 0 || other.fingerprint == 0);
        self.id == other.id && (is_told_by_id || self.fingerprint == other.fingerprint)
    }
}

/// The fingerprint is not shown: it was made from the text.
impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Version").field("id", &self.id).field("stages", &self.stages).finish_non_exhaustive()
    }
}

/// Nearly all versions share the same labels.
fn stages(labels: &[String]) -> Arc<[String]> {
    static CURRENT: OnceLock<Arc<[String]>> = OnceLock::new();
    match labels {
        [label] if label == AWSCURRENT => Arc::clone(CURRENT.get_or_init(|| labels.into())),
        labels => labels.into(),
    }
}

fn fingerprint(fetched: &Fetched) -> u64 {
    match fetched.version_id() {
        Some(_) if !fetched.is_fallback() => 0,
        _ => hash(fetched.expose_text()),
    }
}

fn hash(text: &str) -> u64 {
    static KEY: OnceLock<RandomState> = OnceLock::new();
    KEY.get_or_init(RandomState::new).hash_one(text)
}

/// Why the source was polled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// A poll was due, or a value is older than `fresh` allows.
    Scheduled,
    /// A login failed, in `attempt`.
    Retried,
    /// The program called `refresh`.
    Forced,
}

impl Trigger {
    /// Whether the program demanded the poll: only these polls are rate-limited.
    pub fn is_demanded(self) -> bool {
        self != Self::Scheduled
    }
}

/// A version older than the published one, and since when the source has returned it.
#[derive(Debug, Clone)]
pub struct UnconfirmedRollback {
    pub version: Version,
    pub since: Timestamp,
}

/// What to do with a fetched version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Unchanged,
    Accept,
    /// It may be an echo of eventual consistency or a rollback: a second read has to confirm it.
    AwaitConfirmation,
    /// A fallback source returned it, and it is not known to be newer.
    Ignore,
}

/// How long the source has to return an older version before it counts as a rollback.
pub const CONFIRMATION: Duration = Duration::from_secs(15);

/// The state of a view that the decision depends on.
pub struct Standing<'a> {
    pub published: &'a Version,
    pub unconfirmed: Option<&'a UnconfirmedRollback>,
    /// Versions that this view published and replaced.
    pub superseded: &'a Superseded,
}

/// Whether a view publishes a fetched version.
pub fn decide(standing: &Standing<'_>, fetched: &Fetched, trigger: Trigger, now: Timestamp) -> Decision {
    let Standing { published, unconfirmed, superseded } = standing;
    let order = published.created.zip(fetched.created()).map(|(ours, theirs)| theirs.cmp(&ours));
    let since = unconfirmed.filter(|rollback| rollback.version.is(fetched)).map(|rollback| rollback.since);
    let is_confirmed = trigger == Trigger::Forced || since.is_some_and(|since| since.age(now) >= CONFIRMATION);
    match () {
        () if published.is(fetched) => Decision::Unchanged,
        // A fallback never replaces a newer value, and never confirms a rollback.
        () if fetched.is_fallback() => {
            let is_newer = order == Some(Ordering::Greater) && !superseded.contains(fetched);
            if is_newer { Decision::Accept } else { Decision::Ignore }
        }
        () if order == Some(Ordering::Less) && !is_confirmed => Decision::AwaitConfirmation,
        () => Decision::Accept,
    }
}

/// The last versions that were published and replaced.
#[derive(Debug, Default)]
pub struct Superseded(Vec<u64>);

impl Superseded {
    const MOST: usize = 32;

    pub fn add(&mut self, version: &Version) {
        if let Some(id) = &version.id {
            if self.0.len() >= Self::MOST {
                self.0.remove(0);
            }
            self.0.push(hash(id));
        }
    }

    fn contains(&self, fetched: &Fetched) -> bool {
        fetched.version_id().is_some_and(|id| self.0.contains(&hash(id)))
    }
}

#[cfg(test)]
mod tests {
    use super::Decision::{Accept, AwaitConfirmation, Ignore, Unchanged};
    use super::Trigger::{Forced, Retried, Scheduled};
    use super::*;
    use crate::error::ErrorKind;
    use crate::source::SourceError;

    fn fetched(id: &str, created: u64) -> Fetched {
        Fetched::new(format!("text of {id}"))
            .with_version_id(id)
            .with_created(SystemTime::UNIX_EPOCH + Duration::from_secs(created))
    }

    fn standing(published: &Version) -> Standing<'_> {
        static NONE: Superseded = Superseded(Vec::new());
        Standing { published, unconfirmed: None, superseded: &NONE }
    }

    #[test]
    fn a_version_is_judged_by_its_id_its_age_and_how_long_it_stays() {
        let now = Timestamp::now();
        let later = |seconds| now.after(Duration::from_secs(seconds));
        let published = Version::of(&fetched("b", 20), now);
        let rollback = UnconfirmedRollback { version: Version::of(&fetched("a", 10), now), since: now };
        let decide = |id, created, unconfirmed: Option<&UnconfirmedRollback>, trigger, now| {
            super::decide(&Standing { unconfirmed, ..standing(&published) }, &fetched(id, created), trigger, now)
        };
        assert_eq!(decide("b", 20, None, Scheduled, now), Unchanged);
        assert_eq!(decide("b", 20, Some(&rollback), Scheduled, later(60)), Unchanged);
        assert_eq!(decide("c", 30, None, Scheduled, now), Accept);
        assert_eq!(decide("c", 20, None, Scheduled, now), Accept, "made within the same second");
        assert_eq!(decide("a", 10, None, Scheduled, now), AwaitConfirmation);
        assert_eq!(decide("a", 10, None, Retried, now), AwaitConfirmation, "just after a rotation it is an echo");
        assert_eq!(decide("a", 10, Some(&rollback), Scheduled, later(14)), AwaitConfirmation);
        assert_eq!(decide("a", 10, Some(&rollback), Scheduled, later(15)), Accept);
        assert_eq!(decide("z", 5, Some(&rollback), Scheduled, later(60)), AwaitConfirmation, "another version");
        assert_eq!(decide("a", 10, None, Forced, now), Accept);
    }

    #[test]
    fn without_a_date_every_other_version_is_newer() {
        let now = Timestamp::now();
        let published = Version::of(&fetched("b", 20), now);
        let other = Fetched::new("x").with_version_id("a");
        assert_eq!(decide(&standing(&published), &other, Scheduled, now), Accept);
    }

    #[test]
    fn a_fallback_is_believed_only_where_it_is_newer() {
        let now = Timestamp::now();
        let published = Version::of(&fetched("b", 20), now);
        let rollback = UnconfirmedRollback { version: Version::of(&fetched("a", 10), now), since: now };
        let mut superseded = Superseded::default();
        superseded.add(&Version::of(&fetched("d", 40), now));
        let decide = |fetched: Fetched| {
            let fetched = fetched.fallback(SourceError::new(ErrorKind::Throttled, ""));
            let standing = Standing { published: &published, unconfirmed: Some(&rollback), superseded: &superseded };
            let later = now.after(2 * CONFIRMATION);
            super::decide(&standing, &fetched, Forced, later)
        };
        assert_eq!(decide(fetched("b", 20)), Unchanged);
        assert_eq!(decide(fetched("c", 30)), Accept);
        assert_eq!(decide(fetched("c", 20)), Ignore, "as old");
        assert_eq!(decide(fetched("a", 10)), Ignore, "a lagging replica confirms no rollback");
        assert_eq!(decide(fetched("d", 40)), Ignore, "it was published before, and rolled back");
        assert_eq!(decide(Fetched::new("x").with_version_id("x")), Ignore, "without a date");
        assert_eq!(decide(Fetched::new("x")), Ignore, "a file");
    }

    #[test]
    fn without_an_id_the_text_tells_versions_apart_and_is_not_shown() {
        let now = Timestamp::now();
        let published = Version::of(&Fetched::new("one"), now);
        let decide = |text: &str| super::decide(&standing(&published), &Fetched::new(text), Scheduled, now);
        assert_eq!((decide("one"), decide("two")), (Unchanged, Accept));
        assert_eq!(format!("{published:?}"), "Version { id: None, stages: [], .. }");
    }
}
