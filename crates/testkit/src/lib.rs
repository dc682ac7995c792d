//! Kalends: testkit.
