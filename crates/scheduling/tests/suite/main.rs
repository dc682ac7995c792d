//! Tests of scheduling: the scenarios as tables, and properties against references that are written another way.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod algebra;
mod clock;
mod evaluator;
mod matching;
mod reasons;
mod reference;
mod scenarios;
mod wide;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use kalends_scheduling::{MINUTE, Micros, Span, Spans};
use proptest::test_runner::Config;

/// So many cases, times `KALENDS_CASES` in percent (so 1000 asks for ten times as many).
fn cases(usual: u32) -> Config {
    let percent = std::env::var("KALENDS_CASES").map_or(100, |text| text.parse::<u32>().unwrap());
    let cases = (usual.saturating_mul(percent) / 100).max(1);
    Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() }
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

/// An instant, written with its offset.
fn at(text: &str) -> Micros {
    text.parse::<Timestamp>().unwrap().as_microsecond()
}

fn span(from: &str, to: &str) -> Span {
    Span::new(at(from), at(to))
}

/// Ranges given in minutes as start and length, counted from an origin.
fn minutes(origin: Micros, ranges: &[(i64, i64)]) -> Spans {
    let of = |(start, length): &(i64, i64)| Span::new(origin + start * MINUTE, origin + (start + length) * MINUTE);
    ranges.iter().map(of).collect()
}
