//! Whether the background task polls.

use std::borrow::Cow;
use std::time::Duration;

/// The state of the background task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// It polls, or the program chose to poll itself.
    Fine,
    /// It ended with its runtime.
    Ended,
    /// It is this late: its runtime is not driven, or the process was suspended.
    Silent(Duration),
}

impl Life {
    /// Why polls are overdue, as far as it is known.
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
