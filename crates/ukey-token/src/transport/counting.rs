//! A provider that counts the exchanges of the one it wraps. Counts do not drift as clocks do, so
//! tests use them to show what an operation costs.

use super::{Limits, Provider, ReaderStatus, Transport, TransportError};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Counts of what crossed the links of one [`CountingProvider`].
#[derive(Debug, Default)]
pub struct Counts {
    exchanges: AtomicU64,
    transactions: AtomicU64,
}

impl Counts {
    /// Exchanges (one command APDU with its response) so far.
    pub fn exchanges(&self) -> u64 {
        self.exchanges.load(Ordering::Relaxed)
    }

    /// Transactions begun so far.
    pub fn transactions(&self) -> u64 {
        self.transactions.load(Ordering::Relaxed)
    }
}

/// See the [module](self).
pub struct CountingProvider {
    inner: Box<dyn Provider>,
    counts: Arc<Counts>,
}

impl CountingProvider {
    /// Wraps `inner`; the counts are shared with the caller.
    pub fn new(inner: Box<dyn Provider>) -> (Self, Arc<Counts>) {
        let counts = Arc::new(Counts::default());
        (
            Self {
                inner,
                counts: Arc::clone(&counts),
            },
            counts,
        )
    }
}

impl Provider for CountingProvider {
    fn kind(&self) -> &'static str {
        self.inner.kind()
    }

    fn readers(&self) -> Result<Vec<ReaderStatus>, TransportError> {
        self.inner.readers()
    }

    fn connect(&self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        let inner = self.inner.connect(reader)?;
        Ok(Box::new(CountingTransport {
            inner,
            counts: Arc::clone(&self.counts),
        }))
    }

    fn wait_change(&self, timeout: Duration) {
        self.inner.wait_change(timeout);
    }

    fn cancel(&self) {
        self.inner.cancel();
    }
}

struct CountingTransport {
    inner: Box<dyn Transport>,
    counts: Arc<Counts>,
}

impl Transport for CountingTransport {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.counts.exchanges.fetch_add(1, Ordering::Relaxed);
        self.inner.transmit(command)
    }

    fn begin_transaction(&mut self) -> Result<(), TransportError> {
        self.counts.transactions.fetch_add(1, Ordering::Relaxed);
        self.inner.begin_transaction()
    }

    fn end_transaction(&mut self) {
        self.inner.end_transaction();
    }

    fn limits(&self) -> Limits {
        self.inner.limits()
    }

    fn change_counter(&mut self) -> Option<u64> {
        self.inner.change_counter()
    }
}
