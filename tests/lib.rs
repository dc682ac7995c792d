//! Tests over real HTTP; see `main.rs`.
