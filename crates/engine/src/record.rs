//! A record: the common columns and the body, as stored. It never leaves engine, entities, store and service.

use crate::field::{Field, FromJson};
use crate::{Body, Micros};
use serde_json::Value;

/// One stored object of any entity.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// Ascending number given by the database; orders "newest first" and names the record in indexes.
    pub seq: i64,
    /// 32 characters, see [`crate::id`].
    pub id: String,
    /// The organization it belongs to; empty for what belongs to none.
    pub organization_id: String,
    /// The client's own id, empty when unset; unique per organization and entity.
    pub custom_id: String,
    /// Raised by one with every change; the `ETag`.
    pub version: i64,
    /// When it was added.
    pub created: Micros,
    /// When it was last changed; equal to `created` until then.
    pub edited: Micros,
    /// The fields, as validated by [`crate::input`].
    pub body: Body,
}

impl Record {
    /// The value of a field, or nothing when it is unset. Of an inheritance object: its own value, not the inherited one.
    pub fn get<T: FromJson>(&self, field: &Field<T>) -> Option<T> {
        let stored = self.body.get(field.spec.name)?;
        if field.spec.is_inheritable() { T::from_json(stored.get("value")?) } else { T::from_json(stored) }
    }

    /// The text of a field, empty when unset.
    pub fn text(&self, name: &str) -> &str {
        self.body.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Sets a field that is not an inheritance object.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.body.insert(name.to_owned(), value.into());
    }
}
