//! Scheduling (PLATFORM sections 6 and 7), pure: no I/O, no clock, no randomness, no zone of the server.
//!
//! Instants are [`Micros`]; ranges of them are half-open [`Span`]s, lists of ranges are [`Spans`]. Wall clock exists only
//! in [`local`] and [`grid`], and always in a zone that is passed in. The evaluator in [`booking`] is the only place that
//! decides whether a start can be booked: listing, holding, booking, moving and replacing all ask it.

pub mod availability;
pub mod booking;
pub mod grid;
pub mod local;
pub mod span;

pub use span::{Span, Spans};

/// An instant: microseconds since 1970-01-01T00:00:00Z; also the unit of durations.
pub type Micros = i64;

/// One minute in [`Micros`].
pub const MINUTE: Micros = 60_000_000;
