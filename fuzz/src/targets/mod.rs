//! One file for each target.

pub(crate) mod basic;
pub(crate) mod form;
pub(crate) mod multipart;
pub(crate) mod next;
pub(crate) mod redirect;
pub(crate) mod token;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use std::fmt;

/// The names of a JSON object as they were written, also those written twice.
pub(crate) struct Names(pub Vec<String>);

impl Names {
    /// Reads them; none of what is no object.
    pub(crate) fn of(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }

    /// Whether one was written twice.
    pub(crate) fn repeat(&self) -> bool {
        self.0.iter().enumerate().any(|(index, name)| self.0[..index].contains(name))
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Names;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some((name, IgnoredAny)) = map.next_entry()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}
