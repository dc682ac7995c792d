//! The scenarios of the specification with their very numbers, over the real APIs.

mod calendar;
pub(crate) mod fixture;
mod module;
mod races;
mod scenarios;
