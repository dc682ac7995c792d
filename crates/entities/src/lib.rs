//! Kalends: entities.
