//! What strangers may send us, as targets for a fuzzer: each takes any bytes and says by a panic what must not be.
//!
//! A target does more than not to crash: it compares with a second way to the same answer, or reads back what it wrote.
//! `fuzz/README.md` says how they are run; a short run is part of the tests.

pub mod mutate;
mod targets;

use targets::{basic, form, multipart, next, redirect, token};

/// A target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, and that of its folder in `corpus/`.
    pub name: &'static str,
    /// Judges an input; panics when something is wrong.
    pub run: fn(&[u8]),
    /// Words its inputs are made of.
    pub words: &'static [&'static str],
}

/// Every target.
pub const TARGETS: &[Target] = &[
    Target { name: "basic", run: basic::run, words: basic::WORDS },
    Target { name: "form", run: form::run, words: form::WORDS },
    Target { name: "multipart", run: multipart::run, words: multipart::WORDS },
    Target { name: "next", run: next::run, words: next::WORDS },
    Target { name: "redirect", run: redirect::run, words: redirect::WORDS },
    Target { name: "token", run: token::run, words: token::WORDS },
];

/// The target of a name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
