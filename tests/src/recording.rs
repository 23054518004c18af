//! Everything that crosses a link, kept for a test to look at: how many exchanges an operation
//! takes, and what can be read on the wire.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ukey_token::Registry;
use ukey_token::transport::{Limits, Provider, ReaderStatus, Transport, TransportError};

use crate::host;

/// One command and what came back.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The command APDU.
    pub command: Vec<u8>,
    /// The response APDU with its status word, or how the link failed.
    pub answer: Result<Vec<u8>, TransportError>,
}

/// The exchanges of all links of one [`RecordingProvider`]. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Recording(Arc<Mutex<Vec<Exchange>>>);

impl Recording {
    /// The exchanges since the last call.
    pub fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn push(&self, exchange: Exchange) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(exchange);
    }
}

/// A registry whose only reader holds the token image `image`, and what crosses its link.
pub fn recorded_registry(image: &Path) -> (Registry, Recording) {
    let config = host::embedded(image);
    let recording = Recording::default();
    let providers = ukey_host::providers(&config).into_iter().map(|inner| {
        let provider = RecordingProvider {
            inner,
            recording: recording.clone(),
        };
        Box::new(provider) as Box<dyn Provider>
    });
    (Registry::new(providers.collect()), recording)
}

/// Wraps another provider and records what crosses its links.
pub struct RecordingProvider {
    inner: Box<dyn Provider>,
    recording: Recording,
}

impl RecordingProvider {
    /// Wraps `inner`.
    pub fn new(inner: Box<dyn Provider>) -> (Self, Recording) {
        let recording = Recording::default();
        (
            Self {
                inner,
                recording: recording.clone(),
            },
            recording,
        )
    }
}

impl Provider for RecordingProvider {
    fn kind(&self) -> &'static str {
        self.inner.kind()
    }

    fn readers(&self) -> Result<Vec<ReaderStatus>, TransportError> {
        self.inner.readers()
    }

    fn connect(&self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        let inner = self.inner.connect(reader)?;
        Ok(Box::new(RecordingTransport {
            inner,
            recording: self.recording.clone(),
        }))
    }

    fn wait_change(&self, timeout: Duration) {
        self.inner.wait_change(timeout);
    }

    fn cancel(&self) {
        self.inner.cancel();
    }
}

struct RecordingTransport {
    inner: Box<dyn Transport>,
    recording: Recording,
}

impl Transport for RecordingTransport {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = self.inner.transmit(command);
        self.recording.push(Exchange {
            command: command.to_vec(),
            answer: answer.clone(),
        });
        answer
    }

    fn begin_transaction(&mut self) -> Result<(), TransportError> {
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
