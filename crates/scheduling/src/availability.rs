//! Availability through a chain of owners, and exceptions from it.

use crate::{Span, Spans};

/// The availability of one level of a chain: inside `defined` (the ranges that were written there, even if as closed)
/// its own, outside what it inherits.
#[must_use]
pub fn layered(defined: &Spans, own: &Spans, inherited: &Spans) -> Spans {
    own.intersect(defined).union(&inherited.subtract(defined))
}

/// An exception from the hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exception {
    /// Whether it opens (FREE) or closes (BLOCKED).
    pub free: bool,
    /// When.
    pub span: Span,
    /// How specific it is: 0 for all, 1 for one booking resource or one template, 2 for the pair.
    pub level: u8,
}

/// The hours with the exceptions that concern them.
///
/// Level by level, the less specific first: openings are added, then closings taken away. So BLOCKED beats FREE at the
/// same level, and a more specific level beats a less specific one. The order of the list does not matter.
#[must_use]
pub fn with_exceptions(base: &Spans, exceptions: &[Exception]) -> Spans {
    let mut levels: Vec<u8> = exceptions.iter().map(|exception| exception.level).collect();
    levels.sort_unstable();
    levels.dedup();
    let of = |level: u8, free: bool| {
        let these = exceptions.iter().filter(move |exception| exception.level == level && exception.free == free);
        these.map(|exception| exception.span).collect::<Spans>()
    };
    levels.into_iter().fold(base.clone(), |hours, level| hours.union(&of(level, true)).subtract(&of(level, false)))
}
