//! What an application names itself: its profiles, their fields, its kinds of user. In the settings a table of
//! tables, in the order in which they are written.

use std::ops::Deref;

use figment::value::Value;
use serde::Serialize;
use serde::ser::SerializeMap;

use super::section::{Reader, Setting, annotate_plain};

/// An item of a [`Named`] list.
pub(crate) trait Item: Sized + Serialize {
    /// What it is called.
    fn name(&self) -> &str;

    /// Reads the value that stands at the reader's path, under this name.
    fn read(name: &str, value: &Value, reader: &mut Reader<'_>) -> Option<Self>;
}

/// Items by their names, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Named<T>(Vec<T>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> From<Vec<T>> for Named<T> {
    fn from(items: Vec<T>) -> Self {
        Self(items)
    }
}

impl<T> Deref for Named<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> Named<T> {
    /// Returns the items for changes in place.
    pub(crate) fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.0.iter_mut()
    }

    /// Adds an item at the end.
    pub fn push(&mut self, item: T) {
        self.0.push(item);
    }
}

#[allow(private_bounds)]
impl<T: Item> Named<T> {
    /// The item of this name.
    pub fn find(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|item| item.name() == name)
    }
}

impl<T: Item> Serialize for Named<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for item in &self.0 {
            map.serialize_entry(item.name(), item)?;
        }
        map.end()
    }
}

impl<T: Item> Setting for Named<T> {
    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let items = reader.named(value)?;
        Some(Self(items.iter().filter_map(|(name, value)| reader.at_name(name, |r| T::read(name, value, r))).collect()))
    }

    fn annotate(&self, path: &str, about: &str, out: &mut String) {
        annotate_plain(Some(self), path, about, out);
    }
}
