//! The wire contract (`contract/*.json`) against the routes: what is there is called with its example, what is not is on
//! a list that only shrinks.
//!
//! An entity that is added needs nothing here as long as its `add` example names only records that other examples make.
//! What an example cannot say (a slot that can be booked, settings an app declares) stands in `fixtures.rs`.

mod answers;
mod document;
mod fixtures;
mod guards;
mod lists;
pub(crate) mod walk;
