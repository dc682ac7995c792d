//! Values bound to a statement and rows read from one: the same five kinds on both databases.
//!
//! Invariant: what is bound comes back as the same kind, whichever engine stored it. Integers are `BIGINT`, booleans are
//! the integers 0 and 1, JSON is text, instants are integers (microseconds since 1970, UTC).

use std::error::Error;

use bytes::{BufMut, BytesMut};
use rusqlite::types::{ToSqlOutput, ValueRef};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

/// One value of a statement's parameter or of a row's column.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Value {
    /// SQL NULL; may be bound to a parameter of any type.
    #[default]
    Null,
    /// Any integer, boolean (0 or 1) or instant (microseconds).
    Int(i64),
    /// A floating point number.
    Real(f64),
    /// Text, JSON included.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Value::Null => "NULL",
            Value::Int(_) => "an integer",
            Value::Real(_) => "a real number",
            Value::Text(_) => "text",
            Value::Blob(_) => "bytes",
        }
    }
}

macro_rules! from {
    ($($source:ty => |$value:ident| $target:expr),* $(,)?) => {
        $(impl From<$source> for Value { fn from($value: $source) -> Value { $target } })*
    };
}

from! {
    i64 => |value| Value::Int(value),
    i32 => |value| Value::Int(value.into()),
    u32 => |value| Value::Int(value.into()),
    bool => |value| Value::Int(value.into()),
    f64 => |value| Value::Real(value),
    String => |value| Value::Text(value),
    &String => |value| Value::Text(value.clone()),
    &str => |value| Value::Text(value.to_owned()),
    Vec<u8> => |value| Value::Blob(value),
    &[u8] => |value| Value::Blob(value.to_vec()),
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// The parameters of a statement, in the order of `$1…$n`: `&params![id, name]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { [$($crate::Value::from($value)),*] };
}

/// One row of an answer. Columns are counted from 0.
///
/// Reading a column as another kind than the one it holds, or a column that is not there, is a mistake in the statement
/// beside it and panics; NULL reads as zero, `""` or no bytes, or as `None` where the method's name begins with `opt_`.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(pub(crate) Vec<Value>);

impl Row {
    /// An integer; 0 for NULL.
    pub fn int(&self, i: usize) -> i64 {
        self.opt_int(i).unwrap_or(0)
    }

    /// An integer or NULL.
    pub fn opt_int(&self, i: usize) -> Option<i64> {
        match &self.0[i] {
            Value::Null => None,
            Value::Int(value) => Some(*value),
            other => mismatch(i, other, "an integer"),
        }
    }

    /// A boolean stored as 0 or 1; false for NULL.
    pub fn bool(&self, i: usize) -> bool {
        self.int(i) != 0
    }

    /// A real number; 0.0 for NULL. An integer is converted: SQLite answers `SUM` and `AVG` of whole numbers with either.
    pub fn real(&self, i: usize) -> f64 {
        match &self.0[i] {
            Value::Null => 0.0,
            Value::Real(value) => *value,
            #[expect(clippy::cast_precision_loss, reason = "the caller asked for a floating point number")]
            Value::Int(value) => *value as f64,
            other => mismatch(i, other, "a real number"),
        }
    }

    /// Text; `""` for NULL.
    pub fn text(&self, i: usize) -> &str {
        self.opt_text(i).unwrap_or_default()
    }

    /// Text or NULL.
    pub fn opt_text(&self, i: usize) -> Option<&str> {
        match &self.0[i] {
            Value::Null => None,
            Value::Text(value) => Some(value),
            other => mismatch(i, other, "text"),
        }
    }

    /// Moves the text out of the row without copying it; `""` for NULL. The column is NULL afterwards.
    pub fn take_text(&mut self, i: usize) -> String {
        match std::mem::take(&mut self.0[i]) {
            Value::Null => String::new(),
            Value::Text(value) => value,
            other => mismatch(i, &other, "text"),
        }
    }

    /// Bytes; none for NULL.
    pub fn blob(&self, i: usize) -> &[u8] {
        match &self.0[i] {
            Value::Null => &[],
            Value::Blob(value) => value,
            other => mismatch(i, other, "bytes"),
        }
    }
}

fn mismatch(i: usize, value: &Value, wanted: &str) -> ! {
    panic!("column {i} holds {}, not {wanted}", value.kind())
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(value) => ValueRef::Integer(*value),
            Value::Real(value) => ValueRef::Real(*value),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
            Value::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

impl rusqlite::types::FromSql for Value {
    fn column_result(value: ValueRef<'_>) -> rusqlite::types::FromSqlResult<Value> {
        Ok(match value {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(value) => Value::Int(value),
            ValueRef::Real(value) => Value::Real(value),
            ValueRef::Text(_) => Value::Text(value.as_str()?.to_owned()),
            ValueRef::Blob(value) => Value::Blob(value.to_vec()),
        })
    }
}

/// Version byte in front of the text of a `jsonb` value on the wire.
const JSONB_VERSION: u8 = 1;

impl ToSql for Value {
    /// Writes the value as the type the server declared for the parameter.
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self, ty) {
            (Value::Null, _) => return Ok(IsNull::Yes),
            (Value::Int(value), &Type::INT8) => out.put_i64(*value),
            (Value::Int(value), &Type::INT4) => out.put_i32(i32::try_from(*value)?),
            (Value::Int(value), &Type::INT2) => out.put_i16(i16::try_from(*value)?),
            #[expect(clippy::cast_precision_loss, reason = "the column is a floating point number")]
            (Value::Int(value), &Type::FLOAT8) => out.put_f64(*value as f64),
            (Value::Int(value @ (0 | 1)), &Type::BOOL) => out.put_u8(u8::from(*value == 1)),
            (Value::Real(value), &Type::FLOAT8) => out.put_f64(*value),
            #[expect(clippy::cast_possible_truncation, reason = "the column holds single precision")]
            (Value::Real(value), &Type::FLOAT4) => out.put_f32(*value as f32),
            (Value::Text(value), &Type::JSONB) => {
                out.put_u8(JSONB_VERSION);
                out.put_slice(value.as_bytes());
            }
            (Value::Text(value), _) if is_text(ty) => out.put_slice(value.as_bytes()),
            (Value::Blob(value), &Type::BYTEA) => out.put_slice(value),
            _ => return Err(format!("{} cannot be bound to a parameter of type {ty}", self.kind()).into()),
        }
        Ok(IsNull::No)
    }

    /// Every type, as the answer depends on the value too.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Value, Box<dyn Error + Sync + Send>> {
        Ok(match *ty {
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Value::Int(i16::from_sql(ty, raw)?.into()),
            Type::BOOL => Value::Int(bool::from_sql(ty, raw)?.into()),
            Type::FLOAT8 => Value::Real(f64::from_sql(ty, raw)?),
            Type::FLOAT4 => Value::Real(f32::from_sql(ty, raw)?.into()),
            Type::BYTEA => Value::Blob(raw.to_vec()),
            Type::VOID => Value::Null,
            Type::JSONB => match raw.split_first() {
                Some((&JSONB_VERSION, text)) => Value::Text(std::str::from_utf8(text)?.to_owned()),
                _ => return Err("unknown version of jsonb".into()),
            },
            _ if is_text(ty) => Value::Text(std::str::from_utf8(raw)?.to_owned()),
            _ => return Err(format!("a column of type {ty} needs a cast in the statement").into()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Value, Box<dyn Error + Sync + Send>> {
        Ok(Value::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

fn is_text(ty: &Type) -> bool {
    matches!(*ty, Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::JSON | Type::UNKNOWN)
}
