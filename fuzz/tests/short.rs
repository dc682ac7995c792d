//! The short run: the corpus as it is, then inputs made from it, for some seconds.

use kalends_fuzz::mutate::Mutator;
use kalends_fuzz::{TARGETS, Target};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long each target is tried; `KALENDS_FUZZ_SECONDS` says another time.
const SECONDS: u64 = 2;

fn folder(target: &Target) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name)
}

fn corpus(target: &Target) -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder(target)).expect("a corpus").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).expect("readable")).collect()
}

/// Runs a target; what it complains about is shown with its input, ready to become a file of the corpus.
fn judge(target: &Target, input: &[u8]) {
    if std::panic::catch_unwind(|| (target.run)(input)).is_err() {
        panic!("{} fails for \"{}\"", target.name, input.escape_ascii());
    }
}

fn short_run(name: &str) {
    let target = kalends_fuzz::target(name).expect("a target");
    let corpus = corpus(target);
    assert!(corpus.len() >= 5, "{name} has a corpus of {}", corpus.len());
    for input in &corpus {
        judge(target, input);
    }
    let seconds = std::env::var("KALENDS_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SECONDS);
    // Another seed in each run: the days together are a long run.
    #[expect(clippy::disallowed_methods, reason = "any number does, as long as it is another one each time")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let mut mutator = Mutator::new(now.subsec_nanos().into());
    let (begin, mut count) = (Instant::now(), 0_u64);
    while begin.elapsed() < Duration::from_secs(seconds) {
        for _ in 0..100 {
            judge(target, &mutator.input(&corpus, target.words));
        }
        count += 100;
    }
    assert!(count >= 100, "{name}: {count} inputs");
}

#[test]
fn basic() {
    short_run("basic");
}

#[test]
fn form() {
    short_run("form");
}

#[test]
fn multipart() {
    short_run("multipart");
}

#[test]
fn next() {
    short_run("next");
}

#[test]
fn redirect() {
    short_run("redirect");
}

#[test]
fn token() {
    short_run("token");
}

/// A target without a test, or a corpus without a target, would be forgotten.
#[test]
fn each_target_is_run() {
    let own = include_str!("short.rs");
    for target in TARGETS {
        assert!(own.contains(&format!("short_run(\"{}\")", target.name)), "{} is not run", target.name);
    }
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")).expect("corpus") {
        let name = entry.expect("a folder").file_name();
        assert!(name.to_str().and_then(kalends_fuzz::target).is_some(), "{name:?} has no target");
    }
}
