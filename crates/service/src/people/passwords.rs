//! Hashing passwords without letting a crowd of logins take the machine: as many at once as there are cores, a short wait
//! for the others, then 503.

use kalends_engine::clock::Entropy;
use kalends_engine::problem::{Failure, Problem};
use kalends_oauth::password::{self, Memory};
use parking_lot::Mutex;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, mpsc};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// Least characters of a new password.
pub const LENGTH_MIN: usize = 10;
/// How long a hash may wait for its turn before the request is refused.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a thread keeps its memory when there is nothing to hash.
const IDLE: Duration = Duration::from_secs(10);
/// When a refused request may come again, in seconds.
const RETRY_AFTER: u64 = 2;
/// Passwords that everybody tries first and that are long enough for the other rules; compared in lower case.
const COMMON: &str = include_str!("common_passwords.txt");

type Job = Box<dyn FnOnce(&mut Memory) + Send>;

/// The turns of hashing, and the threads that hash: as many as may hash at once, each with the 19 MiB that a hash takes. It
/// keeps them from one hash to the next, and gives them back when nobody logs in for a while.
#[derive(Debug, Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    jobs: mpsc::Sender<Job>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self::at_once(std::thread::available_parallelism().map_or(1, usize::from))
    }
}

/// What a hashing thread does until nobody can send jobs any more.
fn work(jobs: &Mutex<mpsc::Receiver<Job>>) {
    let mut memory = Memory::default();
    loop {
        let job = jobs.lock().recv_timeout(IDLE);
        match job {
            // A job that panics answers nobody; the thread goes on.
            Ok(job) => drop(std::panic::catch_unwind(AssertUnwindSafe(|| job(&mut memory)))),
            Err(mpsc::RecvTimeoutError::Timeout) => memory = Memory::default(),
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        }
    }
}

impl Passwords {
    /// So many hashes at once.
    pub fn at_once(count: usize) -> Self {
        let count = count.max(1);
        let (jobs, waiting) = mpsc::channel::<Job>();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..count {
            let waiting = Arc::clone(&waiting);
            std::thread::spawn(move || work(&waiting));
        }
        Self { turns: Arc::new(Semaphore::new(count)), jobs }
    }

    /// The hash of a new password.
    ///
    /// # Errors
    /// `password_too_long` (400) before anything is computed; `unavailable` (503) when no turn came in time.
    pub async fn hash(&self, password: &str, entropy: &Arc<dyn Entropy>) -> Result<String, Failure> {
        refuse_long(password)?;
        let (password, entropy) = (password.to_owned(), Arc::clone(entropy));
        let hashed =
            self.run(move |memory| password::hash(&password, memory, &mut |bytes| entropy.fill(bytes))).await?;
        hashed.map_err(|_| Failure::internal())
    }

    /// Whether the password belongs to the hash. An empty hash (an unknown person, or one who never had a password) takes
    /// as long as any other.
    ///
    /// # Errors
    /// `password_too_long` (400) before anything is computed; `unavailable` (503) when no turn came in time.
    pub async fn verify(&self, password: &str, hash: &str) -> Result<bool, Failure> {
        refuse_long(password)?;
        let (password, hash) = (password.to_owned(), hash.to_owned());
        self.run(move |memory| password::verify(&password, &hash, memory)).await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce(&mut Memory) -> T + Send + 'static) -> Result<T, Failure> {
        let turn: OwnedSemaphorePermit = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| Failure { retry_after: Some(RETRY_AFTER), ..Failure::unavailable() })?
            .map_err(|_| Failure::internal())?;
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |memory| {
            // Whoever asked may have gone away.
            let _ = answer.send(work(memory));
            // Given back by the thread that worked: a caller who went away does not let another hash begin beside it.
            drop(turn);
        });
        self.jobs.send(job).map_err(|_| Failure::internal())?;
        answered.await.map_err(|_| Failure::internal())
    }
}

/// A password too long to be one is refused before it costs anything.
fn refuse_long(password: &str) -> Result<(), Failure> {
    if password.len() > password::LENGTH_MAX {
        return Err(Problem::at("password_too_long", "password").arg("max", password::LENGTH_MAX.to_string()).into());
    }
    Ok(())
}

/// Whether a new password is good enough: long, not the e-mail address, none of the most common ones. Nothing is asked of
/// its letters (NIST SP 800-63B).
///
/// # Errors
/// `password_too_short`, `password_too_long`, `password_is_email`, `password_common` (400), at `password`.
pub fn check_new(password: &str, email: &str) -> Result<(), Failure> {
    refuse_long(password)?;
    if password.chars().count() < LENGTH_MIN {
        return Err(Problem::at("password_too_short", "password").arg("min", LENGTH_MIN.to_string()).into());
    }
    let lower = password.to_lowercase();
    let email = email.to_lowercase();
    let local = email.split('@').next().unwrap_or_default();
    if lower == email || (lower == local && !local.is_empty()) {
        return Err(Failure::invalid_at("password_is_email", "password"));
    }
    let same = lower.chars().next().is_some_and(|first| lower.chars().all(|other| other == first));
    if same || COMMON.lines().any(|line| line == lower) {
        return Err(Failure::invalid_at("password_common", "password"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_new_password_must_be() {
        let code = |password: &str| check_new(password, "erika.sommer@example.com").map_err(|f| f.problems[0].code);
        assert_eq!(code("correct horse battery"), Ok(()));
        assert_eq!(code("kühlschrank"), Ok(()), "letters are counted, not bytes");
        assert_eq!(code("short"), Err("password_too_short"));
        assert_eq!(code("Erika.Sommer@example.com"), Err("password_is_email"));
        assert_eq!(code("erika.sommer"), Err("password_is_email"));
        assert_eq!(code("1234567890"), Err("password_common"));
        assert_eq!(code("Qwertzuiop"), Err("password_common"));
        assert_eq!(code("aaaaaaaaaaaa"), Err("password_common"));
        assert_eq!(code(&"x".repeat(1 << 20)), Err("password_too_long"));
    }

    /// Whoever gets no turn in time is told to come again.
    #[test]
    fn c19_no_turn_in_time() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let passwords = Passwords::at_once(1);
            let turn = Arc::clone(&passwords.turns).acquire_owned().await.expect("a turn");
            let refused = passwords.verify("a password", "").await.expect_err("refused");
            assert_eq!((refused.status, refused.retry_after), (503, Some(RETRY_AFTER)));
            drop(turn);
            assert_eq!(passwords.verify("a password", "").await, Ok(false));
        });
    }

    #[test]
    fn the_list_is_in_lower_case_and_long_enough_to_matter() {
        let mut lines: Vec<&str> = COMMON.lines().collect();
        assert!(lines.iter().all(|line| line.chars().count() >= LENGTH_MIN && *line == line.to_lowercase()));
        let count = lines.len();
        lines.sort_unstable();
        lines.dedup();
        assert_eq!(lines.len(), count);
    }
}
