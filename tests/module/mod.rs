//! `/module/v3/…`

mod organization;
