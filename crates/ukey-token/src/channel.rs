//! One logical command as one or more APDUs: command chaining, 61xx and 6A9E continuation, 6Cxx.
//!
//! Nothing here repeats a command on a link error: only 6Cxx and 6A9E promise that a repeat is
//! harmless (ISO 7816-4, 5.3.4; GM/T 0017 as observed).

use crate::{
    error::Error,
    transport::{Limits, Transport, TransportError},
};
use ukey_apdu::{
    CommandApdu, Form, ResponseApdu, StatusWord,
    chaining::split,
    continuation::{AnswerCollector, NextStep, get_response},
};

/// Longest answer in bytes that is gathered from pieces, so that a broken card cannot fill memory.
const MAX_ANSWER: usize = 1 << 20;

/// A link and the sizes that fit through it.
pub(crate) struct Channel {
    transport: Box<dyn Transport>,
    limits: Limits,
}

impl Channel {
    pub(crate) fn new(transport: Box<dyn Transport>) -> Self {
        let limits = transport.limits();
        Self { transport, limits }
    }

    /// Narrows the command size to what the card announced (DevInfo.MaxApduDataLen, bytes).
    pub(crate) fn limit_command_data(&mut self, card_max: usize) {
        if card_max > 0 {
            self.limits.max_command_data = self.limits.max_command_data.min(card_max);
        }
    }

    pub(crate) fn transport(&mut self) -> &mut dyn Transport {
        &mut *self.transport
    }

    /// Sends `command` and returns the whole answer with its final status word.
    ///
    /// # Errors
    /// [`Error::Answer`] for an answer without a status word, and link errors.
    pub(crate) fn execute(&mut self, command: &CommandApdu) -> Result<ResponseApdu, LinkError> {
        let mut collector = AnswerCollector::new(MAX_ANSWER);
        let links = split(command, self.limits.max_command_data);
        let mut answer = self.send_chain(&links)?;
        loop {
            answer = match collector.push(answer).map_err(|_| LinkError::Answer)? {
                NextStep::Done(answer) => return Ok(answer),
                NextStep::Repeat => self.send_chain(&links)?,
                NextStep::GetResponse { ne } => self.exchange(&get_response(ne))?,
                NextStep::RetryWithNe { ne } => {
                    let mut resized = command.clone();
                    resized.ne = Some(ne);
                    self.send_chain(&split(&resized, self.limits.max_command_data))?
                }
            };
        }
    }

    /// Sends all links; the answer is that of the last, or of the first that is refused.
    fn send_chain(&mut self, links: &[CommandApdu]) -> Result<ResponseApdu, LinkError> {
        let (last, inner) = links.split_last().expect("a split has at least one link");
        for link in inner {
            let answer = self.exchange(link)?;
            if answer.sw != StatusWord::OK {
                return Ok(answer);
            }
        }
        self.exchange(last)
    }

    /// One exchange, no continuation.
    fn exchange(&mut self, command: &CommandApdu) -> Result<ResponseApdu, LinkError> {
        let mut command = command.clone();
        let form = self.form(&mut command);
        let bytes = command.encode(form).map_err(|_| LinkError::TooLong)?;
        tracing::trace!(target: "ukey::apdu", header = ?&bytes[..4], len = bytes.len(), "command");
        let answer = self.transport.transmit(&bytes)?;
        tracing::trace!(
            target: "ukey::apdu",
            len = answer.len(),
            sw = ?answer.get(answer.len().saturating_sub(2)..),
            "answer"
        );
        ResponseApdu::parse(&answer).map_err(|_| LinkError::Answer)
    }

    /// Short form where it suffices or nothing else passes, extended form otherwise.
    fn form(&self, command: &mut CommandApdu) -> Form {
        let short_only = self.limits.max_command_data < 256;
        if short_only {
            command.ne = command.ne.map(|ne| ne.min(256));
        }
        let fits_short = command.data.len() <= 255 && command.ne.is_none_or(|ne| ne <= 256);
        if fits_short || short_only {
            Form::Short
        } else {
            Form::Extended
        }
    }
}

/// Why no status word came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkError {
    Transport(TransportError),
    /// The answer is not a response APDU.
    Answer,
    /// The command does not fit into any APDU.
    TooLong,
}

impl From<TransportError> for LinkError {
    fn from(e: TransportError) -> Self {
        Self::Transport(e)
    }
}

impl LinkError {
    pub(crate) fn into_error(self, ins: u8) -> Error {
        match self {
            Self::Transport(e) => e.into(),
            Self::Answer => Error::Answer { ins },
            Self::TooLong => Error::InvalidLength,
        }
    }
}

#[cfg(test)]
mod tests;
