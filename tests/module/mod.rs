//! `/module/v3/…`

mod booking;
mod organization;
