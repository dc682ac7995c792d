//! `/oauth/…` and `/.well-known/…`

mod token;
