//! Kalends: service.
