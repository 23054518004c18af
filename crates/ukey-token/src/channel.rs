//! One logical command as one or more APDUs: command chaining, 61xx and 6A9E continuation, 6Cxx.
//!
//! Nothing here repeats a command on a link error: only 6Cxx and 6A9E promise that a repeat is
//! harmless (ISO 7816-4, 5.3.4; GM/T 0017 as observed).

use crate::{
    error::Error,
    transport::{Limits, Started, Transport, TransportError},
};
use ukey_apdu::{
    CommandApdu, Form, ResponseApdu, StatusKind, StatusWord,
    chaining::split,
    continuation::{AnswerCollector, NextStep, get_response},
};
use zeroize::Zeroizing;

/// Longest answer in bytes that is gathered from pieces, so that a broken card cannot fill memory.
const MAX_ANSWER: usize = 1 << 20;

/// Most bytes of an answer in short form.
const MAX_SHORT_ANSWER: u32 = 256;

/// A link and the sizes that fit through it.
pub(crate) struct Channel {
    transport: Box<dyn Transport>,
    limits: Limits,
    /// A transaction is open: no other program's command comes between two of ours.
    undisturbed: bool,
}

impl Channel {
    pub(crate) fn new(transport: Box<dyn Transport>) -> Self {
        let limits = transport.limits();
        Self {
            transport,
            limits,
            undisturbed: false,
        }
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

    /// As [`Transport::begin_transaction`].
    pub(crate) fn begin_transaction(&mut self) -> Result<(), TransportError> {
        self.transport.begin_transaction()?;
        self.undisturbed = true;
        Ok(())
    }

    /// As [`Transport::end_transaction`].
    pub(crate) fn end_transaction(&mut self) {
        self.undisturbed = false;
        self.transport.end_transaction();
    }

    /// Sends `command` and returns the whole answer with its final status word.
    ///
    /// Another program's command between two exchanges would make the card drop a chain, or the rest of a long answer.
    /// So what turns out to take several exchanges is done in a transaction: a chain from the start, a long answer once
    /// more from its beginning. Commands that must not be repeated and have long answers are sent in transactions.
    ///
    /// # Errors
    /// [`Error::Answer`] for an answer without a status word, and link errors.
    pub(crate) fn execute(&mut self, command: &CommandApdu) -> Result<ResponseApdu, LinkError> {
        if command.data.len() <= self.limits.max_command_data {
            let first = self.exchange(command)?;
            if !has_rest(&first) || self.undisturbed {
                return self.complete(command, std::slice::from_ref(command), first);
            }
            self.begin_transaction()?;
            let answer = self.execute_alone(command, std::slice::from_ref(command), true);
            self.end_transaction();
            return answer;
        }
        let links = split(command, self.limits.max_command_data);
        if self.undisturbed {
            let first = self.send_chain(&links)?;
            return self.complete(command, &links, first);
        }
        self.begin_transaction()?;
        let answer = self.execute_alone(command, &links, false);
        self.end_transaction();
        answer
    }

    /// As [`Channel::execute`], but where the link can do it, a long computation is handed back, so
    /// that the link is free for others.
    pub(crate) fn start(&mut self, command: &CommandApdu) -> Result<Underway, LinkError> {
        if command.data.len() <= self.limits.max_command_data {
            let bytes = command
                .encode(Form::Extended)
                .map_err(|_| LinkError::TooLong)?;
            if let Some(started) = self.transport.start(&bytes) {
                log_command(&bytes);
                return match started? {
                    Started::Answer(answer) => {
                        log_answer(&answer);
                        parse(&answer).map(Underway::Answer)
                    }
                    Started::Computation(rest) => Ok(Underway::Computation(rest)),
                };
            }
        }
        self.execute(command).map(Underway::Answer)
    }

    /// The body of a transaction for one command, of which a piece of the answer may be known already.
    fn execute_alone(
        &mut self,
        command: &CommandApdu,
        links: &[CommandApdu],
        in_pieces: bool,
    ) -> Result<ResponseApdu, LinkError> {
        if in_pieces {
            self.drop_rest()?;
        }
        let first = self.send_chain(links)?;
        self.complete(command, links, first)
    }

    /// Makes the card forget the rest of an answer, which the identical command would get.
    fn drop_rest(&mut self) -> Result<(), LinkError> {
        let mut collector = AnswerCollector::new(MAX_ANSWER);
        let mut ask = get_response(MAX_SHORT_ANSWER);
        loop {
            let rest = self.exchange(&ask)?;
            match collector.push(rest).map_err(|_| LinkError::Answer)? {
                NextStep::GetResponse { ne } => ask = get_response(ne),
                _ => return Ok(()),
            }
        }
    }

    /// Follows up the first answer to a command until the answer is whole.
    fn complete(
        &mut self,
        command: &CommandApdu,
        links: &[CommandApdu],
        first: ResponseApdu,
    ) -> Result<ResponseApdu, LinkError> {
        let mut collector = AnswerCollector::new(MAX_ANSWER);
        let mut answer = first;
        loop {
            answer = match collector.push(answer).map_err(|_| LinkError::Answer)? {
                NextStep::Done(answer) => return Ok(answer),
                NextStep::Repeat => self.send_chain(links)?,
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
        let (last, inner) = links
            .split_last()
            .expect("invariant: also a command without data makes one link");
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
        let (form, ne) = self.form(command);
        let mut resized;
        let command = if ne == command.ne {
            command
        } else {
            resized = command.clone();
            resized.ne = ne;
            &resized
        };
        let bytes = command.encode(form).map_err(|_| LinkError::TooLong)?;
        log_command(&bytes);
        let answer = self.transport.transmit(&bytes).inspect_err(|e| {
            // After a reset the link is usable again, but no transaction is open.
            self.undisturbed &= *e != TransportError::Reset;
        })?;
        log_answer(&answer);
        parse(&answer)
    }

    /// Short form where it suffices or nothing else passes, extended form otherwise; and the answer
    /// length to ask for in that form.
    fn form(&self, command: &CommandApdu) -> (Form, Option<u32>) {
        let short_only = self.limits.max_command_data < 256;
        let ne = match short_only {
            true => command.ne.map(|ne| ne.min(256)),
            false => command.ne,
        };
        let fits_short = command.data.len() <= 255 && ne.is_none_or(|ne| ne <= 256);
        if fits_short || short_only {
            (Form::Short, ne)
        } else {
            (Form::Extended, ne)
        }
    }
}

/// A command of [`Channel::start`].
pub(crate) enum Underway {
    Answer(ResponseApdu),
    Computation(Box<dyn FnOnce() -> Vec<u8> + Send>),
}

impl Underway {
    /// The answer, computed now if it was not before.
    pub(crate) fn answer(self) -> Result<ResponseApdu, LinkError> {
        match self {
            Self::Answer(answer) => Ok(answer),
            Self::Computation(rest) => parse(&Zeroizing::new(rest())),
        }
    }
}

/// Headers and lengths alone: data of commands and answers may be secret.
fn log_command(bytes: &[u8]) {
    tracing::trace!(target: "ukey::apdu", header = ?&bytes[..4], len = bytes.len(), "command");
}

fn log_answer(answer: &[u8]) {
    let sw = answer.get(answer.len().saturating_sub(2)..);
    tracing::trace!(target: "ukey::apdu", len = answer.len(), ?sw, "answer");
}

fn parse(answer: &[u8]) -> Result<ResponseApdu, LinkError> {
    ResponseApdu::parse(answer).map_err(|_| LinkError::Answer)
}

/// Whether the card keeps more of this answer.
fn has_rest(answer: &ResponseApdu) -> bool {
    matches!(
        answer.sw.kind(),
        StatusKind::BytesRemaining(_) | StatusKind::MoreData
    )
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
