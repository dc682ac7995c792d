//! What tests stand on: the real server on a real socket over a real database, a clock that is set by hand, and callers.

pub mod postgres;

#[cfg(feature = "app")]
pub mod app;
#[cfg(feature = "app")]
pub mod browser;
#[cfg(feature = "app")]
pub mod client;
#[cfg(feature = "app")]
pub mod clock;
#[cfg(feature = "app")]
pub mod people;
#[cfg(feature = "app")]
pub mod sink;
