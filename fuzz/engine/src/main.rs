//! One target under libFuzzer; `KALENDS_FUZZ_TARGET` says which.
#![no_main]

use kalends_fuzz::{Target, target};
use std::sync::OnceLock;

static TARGET: OnceLock<&Target> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let target = TARGET.get_or_init(|| {
        let name = std::env::var("KALENDS_FUZZ_TARGET").unwrap_or_default();
        target(&name).expect("KALENDS_FUZZ_TARGET names a target")
    });
    (target.run)(data);
});
