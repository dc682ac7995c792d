//! `/oauth/…` and `/.well-known/…`

mod authorize;
mod code;
mod families;
mod flow;
mod introspect;
mod login;
mod model;
mod races;
mod token;
