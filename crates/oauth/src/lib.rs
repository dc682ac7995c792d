//! Kalends: oauth.
