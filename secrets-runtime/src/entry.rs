//! The declarations of the secrets that a program loads, embedded in its binary for `cargo secrets`.
//!
//! Constants in generic code exist only for types for which code is generated, and the linker keeps what is referenced.
//! So a type that a program declares or links but does not load leaves nothing in the binary.

use std::hint::black_box;
use std::marker::PhantomData;

use secrets_shape::wire::{self, Declaration};

use crate::secret::{NamedSecret, Secret};

/// Keeps the entry of a type that is loaded by its declared id.
pub fn keep_named<T: NamedSecret>() {
    black_box(Entry::<T, true>::BYTES);
}

/// Keeps the entry of a type that is loaded by an id that the program passes.
pub fn keep<T: Secret>() {
    black_box(Entry::<T, false>::BYTES);
}

struct Entry<T, const HAS_ID: bool>(PhantomData<T>);

/// The first size that holds an entry; the other sizes stay zeros, and out of the binary.
macro_rules! first_that_holds {
    ($($size:literal)*) => {
        match Self::LENGTH {
            $(..=$size => const { &wire::entry::<$size>(&Self::DECLARATION, Self::LENGTH) },)*
            _ => panic!("a type of a secret has more fields than its entry for `cargo secrets` can hold"),
        }
    };
}

impl<T: Secret, const HAS_ID: bool> Entry<T, HAS_ID> {
    const DECLARATION: Declaration<'static> = T::SPEC.declaration(T::SHAPE, HAS_ID);
    const LENGTH: usize = wire::length(&Self::DECLARATION);
    const BYTES: &'static [u8] = first_that_holds!(512 1024 2048 4096 8192 16_384 32_768 65_536 131_072 262_144);
}
