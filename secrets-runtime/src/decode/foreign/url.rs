//! `url`

use url::Url;

use crate::decode::map::MapKey;
use crate::decode::scalars::parsed;

parsed!(Url);

#[diagnostic::do_not_recommend]
impl MapKey for Url {}
