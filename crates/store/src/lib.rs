//! Kalends: store.
