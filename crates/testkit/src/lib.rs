//! Kalends: testkit.

pub mod postgres;
