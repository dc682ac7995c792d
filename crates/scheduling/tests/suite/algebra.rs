//! The algebra of ranges, and what is built of it, against one bit per instant.

use crate::cases;
use kalends_scheduling::availability::{Exception, layered, with_exceptions};
use kalends_scheduling::{Micros, Span, Spans, grid};
use proptest::prelude::*;

/// Instants 0 to 63 as bits.
type Bits = u64;

fn ranges() -> impl Strategy<Value = Vec<Span>> {
    // Empty and reversed ones too; touching ones are frequent.
    prop::collection::vec((0..64i64, -2..12i64).prop_map(|(start, length)| Span::new(start, start + length)), 0..8)
        .prop_map(|mut list| {
            list.iter_mut().for_each(|span| span.end = span.end.min(64));
            list
        })
}

fn bits(spans: &[Span]) -> Bits {
    (0..64).filter(|bit| spans.iter().any(|span| span.start <= *bit && *bit < span.end)).map(|bit| 1 << bit).sum()
}

fn bit(bits: Bits, at: Micros) -> bool {
    (0..64).contains(&at) && bits >> at & 1 == 1
}

/// The bits of a set whose form was checked.
fn of(spans: &Spans) -> Bits {
    let list = spans.as_slice();
    assert!(list.iter().all(|span| span.start < span.end), "an empty piece: {list:?}");
    assert!(list.windows(2).all(|pair| pair[0].end < pair[1].start), "not apart: {list:?}");
    bits(list)
}

fn exceptions() -> impl Strategy<Value = Vec<Exception>> {
    let one = (any::<bool>(), 0..60i64, 1..16i64, 0..3u8).prop_map(|(free, start, length, level)| Exception {
        free,
        span: Span::new(start, (start + length).min(64)),
        level,
    });
    prop::collection::vec(one, 0..7)
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn sets_of_instants(a in ranges(), b in ranges(), probe in (0..64i64, 0..12i64)) {
        let (x, y) = (bits(&a), bits(&b));
        let (a, b) = (Spans::new(a), Spans::new(b));
        prop_assert_eq!(of(&a), x);
        prop_assert_eq!(of(&a.union(&b)), x | y);
        prop_assert_eq!(of(&a.subtract(&b)), x & !y);
        prop_assert_eq!(of(&a.intersect(&b)), x & y);
        prop_assert_eq!(a.is_empty(), x == 0);
        // Equal sets are equal values.
        prop_assert_eq!(&a.union(&b).subtract(&b).union(&a.intersect(&b)), &a);

        let probe = Span::new(probe.0, probe.0 + probe.1);
        let instants = || probe.start..probe.end;
        prop_assert_eq!(a.overlaps(probe), instants().any(|at| bit(x, at)));
        if !probe.is_empty() {
            prop_assert_eq!(a.contains(probe), instants().all(|at| bit(x, at)));
        }
        prop_assert_eq!(a.holds(probe.start), bit(x, probe.start));
        prop_assert_eq!(of(&a.clip(probe)), x & bits(&[probe]));
        let near: Vec<Span> = a.iter().copied().filter(|piece| instants().any(|at| piece.holds(at))).collect();
        if !probe.is_empty() {
            prop_assert_eq!(a.near(probe), near);
        }
    }

    #[test]
    fn layers(defined in ranges(), own in ranges(), above in ranges(), starts in any::<(u64, u64)>()) {
        let (d, o, a) = (bits(&defined), bits(&own), bits(&above));
        let defined = Spans::new(defined);
        let hours = layered(&defined, &Spans::new(own), &Spans::new(above));
        prop_assert_eq!(of(&hours), (o & d) | (a & !d));

        let list = |bits: Bits| (0..64i64).filter(|at| bit(bits, *at)).collect::<Vec<_>>();
        let (own, inherited) = starts;
        let layered = grid::layered(&defined, list(own), list(inherited));
        prop_assert_eq!(layered, list((own & d) | (inherited & !d)));
    }

    #[test]
    fn exceptions_by_level(base in ranges(), exceptions in exceptions()) {
        let hours = with_exceptions(&Spans::new(base.clone()), &exceptions);
        let found = of(&hours);
        for at in 0..64 {
            // The most specific level that says anything about the instant decides.
            let decisive = (0..3).rev().find_map(|level| {
                let says = |free| exceptions.iter().any(|one| one.level == level && one.free == free && one.span.holds(at));
                if says(false) { Some(false) } else { says(true).then_some(true) }
            });
            prop_assert_eq!(bit(found, at), decisive.unwrap_or_else(|| bit(bits(&base), at)), "instant {}", at);
        }
        let reversed: Vec<Exception> = exceptions.into_iter().rev().collect();
        prop_assert_eq!(with_exceptions(&Spans::new(base), &reversed), hours);
    }
}

#[test]
fn ends_of_time() {
    let all = Spans::from(Span::new(Micros::MIN, Micros::MAX));
    assert!(all.contains(Span::new(Micros::MIN, Micros::MAX)));
    assert!(all.overlaps(Span::new(Micros::MAX - 1, Micros::MAX)));
    assert!(all.subtract(&all).is_empty());
    assert!(!Spans::empty().contains(Span::new(0, 0)));
}
