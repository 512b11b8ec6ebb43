//! `uuid`

use uuid::Uuid;

use crate::decode::map::MapKey;
use crate::decode::scalars::parsed;

parsed!(Uuid);

#[diagnostic::do_not_recommend]
impl MapKey for Uuid {}
