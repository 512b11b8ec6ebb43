//! `chrono`: points in time, in the formats of chrono itself.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use crate::decode::scalars::parsed;

parsed!(DateTime<Utc> DateTime<FixedOffset> NaiveDate NaiveDateTime NaiveTime);
