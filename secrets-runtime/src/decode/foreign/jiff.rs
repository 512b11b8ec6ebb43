//! `jiff`: points in time and what is between them, in the forms that it reads itself.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Span, Timestamp, ZonedDateTime};

use crate::decode::scalars::parsed;

parsed!(Timestamp ZonedDateTime Date Time DateTime SignedDuration Span);
