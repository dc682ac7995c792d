//! Reference data and localized messages: countries, currencies, languages, zones, sectors, permissions, markers, and the
//! sentences people read, all in German and English.
//!
//! At the bottom of everything: no other crate of ours is used here.

pub mod booking_category;
pub mod country;
pub mod currency;
pub mod fold;
pub mod language;
pub mod locale;
pub mod log_category;
pub mod marker;
pub mod message;
pub mod permission;
pub mod sector;
pub mod time_zone;

mod table;
