//! Types that contain other values: options, pointers, lists, sets, tuples and maps.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use secrecy::SecretBox;
use zeroize::{Zeroize, Zeroizing};

use super::map::{self, MapKey};
use super::path::Step;
use super::redacted::{REDACTED, Redacted};
use super::report::{Report, Reported};
use super::view::{Json, Kind};
use crate::json::Value;
use crate::secret::SecretValue;
use secrets_shape::shape::Shape;

impl<T: SecretValue> SecretValue for Option<T> {
    const SHAPE: Shape = Shape::Optional(&T::SHAPE);

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        if json.is_nothing(&T::SHAPE) {
            return Ok(None);
        }
        T::decode(json, report).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !T::SHAPE.redacts_itself() {
            return f.write_str(REDACTED);
        }
        fmt::Debug::fmt(&self.as_ref().map(Redacted::new), f)
    }
}

/// Reads nothing; the key may be absent.
#[diagnostic::do_not_recommend]
impl<T: ?Sized> SecretValue for PhantomData<T> {
    const SHAPE: Shape = Shape::Optional(&Shape::Any);

    fn decode(_: &Json<'_>, _: &mut Report) -> Result<Self, Reported> {
        Ok(PhantomData)
    }

    fn absent() -> Option<Self> {
        Some(PhantomData)
    }
}

/// A pointer is read as the type that it points to.
macro_rules! pointers {
    ($($pointer:ident)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: SecretValue> SecretValue for $pointer<T> {
            const SHAPE: Shape = T::SHAPE;

            fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
                T::decode(json, report).map($pointer::new)
            }

            fn absent() -> Option<Self> {
                T::absent().map($pointer::new)
            }

            fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                T::redacted(self, f)
            }
        }
    )*};
}

pointers!(Box Rc Arc);

impl<T: SecretValue + Zeroize> SecretValue for Zeroizing<T> {
    const SHAPE: Shape = T::SHAPE;

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        T::decode(json, report).map(Zeroizing::new)
    }

    fn absent() -> Option<Self> {
        T::absent().map(Zeroizing::new)
    }

    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::redacted(self, f)
    }
}

impl<T: SecretValue + Zeroize> SecretValue for SecretBox<T> {
    const SHAPE: Shape = T::SHAPE;

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        T::decode(json, report).map(|value| SecretBox::new(Box::new(value)))
    }

    fn absent() -> Option<Self> {
        T::absent().map(|value| SecretBox::new(Box::new(value)))
    }
}

/// Lists of any length.
macro_rules! lists {
    ($($list:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: SecretValue> SecretValue for $list {
            const SHAPE: Shape = Shape::Array(&T::SHAPE);

            fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
                json.vector(&Self::SHAPE, report, T::decode).map(Self::from)
            }

            fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                listed(self.iter(), f)
            }
        }
    )*};
}

lists!(Vec<T> VecDeque<T> Box<[T]> Rc<[T]> Arc<[T]>);

impl<T: SecretValue + Eq + Hash, S: BuildHasher + Default> SecretValue for HashSet<T, S> {
    const SHAPE: Shape = Shape::Set(&T::SHAPE);

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        set(json, &Self::SHAPE, report, T::decode, Self::insert)
    }

    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        listed(self.iter(), f)
    }
}

impl<T: SecretValue + Ord> SecretValue for BTreeSet<T> {
    const SHAPE: Shape = Shape::Set(&T::SHAPE);

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        set(json, &Self::SHAPE, report, T::decode, Self::insert)
    }

    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        listed(self.iter(), f)
    }
}

/// A duplicate item is a violation: which of two equal items counts is not guessed.
pub fn set<T, C: Default>(
    json: &Json<'_>,
    shape: &Shape,
    report: &mut Report,
    decode: fn(&Json<'_>, &mut Report) -> Result<T, Reported>,
    insert: fn(&mut C, T) -> bool,
) -> Result<C, Reported> {
    let mut set = C::default();
    let items = json.vector(shape, report, decode)?;
    let is_each_new = items.into_iter().all(|item| insert(&mut set, item));
    if is_each_new { Ok(set) } else { Err(json.unfit(shape, AN_ITEM_TWICE, report)) }
}

/// What was found if a set has a duplicate.
pub const AN_ITEM_TWICE: &str = "an item twice";

impl<T: SecretValue, const N: usize> SecretValue for [T; N] {
    const SHAPE: Shape = Shape::Tuple(&[T::SHAPE; N]);

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        has_items(json, &Self::SHAPE, N, report)?;
        let items = json.vector(&Self::SHAPE, report, T::decode)?;
        items.try_into().map_err(|_| json.unfit(&Self::SHAPE, OTHER_LENGTH, report))
    }

    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        listed(self.iter(), f)
    }
}

const OTHER_LENGTH: &str = "one of a different length";

/// Fails unless the value is an array with `count` items.
pub fn has_items(json: &Json<'_>, shape: &Shape, count: usize, report: &mut Report) -> Result<(), Reported> {
    match json.kind() {
        Kind::Array if json.items().count() == count => Ok(()),
        Kind::Array => Err(json.unfit(shape, OTHER_LENGTH, report)),
        _ => Err(json.mismatch(shape, report)),
    }
}

macro_rules! tuples {
    ($(($($item:ident $at:literal)*))*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($item: SecretValue),*> SecretValue for ($($item,)*) {
            const SHAPE: Shape = Shape::Tuple(&[$($item::SHAPE),*]);

            #[allow(non_snake_case, reason = "an item of each type")]
            fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
                has_items(json, &Self::SHAPE, [$($at),*].len(), report)?;
                let items: Vec<Value<'_>> = json.items().collect();
                $(let $item = $item::decode(&json.inner_at(json.path().child(Step::Index($at)), items[$at]), report);)*
                Ok(($($item?,)*))
            }

            #[allow(non_snake_case, reason = "an item of each type")]
            fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                if !Self::SHAPE.redacts_itself() {
                    return f.write_str(REDACTED);
                }
                let ($($item,)*) = self;
                f.debug_tuple("")$(.field(&Redacted::new($item)))*.finish()
            }
        }
    )*};
}

tuples! {
    (A 0)
    (A 0 B 1)
    (A 0 B 1 C 2)
    (A 0 B 1 C 2 D 3)
    (A 0 B 1 C 2 D 3 E 4)
    (A 0 B 1 C 2 D 3 E 4 F 5)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7)
}

impl<K: MapKey + Ord, T: SecretValue> SecretValue for BTreeMap<K, T> {
    const SHAPE: Shape = Shape::Map { keys: &K::SHAPE, item: &T::SHAPE };

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        let mut map = Self::new();
        map::each_entry(json, &Self::SHAPE, report, K::decode, T::decode, |key, value| {
            map.insert(key, value).is_none()
        })?;
        Ok(map)
    }
}

impl<K: MapKey + Eq + Hash, T: SecretValue, S: BuildHasher + Default> SecretValue for HashMap<K, T, S> {
    const SHAPE: Shape = Shape::Map { keys: &K::SHAPE, item: &T::SHAPE };

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        let mut map = Self::with_capacity_and_hasher(json.entries().count(), S::default());
        map::each_entry(json, &Self::SHAPE, report, K::decode, T::decode, |key, value| {
            map.insert(key, value).is_none()
        })?;
        Ok(map)
    }
}

/// Shows the items if they redact themselves, and `[REDACTED]` otherwise.
fn listed<'v, T: SecretValue + 'v>(items: impl Iterator<Item = &'v T>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if !T::SHAPE.redacts_itself() {
        return f.write_str(REDACTED);
    }
    f.debug_list().entries(items.map(Redacted::new)).finish()
}
