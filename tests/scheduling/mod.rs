//! The scenarios of the specification with their very numbers, over the real APIs.

mod calendar;
mod equals;
pub(crate) mod fixture;
mod model;
mod module;
mod races;
mod reference;
mod scenarios;
mod worlds;
