//! What leaves the platform towards people without an account: names of slots and signed links, calendar objects, texts
//! with their markers filled.
//!
//! Pure: no I/O and no clock; keys, times and texts are passed in.

pub mod calendar;
pub mod links;
pub mod markers;
pub mod slot;

mod base62;
pub mod keys;
