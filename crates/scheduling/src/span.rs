//! Half-open ranges of instants and their algebra.
//!
//! Invariant of [`Spans`]: sorted, none empty, no two overlap or touch. So two equal sets of instants are equal values,
//! and every operation is a binary search or one merge.

use crate::Micros;

/// The instants from `start` up to, but without, `end`. Empty when `end <= start`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first instant inside.
    pub start: Micros,
    /// The first instant after it.
    pub end: Micros,
}

impl Span {
    /// From `start` up to, but without, `end`.
    #[must_use]
    pub const fn new(start: Micros, end: Micros) -> Self {
        Self { start, end }
    }

    /// Whether no instant is inside.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether the instant is inside.
    #[must_use]
    pub const fn holds(self, instant: Micros) -> bool {
        self.start <= instant && instant < self.end
    }

    /// What both have in common; empty when they have nothing.
    #[must_use]
    pub fn intersect(self, other: Self) -> Self {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }
}

/// A set of instants as a normalized list of ranges: sorted, none empty, none overlapping or touching another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Spans(Vec<Span>);

impl Spans {
    /// The set of the instants of all these ranges, which may come in any order, overlap, or be empty.
    pub fn new(spans: impl IntoIterator<Item = Span>) -> Self {
        let mut list: Vec<Span> = spans.into_iter().filter(|span| !span.is_empty()).collect();
        if !list.is_sorted() {
            list.sort_unstable();
        }
        Self::merged(list)
    }

    /// The set of no instants.
    #[must_use]
    pub const fn empty() -> Self {
        Self(Vec::new())
    }

    /// Joins what overlaps or touches. The list must be sorted by start and without empty ranges.
    fn merged(mut list: Vec<Span>) -> Self {
        list.dedup_by(|next, last| {
            let joins = next.start <= last.end;
            if joins {
                last.end = last.end.max(next.end);
            }
            joins
        });
        Self(list)
    }

    /// The ranges, sorted.
    #[must_use]
    pub fn as_slice(&self) -> &[Span] {
        &self.0
    }

    /// The ranges, sorted.
    pub fn iter(&self) -> std::slice::Iter<'_, Span> {
        self.0.iter()
    }

    /// Whether no instant is inside.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The instants of either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut list = Vec::with_capacity(self.0.len() + other.0.len());
        loop {
            let next = match (left.peek(), right.peek()) {
                (Some(a), Some(b)) if b < a => right.next(),
                (Some(_), _) => left.next(),
                (None, _) => right.next(),
            };
            match next {
                Some(span) => list.push(*span),
                None => return Self::merged(list),
            }
        }
    }

    /// The instants of this set that are not in the other.
    #[must_use]
    pub fn subtract(&self, other: &Self) -> Self {
        let mut list = Vec::with_capacity(self.0.len() + other.0.len());
        let mut others = other.0.as_slice();
        for span in &self.0 {
            let mut rest = *span;
            others = &others[skipped(others, rest.start)..];
            for hole in others.iter().take_while(|hole| hole.start < span.end) {
                if rest.start < hole.start {
                    list.push(Span::new(rest.start, hole.start));
                }
                rest.start = hole.end;
            }
            if !rest.is_empty() {
                list.push(rest);
            }
        }
        Self(list)
    }

    /// The instants in both.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let mut list = Vec::with_capacity(self.0.len().max(other.0.len()));
        let mut others = other.0.as_slice();
        for span in &self.0 {
            others = &others[skipped(others, span.start)..];
            list.extend(others.iter().take_while(|piece| piece.start < span.end).map(|piece| piece.intersect(*span)));
        }
        Self(list)
    }

    /// Whether the whole range lies inside one piece. A range without instants does when its two ends do.
    #[must_use]
    pub fn contains(&self, span: Span) -> bool {
        let after = self.0.partition_point(|piece| piece.start <= span.start);
        after > 0 && span.end <= self.0[after - 1].end && span.start <= self.0[after - 1].end
    }

    /// Whether the instant is inside.
    #[must_use]
    pub fn holds(&self, instant: Micros) -> bool {
        let after = self.0.partition_point(|piece| piece.start <= instant);
        after > 0 && instant < self.0[after - 1].end
    }

    /// Whether the range has an instant in common with the set.
    #[must_use]
    pub fn overlaps(&self, span: Span) -> bool {
        let first = self.0.partition_point(|piece| piece.end <= span.start);
        !span.is_empty() && self.0.get(first).is_some_and(|piece| piece.start < span.end)
    }

    /// The instants of the set that are inside the range.
    #[must_use]
    pub fn clip(&self, span: Span) -> Self {
        if span.is_empty() {
            return Self::empty();
        }
        Self(self.near(span).iter().map(|piece| piece.intersect(span)).collect())
    }

    /// The pieces that have an instant in common with the range, whole.
    #[must_use]
    pub fn near(&self, span: Span) -> &[Span] {
        let first = self.0.partition_point(|piece| piece.end <= span.start);
        let rest = &self.0[first..];
        &rest[..rest.partition_point(|piece| piece.start < span.end)]
    }
}

/// How many of the first ranges end before the instant. Neighbours in a merge are near, so it looks there first.
fn skipped(list: &[Span], start: Micros) -> usize {
    if list.first().is_none_or(|span| span.end > start) {
        return 0;
    }
    list.partition_point(|span| span.end <= start)
}

impl From<Span> for Spans {
    fn from(span: Span) -> Self {
        Self::new([span])
    }
}

impl FromIterator<Span> for Spans {
    fn from_iter<I: IntoIterator<Item = Span>>(spans: I) -> Self {
        Self::new(spans)
    }
}

impl<'a> IntoIterator for &'a Spans {
    type Item = &'a Span;
    type IntoIter = std::slice::Iter<'a, Span>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
