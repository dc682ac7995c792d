//! Reading a JSON body strictly: UTF-8, no duplicate keys, bounded depth, no NUL. What passes is a plain value; what
//! does not is named with the path where it stands.

use crate::problem::Problem;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::RefCell;
use std::fmt;

/// Deepest nesting that is accepted.
pub const DEPTH_MAX: usize = 32;

/// Reads a JSON document.
///
/// # Errors
/// `invalid_utf8`, `invalid_json`, `duplicate_key`, `too_deep`, `nul_character`.
pub fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::new("invalid_utf8"))?;
    let state = State::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let parsed = Strict { state: &state, depth: 0 }.deserialize(&mut reader).and_then(|value| {
        reader.end()?;
        Ok(value)
    });
    parsed.map_err(|error| {
        state.found.take().unwrap_or_else(|| {
            Problem::new("invalid_json").arg("line", error.line().to_string()).arg("column", error.column().to_string())
        })
    })
}

#[derive(Default)]
struct State {
    path: RefCell<Vec<String>>,
    found: RefCell<Option<Problem>>,
}

impl State {
    fn refuse<E: serde::de::Error>(&self, code: &'static str) -> E {
        self.found.replace(Some(Problem::at(code, self.path.borrow().join("."))));
        E::custom(code)
    }
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    state: &'a State,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        if value.contains('\0') {
            return Err(self.state.refuse("nul_character"));
        }
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inner = self.deeper::<A::Error>()?;
        let mut list = Vec::new();
        loop {
            self.state.path.borrow_mut().push(list.len().to_string());
            let Some(value) = access.next_element_seed(inner)? else { break };
            self.state.path.borrow_mut().pop();
            list.push(value);
        }
        self.state.path.borrow_mut().pop();
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inner = self.deeper::<A::Error>()?;
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            self.state.path.borrow_mut().push(key.clone());
            if key.contains('\0') {
                return Err(self.state.refuse("nul_character"));
            }
            if map.contains_key(&key) {
                return Err(self.state.refuse("duplicate_key"));
            }
            let value = access.next_value_seed(inner)?;
            self.state.path.borrow_mut().pop();
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

impl Strict<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth == DEPTH_MAX {
            return Err(self.state.refuse("too_deep"));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (&'static str, Option<String>) {
        let problem = parse(text.as_bytes()).expect_err(text);
        (problem.code, problem.parameter)
    }

    #[test]
    fn what_is_refused_is_named_with_its_place() {
        assert_eq!(refused(r#"{"a":{"b":1,"b":2}}"#), ("duplicate_key", Some("a.b".into())));
        assert_eq!(refused(r#"{"a":["x","\u0000"]}"#), ("nul_character", Some("a.1".into())));
        assert_eq!(refused(&"[".repeat(40)).0, "too_deep");
        assert_eq!(refused("{").0, "invalid_json");
        assert_eq!(refused("{} {}").0, "invalid_json");
        assert_eq!(refused("").0, "invalid_json");
        assert_eq!(parse(b"\"\xff\"").expect_err("bytes").code, "invalid_utf8");
    }

    #[test]
    fn what_php_writes_is_read() {
        let value = parse(br#"{"u":"http:\/\/x\/\u00fc","n":5.0,"m":[]}"#).expect("valid");
        assert_eq!(value["u"], "http://x/ü");
        assert_eq!(value["n"].as_f64(), Some(5.0));
    }
}
