//! The authorization server as pure functions: reading token requests, knowing clients, signing and verifying tokens.
//!
//! No HTTP, no SQL, no clock and no randomness of its own: the instant and random bytes are passed in.

pub mod client;
pub mod error;
pub mod family;
pub mod jwt;
pub mod keys;
pub mod next;
pub mod password;
pub mod pkce;
pub mod redirect;
pub mod request;

/// An instant: microseconds since 1970-01-01T00:00:00Z.
pub type Micros = i64;

/// Life of a refresh token in seconds (PLATFORM section 3.1).
pub const REFRESH_SECONDS: i64 = 2_592_000;
/// Life of a person's login in a client whose refresh tokens rotate, in seconds: ninety days, whatever is rotated.
pub const LOGIN_SECONDS: i64 = 7_776_000;
/// Life of an access token in seconds (PLATFORM section 3.1).
pub const ACCESS_SECONDS: i64 = 300;
