//! `uuid`

use uuid::Uuid;

use crate::decode::map::MapKey;
use crate::decode::scalars::parsed;

parsed!(Uuid);

impl MapKey for Uuid {}
