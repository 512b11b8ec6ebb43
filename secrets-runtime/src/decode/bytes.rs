//! `base64` and `hex`: decode bytes from a string in constant time, without leaving copies behind.

use std::rc::Rc;
use std::sync::Arc;

use base64ct::{Base64, Base64Unpadded, Base64Url, Base64UrlUnpadded};
use secrecy::{SecretBox, SecretSlice};
use secrets_shape::shape::Base64Form;
use zeroize::{Zeroize, Zeroizing};

/// A type that can be made from bytes.
#[diagnostic::on_unimplemented(
    message = "`base64` and `hex` read bytes, which `{Self}` cannot hold",
    label = "expected a type of bytes",
    note = "use `Vec<u8>`, `[u8; N]`, `Box<[u8]>`, `Arc<[u8]>`, `SecretSlice<u8>`, `SecretBox<[u8; N]>` or `Zeroizing` of bytes, or an \
            `Option` of them"
)]
pub trait Bytes: Sized {
    /// The value, unless there are too few or too many bytes.
    fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Option<Self>;
}

macro_rules! bytes {
    ($($type:ty => |$bytes:ident| $value:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Bytes for $type {
            #[allow(unused_mut, reason = "some take the bytes and some copy them")]
            fn from_bytes(mut $bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
                Some($value)
            }
        }
    )*};
}

// A copy has exactly the size of the bytes; the vector, which may be larger, is zeroized.
bytes! {
    Vec<u8> => |bytes| std::mem::take(&mut *bytes);
    Box<[u8]> => |bytes| bytes.as_slice().into();
    Rc<[u8]> => |bytes| bytes.as_slice().into();
    Arc<[u8]> => |bytes| bytes.as_slice().into();
    SecretSlice<u8> => |bytes| SecretSlice::new(bytes.as_slice().into());
    Zeroizing<Vec<u8>> => |bytes| bytes;
}

#[diagnostic::do_not_recommend]
impl<const N: usize> Bytes for [u8; N] {
    fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
        bytes.as_slice().try_into().ok()
    }
}

#[diagnostic::do_not_recommend]
impl<const N: usize> Bytes for Zeroizing<[u8; N]> {
    fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
        let mut array = Zeroizing::new([0; N]);
        (bytes.len() == N).then(|| array.copy_from_slice(&bytes))?;
        Some(array)
    }
}

#[diagnostic::do_not_recommend]
impl<const N: usize> Bytes for SecretBox<[u8; N]>
where
    [u8; N]: Zeroize,
{
    fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
        let mut array = Box::new([0; N]);
        (bytes.len() == N).then(|| array.copy_from_slice(&bytes))?;
        Some(SecretBox::new(array))
    }
}

/// Decodes into a buffer that is zeroized, even if the text turns out to be invalid halfway.
///
/// # Errors
/// What the text is instead, in words.
pub fn base64(text: &str, form: Base64Form) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    decoded(text, form).ok_or_else(|| another_form(text, form))
}

fn decoded(text: &str, form: Base64Form) -> Option<Zeroizing<Vec<u8>>> {
    let Base64Form { is_url, is_unpadded, is_lenient } = form;
    if is_lenient && text.contains(LINE_ENDS) {
        let joined = Zeroizing::new(joined(text));
        return decoded(&joined, Base64Form { is_lenient: false, ..form });
    }
    let mut bytes = Zeroizing::new(vec![0; text.len() / 4 * 3 + 3]);
    let decode = match (is_url, is_unpadded) {
        (false, false) => <Base64 as base64ct::Encoding>::decode,
        (false, true) => <Base64Unpadded as base64ct::Encoding>::decode,
        (true, false) => <Base64Url as base64ct::Encoding>::decode,
        (true, true) => <Base64UrlUnpadded as base64ct::Encoding>::decode,
    };
    let length = decode(text, &mut bytes).ok()?.len();
    bytes.truncate(length);
    Some(bytes)
}

const LINE_ENDS: [char; 2] = ['\n', '\r'];

/// The text without its line ends, in a string of the right size.
fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    joined.extend(text.split(LINE_ENDS));
    joined
}

/// Names another form that the text may have.
fn another_form(text: &str, form: Base64Form) -> &'static str {
    let others = [
        (Base64Form { is_lenient: true, ..form }, "base64 with line ends, which the option `lenient` reads"),
        (Base64Form { is_unpadded: true, ..form }, "base64 without padding, which the option `unpadded` reads"),
        (Base64Form { is_unpadded: false, ..form }, "base64 with padding, which the option `unpadded` rules out"),
        (Base64Form { is_url: true, ..form }, "base64 of the URL-safe alphabet, which the option `url` reads"),
        (Base64Form { is_url: false, ..form }, "base64 of the standard alphabet, which the option `url` rules out"),
        (
            Base64Form { is_url: true, is_unpadded: true, ..form },
            "base64 of the URL-safe alphabet without padding, which the options `url, unpadded` read",
        ),
    ];
    let found = others.into_iter().find(|(other, _)| *other != form && decoded(text, *other).is_some());
    found.map_or("a string that does not fit", |(_, words)| words)
}

/// As [`base64`].
///
/// # Errors
/// What the text is instead, in words.
pub fn hex(text: &str) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    let mut bytes = Zeroizing::new(vec![0; text.len() / 2]);
    base16ct::mixed::decode(text, &mut bytes).map_err(|_| "a string that does not fit")?;
    Ok(bytes)
}
