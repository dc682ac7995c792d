//! Random documents against every entity's table: never an error of ours, every wrong field named and no other, nothing
//! half-taken, and what was accepted comes back equal.

mod bytes;
mod documents;
mod expected;
mod input;
mod wire;
