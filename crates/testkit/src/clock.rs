//! A clock that stands still until a test moves it.

use kalends_engine::Micros;
use kalends_engine::clock::Clock;
use std::sync::atomic::{AtomicI64, Ordering};

/// The clock of a [`crate::app::TestApp`].
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// A clock that shows the given instant, RFC 3339.
    ///
    /// # Panics
    /// When the text is no instant.
    pub fn at(text: &str) -> Self {
        Self(AtomicI64::new(instant(text)))
    }

    /// Sets the clock.
    pub fn set(&self, text: &str) {
        self.0.store(instant(text), Ordering::SeqCst);
    }

    /// Moves the clock by seconds, backwards when negative.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Micros {
        self.0.load(Ordering::SeqCst)
    }
}

fn instant(text: &str) -> Micros {
    kalends_engine::scalar::instant(text).expect("an RFC 3339 instant")
}
