//! The connections for plain reads: shared by all tasks, whose statements travel one behind the other without waiting for
//! each other's answers.
//!
//! Invariant: a connection that was lost is replaced by the next one who needs it, and those who wait for the same attempt
//! share its failure instead of trying one after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use deadpool_postgres::ClientWrapper;
use parking_lot::RwLock;
use tokio::sync::Mutex;
use tokio_postgres::{Config, NoTls};

use super::{closed, connect_error};
use crate::{Result, StoreError};

pub(super) struct Readers {
    server: Config,
    slots: Vec<Slot>,
    next: AtomicUsize,
    closed: AtomicBool,
}

#[derive(Default)]
struct Slot {
    connection: RwLock<Option<Arc<ClientWrapper>>>,
    /// Held while connecting.
    connecting: Mutex<Option<StoreError>>,
    failures: AtomicU64,
}

impl Readers {
    pub(super) fn new(server: Config, count: usize) -> Readers {
        let slots = std::iter::repeat_with(Slot::default).take(count).collect();
        Readers { server, slots, next: AtomicUsize::new(0), closed: AtomicBool::new(false) }
    }

    /// A connection that is open as far as known; each call takes the next one in turn.
    pub(super) async fn connection(&self) -> Result<Arc<ClientWrapper>> {
        if self.closed.load(Ordering::Acquire) {
            return Err(closed());
        }
        let slot = &self.slots[self.next.fetch_add(1, Ordering::Relaxed) % self.slots.len()];
        if let Some(connection) = slot.open_connection() {
            return Ok(connection);
        }
        let failures = slot.failures.load(Ordering::Acquire);
        let mut last_failure = slot.connecting.lock().await;
        if let Some(connection) = slot.open_connection() {
            return Ok(connection);
        }
        if slot.failures.load(Ordering::Acquire) != failures
            && let Some(error) = last_failure.as_ref()
        {
            return Err(error.clone());
        }
        match self.connect().await {
            Ok(connection) => {
                *slot.connection.write() = Some(Arc::clone(&connection));
                Ok(connection)
            }
            Err(error) => {
                *last_failure = Some(error.clone());
                slot.failures.fetch_add(1, Ordering::Release);
                Err(error)
            }
        }
    }

    async fn connect(&self) -> Result<Arc<ClientWrapper>> {
        let (client, connection) = self.server.connect(NoTls).await.map_err(connect_error)?;
        let task = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::warn!(error = %StoreError::from(error), "reading connection lost");
            }
        });
        Ok(Arc::new(ClientWrapper::new(client, task)))
    }

    pub(super) async fn close(&self) {
        self.closed.store(true, Ordering::Release);
        for slot in &self.slots {
            let _connecting = slot.connecting.lock().await;
            // Closes once those who still read have their answers.
            *slot.connection.write() = None;
        }
    }
}

impl Slot {
    fn open_connection(&self) -> Option<Arc<ClientWrapper>> {
        self.connection.read().as_ref().filter(|connection| !connection.is_closed()).cloned()
    }
}
