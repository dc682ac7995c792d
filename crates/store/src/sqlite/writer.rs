//! The writer thread: takes jobs from the queue and commits them in groups.
//!
//! Invariant: a job is answered exactly once, and with `Ok` only after its group's commit.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::Session;
use crate::tx::Engine;
use crate::{Result, StoreError, Tx, TxFuture};

/// Jobs that share one commit.
const GROUP: usize = 256;
/// No job joins a group that is older than this, so that the first one is not kept waiting.
const GROUP_AGE: Duration = Duration::from_millis(20);

pub(super) struct Writer {
    tx: Tx,
    queue: mpsc::Receiver<Message>,
    time_limit: Duration,
    /// Who waits for the queue to be empty and the file to be closed.
    closing: Vec<oneshot::Sender<()>>,
}

impl Writer {
    pub(super) fn new(session: Session, queue: mpsc::Receiver<Message>, time_limit: Duration) -> Writer {
        Writer { tx: Tx::new(Engine::Sqlite(session)), queue, time_limit, closing: Vec::new() }
    }

    /// Works until the store is closed or dropped and the queue is empty.
    pub(super) fn run(mut self) {
        while let Some(message) = self.queue.blocking_recv() {
            if let Some(job) = self.job(message) {
                self.group(job);
            }
        }
        if let Err(error) = self.session().batch("PRAGMA wal_checkpoint(TRUNCATE)") {
            tracing::warn!(%error, "the write-ahead log stays beside the database file");
        }
        drop(self.tx);
        for done in self.closing {
            // Who asked may have stopped waiting.
            let _ = done.send(());
        }
    }

    fn job(&mut self, message: Message) -> Option<Box<dyn Job>> {
        match message {
            Message::Job(job) => Some(job),
            Message::Close(done) => {
                self.queue.close();
                self.closing.push(done);
                None
            }
        }
    }

    /// Runs a job and those that arrive meanwhile in one transaction, then answers them all.
    fn group(&mut self, first: Box<dyn Job>) {
        let begun = Instant::now();
        let mut waiting = VecDeque::from([first]);
        let mut kept: Vec<Box<dyn Job>> = Vec::new();
        let mut outcome = self.session().command("BEGIN IMMEDIATE");
        while outcome.is_ok() {
            let Some(mut job) = waiting.pop_front().or_else(|| self.next(kept.len(), begun)) else {
                outcome = self.session().command("COMMIT");
                break;
            };
            if job.abandoned() {
                continue;
            }
            self.attempt(job.as_mut());
            if self.session().in_transaction() {
                kept.push(job);
            } else {
                // The failure of this job (interrupted, disk full) took the others' work along: once more without it.
                job.answer();
                kept.extend(waiting.drain(..));
                waiting.extend(kept.drain(..));
                outcome = self.session().command("BEGIN IMMEDIATE");
            }
        }
        if let Err(error) = outcome {
            if self.session().in_transaction() {
                // Should even this fail, BEGIN fails for the next group, which tries it again.
                drop(self.session().command("ROLLBACK"));
            }
            kept.extend(waiting);
            // Without a transaction those still in the queue would only wait as long again, for the same answer.
            kept.extend(std::iter::from_fn(|| self.next(0, Instant::now())).take(GROUP));
            for job in &mut kept {
                job.fail(error.clone());
            }
        }
        for job in kept {
            job.answer();
        }
    }

    /// The next job of a group, if one waits and the group may grow.
    fn next(&mut self, size: usize, begun: Instant) -> Option<Box<dyn Job>> {
        while size < GROUP && begun.elapsed() < GROUP_AGE {
            let message = self.queue.try_recv().ok()?;
            if let Some(job) = self.job(message) {
                return Some(job);
            }
        }
        None
    }

    /// Runs one job inside its own savepoint. Afterwards the job has its answer, and either only its own work is undone or
    /// the transaction is gone.
    fn attempt(&mut self, job: &mut dyn Job) {
        self.tx.reset();
        let limit = self.time_limit;
        if let Err(error) = self.session().command("SAVEPOINT job") {
            return self.give_up(job, error);
        }
        self.session().limit_time(limit);
        let mut keep = job.run(&mut self.tx);
        self.session().lift_time_limit();
        if keep && let Some(error) = self.tx.failed() {
            job.fail(error.clone());
            keep = false;
        }
        if !self.session().in_transaction() {
            if keep {
                job.fail(StoreError::Other("a transaction ended itself".to_owned()));
            }
            return;
        }
        let ended = if keep {
            self.session().command("RELEASE job")
        } else {
            self.session().command("ROLLBACK TO job").and_then(|()| self.session().command("RELEASE job"))
        };
        if let Err(error) = ended {
            self.give_up(job, error);
        }
    }

    fn give_up(&mut self, job: &mut dyn Job, error: StoreError) {
        job.fail(error);
        // Should this fail too, the commit of the group does as well.
        drop(self.session().command("ROLLBACK"));
    }

    fn session(&mut self) -> &mut Session {
        match &mut self.tx.engine {
            Engine::Sqlite(session) => session,
            Engine::Postgres(_) => unreachable!("the writer's transaction is on SQLite"),
        }
    }
}

pub(super) enum Message {
    Job(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

/// A write closure with its types hidden, so that closures of all callers share one queue.
pub(super) trait Job: Send {
    /// Whether nobody waits for the answer any more.
    fn abandoned(&self) -> bool;
    /// Runs the closure and keeps its answer; true when that was `Ok`.
    fn run(&mut self, tx: &mut Tx) -> bool;
    /// Replaces the answer.
    fn fail(&mut self, error: StoreError);
    fn answer(self: Box<Self>);
}

pub(super) struct TypedJob<T, E, F> {
    f: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> TypedJob<T, E, F> {
    pub(super) fn new(f: F, reply: oneshot::Sender<Result<T, E>>) -> TypedJob<T, E, F> {
        TypedJob { f, result: None, reply }
    }
}

impl<T, E, F> Job for TypedJob<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: for<'t> Fn(&'t mut Tx) -> TxFuture<'t, T, E> + Send,
{
    fn abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(&mut self, tx: &mut Tx) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        let polled = catch_unwind(AssertUnwindSafe(|| (self.f)(tx).as_mut().poll(&mut context)));
        let result = match polled {
            Ok(Poll::Ready(result)) => result,
            Ok(Poll::Pending) => {
                Err(StoreError::Other("a transaction awaited something besides itself".to_owned()).into())
            }
            Err(_) => Err(StoreError::Other("a transaction panicked".to_owned()).into()),
        };
        self.result.insert(result).is_ok()
    }

    fn fail(&mut self, error: StoreError) {
        self.result = Some(Err(error.into()));
    }

    fn answer(self: Box<Self>) {
        if let Some(result) = self.result {
            // The caller may have stopped waiting.
            drop(self.reply.send(result));
        }
    }
}
