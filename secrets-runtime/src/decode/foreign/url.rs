//! `url`

use url::Url;

use crate::decode::map::MapKey;
use crate::decode::scalars::parsed;

parsed!(Url);

impl MapKey for Url {}
