//! Whether anything polls.

use std::borrow::Cow;
use std::time::Duration;

/// How the background task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// It polls, or the program chose to do so itself.
    Fine,
    /// It ended with its runtime.
    Ended,
    /// It should have run this long ago: its runtime is not driven, or the process was suspended.
    Silent(Duration),
}

impl Life {
    /// Why polls are not made, as far as that is known.
    pub fn reason(self) -> Cow<'static, str> {
        match self {
            Self::Fine => "earlier polls take too long".into(),
            Self::Ended => "the tokio runtime of the background task ended".into(),
            Self::Silent(duration) => format!(
                "the background task has not run for {} s: its tokio runtime is blocked or not driven, or the process was suspended",
                duration.as_secs()
            )
            .into(),
        }
    }
}
