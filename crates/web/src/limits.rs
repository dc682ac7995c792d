//! How much a client may ask: a steady rate with a burst, told in `RateLimit` headers, refused with 429 (PLATFORM
//! section 4). Counted in each process on its own.

use crate::answer;
use axum::response::Response;
use governor::clock::{Clock as _, DefaultClock, QuantaInstant, Reference as _};
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use kalends_engine::problem::{Failure, Problem};
use parking_lot::RwLock;
use std::collections::HashMap;
use std::num::NonZeroU32;

type Limiter = RateLimiter<String, DefaultKeyedStateStore<String>, DefaultClock, StateInformationMiddleware>;

/// Limits by key: a client's id for the APIs, client and network address for failed authentications.
pub struct Limits {
    per_second: u32,
    requests: Option<Limiter>,
    failures: Limiter,
    barred: RwLock<HashMap<String, QuantaInstant>>,
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Limits").field("per_second", &self.per_second).finish_non_exhaustive()
    }
}

/// Failed authentications of one client from one address before it must wait.
const FAILURES: NonZeroU32 = NonZeroU32::new(20).expect("not nought");

/// What a client has left.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Left {
    limit: u32,
    remaining: u32,
}

impl Limits {
    /// `per_second` requests of each client, bursts of twice as many; 0 means no limit.
    pub fn new(per_second: u32) -> Self {
        let quota = |rate: NonZeroU32| Quota::per_second(rate).allow_burst(rate.saturating_mul(TWO));
        let keyed = |quota: Quota| RateLimiter::keyed(quota).with_middleware();
        let requests = NonZeroU32::new(per_second).map(|rate| keyed(quota(rate)));
        Self { per_second, requests, failures: keyed(Quota::per_minute(FAILURES)), barred: RwLock::default() }
    }

    /// Counts one request.
    ///
    /// # Errors
    /// `rate_limited` (429).
    pub(crate) fn request(&self, client: &str) -> Result<Option<Left>, Failure> {
        let Some(limiter) = &self.requests else { return Ok(None) };
        match limiter.check_key(&client.to_owned()) {
            Ok(state) => {
                Ok(Some(Left { limit: state.quota().burst_size().get(), remaining: state.remaining_burst_capacity() }))
            }
            Err(until) => Err(refuse(until.wait_time_from(DefaultClock::default().now()))),
        }
    }

    /// What a client has left that was just refused: nothing.
    pub(crate) fn nothing_left(&self) -> Left {
        Left { limit: self.per_second.saturating_mul(TWO.get()), remaining: 0 }
    }

    /// Whether a client may still try to authenticate.
    ///
    /// # Errors
    /// `rate_limited` (429).
    pub(crate) fn is_open(&self, key: &str) -> Result<(), Failure> {
        let barred = self.barred.read().get(key).copied();
        let now = DefaultClock::default().now();
        match barred.map(|until| until.duration_since(now)) {
            Some(left) if left > Nanos::default() => Err(refuse(left.into())),
            _ => Ok(()),
        }
    }

    /// Counts a failed authentication; too many bar the client from this address for a while.
    pub(crate) fn failed(&self, key: &str) {
        if let Err(until) = self.failures.check_key(&key.to_owned()) {
            let clock = DefaultClock::default();
            let open = clock.now() + Nanos::from(until.wait_time_from(clock.now()));
            self.barred.write().insert(key.to_owned(), open);
        }
    }

    /// Forgets clients that have not asked for a while.
    pub fn tidy(&self) {
        if let Some(limiter) = &self.requests {
            limiter.retain_recent();
        }
        self.failures.retain_recent();
        let now = DefaultClock::default().now();
        self.barred.write().retain(|_, until| *until > now);
    }
}

const TWO: NonZeroU32 = NonZeroU32::new(2).expect("not nought");

fn refuse(wait: std::time::Duration) -> Failure {
    let seconds = wait.as_secs().saturating_add(1);
    let problem = Problem::new("rate_limited").arg("seconds", seconds.to_string());
    Failure { retry_after: Some(seconds), ..problem.with_status(429) }
}

impl Left {
    /// Writes the headers of the IETF draft "RateLimit header fields for HTTP".
    pub(crate) fn tell(self, response: &mut Response) {
        answer::set(response, "ratelimit-policy", &format!("\"client\";q={};w=2", self.limit));
        answer::set(response, "ratelimit", &format!("\"client\";r={};t=1", self.remaining));
    }
}
