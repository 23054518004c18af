//! A link that plays back a fixed conversation, for tests without any card OS.

use super::{Limits, Transport, TransportError};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

type Line = (Vec<u8>, Result<Vec<u8>, TransportError>);

/// Commands that are expected, in order, with the answer to each.
#[derive(Clone, Default)]
pub(crate) struct Script {
    lines: Arc<Mutex<VecDeque<Line>>>,
    limits: Option<Limits>,
    busy: bool,
}

impl Script {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            lines: Arc::default(),
            limits: Some(limits),
            busy: false,
        }
    }

    /// A link on which no transaction can be had.
    pub(crate) fn without_transactions(mut self) -> Self {
        self.busy = true;
        self
    }

    /// Expects `command` (hexadecimal, blanks allowed) and answers it.
    pub(crate) fn on(self, command: &str, answer: &str) -> Self {
        self.line(command, Ok(bytes(answer)))
    }

    /// Expects `command` and fails it.
    pub(crate) fn fail(self, command: &str, error: TransportError) -> Self {
        self.line(command, Err(error))
    }

    fn line(self, command: &str, answer: Result<Vec<u8>, TransportError>) -> Self {
        self.lines
            .lock()
            .expect("no test panicked here")
            .push_back((bytes(command), answer));
        self
    }

    /// Panics if expected commands did not come.
    pub(crate) fn finish(&self) {
        let left = self.lines.lock().expect("no test panicked here").len();
        assert_eq!(left, 0, "{left} expected commands did not come");
    }
}

impl Transport for Script {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let line = self
            .lines
            .lock()
            .expect("no test panicked here")
            .pop_front();
        let Some((expected, answer)) = line else {
            panic!("unexpected command {command:02X?}")
        };
        assert_eq!(
            command, expected,
            "\n got {command:02X?}\nwant {expected:02X?}"
        );
        answer
    }

    fn begin_transaction(&mut self) -> Result<(), TransportError> {
        if self.busy {
            return Err(TransportError::Busy);
        }
        Ok(())
    }

    fn limits(&self) -> Limits {
        self.limits.unwrap_or(Limits::EXTENDED)
    }
}

/// Bytes of a hexadecimal text.
pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).expect("hex"))
        .collect();
    digits
        .chunks(2)
        .map(|pair| (pair[0] * 16 + pair[1]) as u8)
        .collect()
}
