//! Kalends: web.
