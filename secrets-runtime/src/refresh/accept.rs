//! Whether a fetched version is taken for the newest: a pure function of what is published, what was fetched, and now.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use super::moment::Moment;
use crate::source::Fetched;

/// What is known of a version besides its value.
#[derive(Clone)]
pub(crate) struct Version {
    pub(crate) id: Option<Arc<str>>,
    /// Of the text, under a key of this process, where the source tells no versions apart.
    fingerprint: u64,
    pub(crate) stages: Arc<[String]>,
    pub(crate) created: Option<SystemTime>,
    pub(crate) fetched: SystemTime,
}

impl Version {
    pub(crate) fn of(fetched: &Fetched, now: Moment) -> Self {
        Self {
            id: fetched.version().map(Arc::from),
            fingerprint: fingerprint(fetched),
            stages: fetched.labels().into(),
            created: fetched.creation(),
            fetched: now.wall,
        }
    }

    /// A version of which nothing is known, but for its id perhaps.
    pub(crate) fn unknown(id: Option<Arc<str>>, now: Moment) -> Self {
        Self { id, fingerprint: 0, stages: Arc::default(), created: None, fetched: now.wall }
    }

    pub(crate) fn is(&self, fetched: &Fetched) -> bool {
        match (&self.id, fetched.version()) {
            (Some(id), Some(other)) => **id == *other,
            (None, None) => self.fingerprint == fingerprint(fetched),
            _ => false,
        }
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.id == other.id && self.fingerprint == other.fingerprint
    }
}

/// The fingerprint is not shown: it was made from the text.
impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Version").field("id", &self.id).field("stages", &self.stages).finish_non_exhaustive()
    }
}

fn fingerprint(fetched: &Fetched) -> u64 {
    static KEY: OnceLock<RandomState> = OnceLock::new();
    match fetched.version() {
        Some(_) => 0,
        None => KEY.get_or_init(RandomState::new).hash_one(fetched.text()),
    }
}

/// Why a version was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// It was time, or somebody's attempt failed.
    Routine,
    /// Somebody called `refresh`.
    Explicit,
}

/// A version that is older than the published one, and since when it is fetched in its place.
#[derive(Debug, Clone)]
pub(crate) struct Suspect {
    pub(crate) version: Version,
    pub(crate) since: Moment,
}

/// What to do with a fetched version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judgement {
    Unchanged,
    Accept,
    /// Perhaps an echo of eventual consistency, perhaps a rollback: wait for confirmation.
    Doubt,
}

/// How long an older version has to stay before it counts as a rollback.
pub(crate) const CONFIRMATION: Duration = Duration::from_secs(15);

pub(crate) fn judge(
    published: &Version,
    fetched: &Fetched,
    suspect: Option<&Suspect>,
    how: How,
    now: Moment,
) -> Judgement {
    let is_older = matches!((published.created, fetched.creation()), (Some(ours), Some(theirs)) if theirs < ours);
    let since = suspect.filter(|suspect| suspect.version.is(fetched)).map(|suspect| suspect.since);
    let is_confirmed = how == How::Explicit || since.is_some_and(|since| since.age(now) >= CONFIRMATION);
    match () {
        () if published.is(fetched) => Judgement::Unchanged,
        () if is_older && !is_confirmed => Judgement::Doubt,
        () => Judgement::Accept,
    }
}

#[cfg(test)]
mod tests {
    use super::How::{Explicit, Routine};
    use super::Judgement::{Accept, Doubt, Unchanged};
    use super::*;

    fn fetched(id: &str, created: u64) -> Fetched {
        Fetched::new(format!("text of {id}"))
            .version_id(id)
            .created(SystemTime::UNIX_EPOCH + Duration::from_secs(created))
    }

    #[test]
    fn a_version_is_judged_by_its_id_its_age_and_how_long_it_stays() {
        let now = Moment::now();
        let later = |seconds| now.after(Duration::from_secs(seconds));
        let published = Version::of(&fetched("b", 20), now);
        let suspect = Suspect { version: Version::of(&fetched("a", 10), now), since: now };
        let judge = |id, created, suspect: Option<&Suspect>, how, now| {
            super::judge(&published, &fetched(id, created), suspect, how, now)
        };
        assert_eq!(judge("b", 20, None, Routine, now), Unchanged);
        assert_eq!(judge("b", 20, Some(&suspect), Routine, later(60)), Unchanged);
        assert_eq!(judge("c", 30, None, Routine, now), Accept);
        assert_eq!(judge("c", 20, None, Routine, now), Accept, "made within the same second");
        assert_eq!(judge("a", 10, None, Routine, now), Doubt);
        assert_eq!(judge("a", 10, Some(&suspect), Routine, later(14)), Doubt);
        assert_eq!(judge("a", 10, Some(&suspect), Routine, later(15)), Accept);
        assert_eq!(judge("z", 5, Some(&suspect), Routine, later(60)), Doubt, "another one was suspected");
        assert_eq!(judge("a", 10, None, Explicit, now), Accept);
    }

    #[test]
    fn without_a_date_every_other_version_is_newer() {
        let now = Moment::now();
        let published = Version::of(&fetched("b", 20), now);
        let other = Fetched::new("x").version_id("a");
        assert_eq!(judge(&published, &other, None, How::Routine, now), Judgement::Accept);
    }

    #[test]
    fn without_an_id_the_text_tells_versions_apart_and_is_not_shown() {
        let now = Moment::now();
        let published = Version::of(&Fetched::new("one"), now);
        let judge = |text: &str| super::judge(&published, &Fetched::new(text), None, How::Routine, now);
        assert_eq!((judge("one"), judge("two")), (Judgement::Unchanged, Judgement::Accept));
        assert_eq!(format!("{published:?}"), "Version { id: None, stages: [], .. }");
    }
}
