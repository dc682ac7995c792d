//! Kalends: engine.
