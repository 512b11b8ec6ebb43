//! `bytes`: a target of `base64` and `hex`.

use bytes::Bytes as Shared;
use secrets_shape::rule::Judged;
use zeroize::Zeroizing;

use crate::decode::bytes::Bytes;
use crate::decode::ruled::Measured;

#[diagnostic::do_not_recommend]
impl Bytes for Shared {
    fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
        Some(Shared::copy_from_slice(&bytes))
    }
}

#[diagnostic::do_not_recommend]
impl Measured for Shared {
    fn measured(&self) -> Option<Judged<'_>> {
        Some(Judged::Count(self.len()))
    }
}
