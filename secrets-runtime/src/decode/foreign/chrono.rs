//! `chrono`: points in time, in the forms that it reads itself.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use crate::decode::scalars::parsed;

parsed!(DateTime<Utc> DateTime<FixedOffset> NaiveDate NaiveDateTime NaiveTime);
