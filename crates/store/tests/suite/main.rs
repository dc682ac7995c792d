//! The same tests on both databases.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod errors;
mod fixture;
mod migrations;
mod postgres_only;
mod sqlite_only;
mod transactions;
mod values;
