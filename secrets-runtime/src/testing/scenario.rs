//! The scenarios of a drill, and the steps of each.

use std::fmt;

/// Something that happens to secrets in production.
///
/// ```
/// use secrets_runtime::testing::Scenario;
///
/// assert_eq!(Scenario::StuckRotation.to_string(), "stuck rotation");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scenario {
    /// A rotation in AWS's four steps: *create*, *set*, *test*, *finish*. With the single-user strategy, the old value
    /// does not work from *set* to *finish*.
    Rotation,
    /// A rotation that gets stuck after *set* and is finished later.
    StuckRotation,
    /// `AWSCURRENT` moves back to the previous version.
    Rollback,
    /// An operator stores a text that is not JSON, then a document without the keys, then a binary value, and at last a
    /// valid one.
    BadEdit,
    /// Secrets Manager throttles every request for a while.
    Throttling,
    /// The secret is deleted, and restored later.
    Deletion,
    /// The process is frozen during two rotations: no request is sent meanwhile, and the first ones afterwards meet a
    /// value that is two versions old.
    Freeze,
}

impl Scenario {
    /// All scenarios, in the order of a drill.
    ///
    /// ```
    /// use secrets_runtime::testing::Scenario;
    ///
    /// let without_rollback = Scenario::ALL.into_iter().filter(|scenario| *scenario != Scenario::Rollback);
    /// ```
    pub const ALL: [Self; 7] = [
        Self::Rotation,
        Self::StuckRotation,
        Self::Rollback,
        Self::BadEdit,
        Self::Throttling,
        Self::Deletion,
        Self::Freeze,
    ];

    /// What to do if a program fails requests in this scenario.
    pub(super) fn remedy(self) -> &'static str {
        match self {
            Self::Rotation | Self::StuckRotation => {
                "the old value stops working before the new one is current: wrap requests in `Live::attempt`, with a `Retry` \
                 whose time spans that window"
            }
            Self::Rollback => {
                "an older version is taken for a rollback 15 s after it is seen first: give the `Retry` of `Live::attempt` \
                 more time than that"
            }
            Self::BadEdit | Self::Throttling | Self::Deletion => {
                "a live secret keeps its last good value: use `Live::current` in place of loading for each request"
            }
            Self::Freeze => {
                "the value is older than it should be after a freeze: wrap requests in `Live::attempt`, or take the value from \
                 `Live::fresh`"
            }
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rotation => "rotation",
            Self::StuckRotation => "stuck rotation",
            Self::Rollback => "rollback",
            Self::BadEdit => "bad edit",
            Self::Throttling => "throttling",
            Self::Deletion => "deletion",
            Self::Freeze => "freeze",
        })
    }
}
