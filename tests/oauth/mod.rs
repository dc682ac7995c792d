//! `/oauth/…` and `/.well-known/…`

mod authorize;
mod flow;
mod login;
mod token;
