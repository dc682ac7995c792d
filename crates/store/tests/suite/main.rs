//! The same tests on both databases.

mod errors;
mod fixture;
mod migrations;
mod postgres_only;
mod sqlite_only;
mod transactions;
mod values;
