//! The engine: what an entity *is*, told as data, and everything that follows from it without HTTP, SQL or an async
//! runtime: validation, partial edit, full and short forms, routes, the OpenAPI document.
//!
//! One constant table per entity (see `kalends-entities`) is interpreted here; there is no generated code.

pub mod clock;
pub mod entity;
pub mod envelope;
pub mod field;
pub mod id;
pub mod input;
pub mod json;
pub mod openapi;
pub mod output;
pub mod problem;
pub mod record;
pub mod route;
pub mod scalar;

/// An instant: microseconds since 1970-01-01T00:00:00Z. Used everywhere inside; wall-clock text exists only at the edges.
pub type Micros = i64;

/// A JSON object with its keys in the order they were written.
pub type Body = serde_json::Map<String, serde_json::Value>;
