//! Kalends: catalog.
