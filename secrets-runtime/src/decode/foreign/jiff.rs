//! `jiff`: points in time and durations, in the formats of jiff itself.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Span, Timestamp, ZonedDateTime};

use crate::decode::scalars::parsed;

parsed!(Timestamp ZonedDateTime Date Time DateTime SignedDuration Span);
