//! Kalends.
fn main() {}
