//! An object of JSON as its pairs.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The names and values of an object, in their order. A name that stands there twice is here twice: for Python, the last one
/// counts. There are few, so that looking through them is quicker than hashing their names. Secrets are among them, so that
/// they have no Debug.
pub(crate) struct Pairs<T>(pub(crate) Vec<(String, T)>);

/// As many as most objects have at most that come to a server of accounts.
const USUAL: usize = 5;

impl<T> Pairs<T> {
    /// The value of a name; the last of several.
    pub(crate) fn last(&self, name: &str) -> Option<&T> {
        self.0.iter().rev().find(|(held, _)| held == name).map(|(_, value)| value)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Pairs<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
            type Value = Pairs<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Pairs<T>, A::Error> {
                let mut pairs = Vec::with_capacity(USUAL);
                while let Some(pair) = object.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Object(PhantomData))
    }
}
