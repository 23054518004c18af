//! Answers longer than one APDU, and answers that ask for another Le: pure logic for both sides.
//!
//! Two ways exist. **Repeat** (mark O): the card answers 6A9E, the host sends the identical command
//! again and gets the next piece. **GET RESPONSE** (ISO 7816-4; mark P here): the card answers
//! 61xx, the host sends `CLA C0 00 00 Le`.
//!
//! C0 is MacUpdate as well, so GET RESPONSE is told by its missing data, and our host sends it in
//! the interindustry class 00.

use zeroize::Zeroizing;

use crate::class::Class;
use crate::command::{CommandApdu, MAX_SHORT_DATA, NE_ALL};
use crate::response::ResponseApdu;
use crate::status::{StatusKind, StatusWord};
use crate::wire::DecodeError;

/// INS of GET RESPONSE.
pub const GET_RESPONSE: u8 = 0xC0;

/// GET RESPONSE for `ne` bytes.
pub fn get_response(ne: u32) -> CommandApdu {
    let class = Class::INTERINDUSTRY;
    CommandApdu {
        class,
        ins: GET_RESPONSE,
        p1: 0,
        p2: 0,
        data: Vec::new(),
        ne: Some(ne),
    }
}

/// Whether a command is GET RESPONSE and not MacUpdate: class 00 or 80, P1 P2 00, no data.
pub fn is_get_response(command: &CommandApdu) -> bool {
    matches!(command.class, Class::INTERINDUSTRY | Class::PLAIN)
        && (command.ins, command.p1, command.p2) == (GET_RESPONSE, 0, 0)
        && command.data.is_empty()
}

/// What the host does after an answer.
#[derive(Debug, PartialEq, Eq)]
pub enum NextStep {
    /// The answer is complete: all data, and the last status word.
    Done(ResponseApdu),
    /// 6A9E: send the identical command again.
    Repeat,
    /// 61xx: send [`get_response`] for so many bytes.
    GetResponse {
        /// 1 to 256.
        ne: u32,
    },
    /// 6Cxx: the command was not executed; send it again with this Ne.
    RetryWithNe {
        /// 1 to 256.
        ne: u32,
    },
}

/// A long answer comes in pieces of so many bytes or more, on the whole: 256 are usual, and a card that sends a few at a
/// time must not keep its host for minutes.
const LEAST_PIECE: usize = 64;
/// Pieces of any length before that is asked for.
const FREE_PIECES: usize = 64;

/// Collects the pieces of one answer, on the host.
pub struct AnswerCollector {
    max_length: usize,
    data: Zeroizing<Vec<u8>>,
    retried: bool,
    pieces: usize,
    pieces_without_data: u8,
}

impl AnswerCollector {
    /// Collects at most `max_length` bytes.
    pub fn new(max_length: usize) -> Self {
        let data = Zeroizing::default();
        Self {
            max_length,
            data,
            retried: false,
            pieces: 0,
            pieces_without_data: 0,
        }
    }

    /// Takes the next answer of the card.
    ///
    /// # Errors
    /// [`DecodeError::Length`] when the whole grows beyond the maximum or comes in very small pieces, or when
    /// the card promises more and more without ever sending any.
    pub fn push(&mut self, mut piece: ResponseApdu) -> Result<NextStep, DecodeError> {
        let kind = piece.sw.kind();
        if let StatusKind::ExactLength(length) = kind
            && !self.retried
            && self.data.is_empty()
        {
            self.retried = true;
            return Ok(NextStep::RetryWithNe {
                ne: one_byte_ne(length),
            });
        }
        self.append(&mut piece)?;
        self.pieces += 1;
        match kind {
            StatusKind::MoreData => self.progressed().map(|()| NextStep::Repeat),
            StatusKind::BytesRemaining(count) => {
                self.progressed().map(|()| NextStep::GetResponse {
                    ne: one_byte_ne(count),
                })
            }
            _ => {
                let data = std::mem::take(&mut *self.data);
                Ok(NextStep::Done(ResponseApdu { data, sw: piece.sw }))
            }
        }
    }

    fn append(&mut self, piece: &mut ResponseApdu) -> Result<(), DecodeError> {
        let needed = self.data.len() + piece.data.len();
        if needed > self.max_length {
            return Err(DecodeError::Length("answer"));
        }
        if self.data.is_empty() {
            std::mem::swap(&mut *self.data, &mut piece.data);
            self.pieces_without_data += u8::from(self.data.is_empty());
            return Ok(());
        }
        self.pieces_without_data += u8::from(piece.data.is_empty());
        if needed > self.data.capacity() {
            // Grown by hand, so that the old place is wiped.
            let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(2 * self.data.len())));
            larger.extend_from_slice(&self.data);
            self.data = larger;
        }
        self.data.extend_from_slice(&piece.data);
        Ok(())
    }

    /// One empty piece is normal (T=0 answers a case 4 command with a bare 61xx).
    fn progressed(&self) -> Result<(), DecodeError> {
        let most = FREE_PIECES + self.data.len() / LEAST_PIECE;
        if self.pieces_without_data > 1 || self.pieces > most {
            return Err(DecodeError::Length("answer"));
        }
        Ok(())
    }
}

fn one_byte_ne(length: u8) -> u32 {
    if length == 0 { 256 } else { u32::from(length) }
}

/// The rest of an answer that did not fit, on the card.
///
/// It belongs to one command (CLA, INS, P1, P2, data); any other command drops it.
#[derive(Default)]
pub struct PendingResponse {
    pending: Option<Pending>,
}

struct Pending {
    command: CommandApdu,
    answer: Zeroizing<Vec<u8>>,
    /// How many bytes of the answer were sent.
    sent: usize,
    /// The host saw 6A9E and may repeat the command; after 61xx a repeated command is a new one.
    repeatable: bool,
}

impl PendingResponse {
    /// Nothing pending.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets the rest: on reset, logout and the like.
    pub fn clear(&mut self) {
        self.pending = None;
    }

    /// Answers `command` with `data`: whole with 9000 when it fits, else the first piece.
    ///
    /// `max_data` is what the link can carry in one answer. Where that is the limit, the piece ends
    /// with 6A9E; where the host asked for less (a short Le), or where the command may have come as
    /// a chain that would all have to be sent again, with 61xx.
    pub fn start(&mut self, command: &CommandApdu, data: Vec<u8>, max_data: usize) -> ResponseApdu {
        self.pending = None;
        if data.len() <= limit(command.ne, max_data) {
            return ResponseApdu::success(data);
        }
        let one_link = command.data.len() <= MAX_SHORT_DATA;
        let repeatable = one_link && limit(command.ne, usize::MAX) >= max_data;
        let pending = Pending {
            command: command.clone(),
            answer: Zeroizing::new(data),
            sent: 0,
            repeatable,
        };
        self.next_piece(pending, command.ne, max_data)
    }

    /// To be asked before a command is executed: gives the next piece when the command is GET
    /// RESPONSE or repeats the pending one, else drops what is pending and gives `None`.
    pub fn resume(&mut self, command: &CommandApdu, max_data: usize) -> Option<ResponseApdu> {
        let mut pending = self.pending.take()?;
        if is_get_response(command) {
            pending.repeatable = false;
        } else if !(pending.repeatable && pending.command.repeats(command)) {
            return None;
        }
        Some(self.next_piece(pending, command.ne, max_data))
    }

    fn next_piece(
        &mut self,
        mut pending: Pending,
        ne: Option<u32>,
        max_data: usize,
    ) -> ResponseApdu {
        let left = &pending.answer[pending.sent..];
        let length = limit(ne, max_data).min(left.len());
        let piece = left[..length].to_vec();
        let sw = match (left.len() - length, pending.repeatable) {
            (0, _) => StatusWord::OK,
            (_, true) => StatusWord::MORE_DATA,
            (waiting, false) => StatusWord::bytes_remaining(waiting),
        };
        pending.sent += length;
        if !sw.is_ok() {
            self.pending = Some(pending);
        }
        ResponseApdu { data: piece, sw }
    }
}

/// The most bytes to answer with: what the host asked for and the link can carry.
fn limit(ne: Option<u32>, max_data: usize) -> usize {
    match ne {
        None | Some(NE_ALL) => max_data,
        Some(ne) => max_data.min(ne as usize),
    }
    .max(1)
}
