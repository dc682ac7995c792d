//! Kalends: scheduling.
