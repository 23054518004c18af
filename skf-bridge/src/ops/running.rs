//! A running encryption or decryption, in the host or in the token.
//!
//! It ends with its Final or one-shot call, whatever the outcome, except that a length query and a short buffer leave it
//! as it was. Lengths are counted here, so that both places answer a query alike and the token is not asked.

use ukey_crypto::{Error as CryptoError, sm4};
use ukey_ffi::{Error as MemoryError, Fit, Room};
use ukey_token::CipherStart;
use zeroize::Zeroizing;

use super::{Answer, symmetric::Direction};
use crate::error::Error;
use crate::handles::KeyPlace;

/// What an Init says.
pub(crate) struct Start {
    pub(crate) direction: Direction,
    pub(crate) mode: sm4::Mode,
    pub(crate) padding: sm4::Padding,
    pub(crate) iv: [u8; sm4::BLOCK],
}

/// Where the computation is.
enum Engine {
    Host(Box<sm4::Cipher>),
    Token,
}

/// See the [module](self).
pub(crate) struct Running {
    engine: Engine,
    mode: sm4::Mode,
    padding: sm4::Padding,
    direction: Direction,
    /// Bytes taken and not given back yet, at most a block.
    pending: usize,
    /// The end of a computation in the token that did not fit the caller's buffer: he may call Final again.
    waiting: Option<Zeroizing<Vec<u8>>>,
}

impl Running {
    pub(crate) fn begin(place: &KeyPlace, start: &Start) -> Result<Self, Error> {
        let Start {
            direction,
            mode,
            padding,
            iv,
        } = start;
        let engine = match place {
            KeyPlace::Host(key) => Engine::Host(Box::new(sm4::Cipher::new(
                *direction, *mode, key, iv, *padding,
            ))),
            KeyPlace::Token(key) => {
                let iv = match mode {
                    sm4::Mode::Ecb => &[][..],
                    _ => iv,
                };
                key.begin(&CipherStart {
                    direction: *direction,
                    iv,
                    padding: *padding,
                })?;
                Engine::Token
            }
        };
        Ok(Self {
            engine,
            mode: *mode,
            padding: *padding,
            direction: *direction,
            pending: 0,
            waiting: None,
        })
    }

    /// Takes a part and gives what is ready. A token that fails in the middle ends the operation.
    pub(crate) fn update(
        slot: &mut Option<Self>,
        place: &KeyPlace,
        data: &[u8],
        room: Room,
    ) -> Result<Answer, Error> {
        let running = slot.as_mut().ok_or(Error::NotInitialized)?;
        let needed = running.update_len(data.len());
        if room.fit(needed)? == Fit::Answered {
            return Ok(Answer::Length(needed));
        }
        if running.waiting.is_some() {
            return Err(Error::NotInitialized);
        }
        let outcome = running.take(place, data, needed);
        if outcome.is_err() {
            *slot = None;
        }
        outcome.map(Answer::Data)
    }

    /// Takes the last part and ends.
    pub(crate) fn finish(
        slot: &mut Option<Self>,
        place: &KeyPlace,
        data: &[u8],
        room: Room,
    ) -> Result<Answer, Error> {
        let running = slot.as_mut().ok_or(Error::NotInitialized)?;
        let outcome = match running.finish_len(data.len()) {
            Err(e) => Err(e),
            Ok(most) => match room {
                Room::Query => return Ok(Answer::Length(most)),
                Room::Elements(room) => running.finish_within(place, data, most, room),
            },
        };
        if !matches!(&outcome, Err(Error::Memory(_))) {
            *slot = None;
        }
        outcome.map(Answer::Data)
    }

    /// Only the plaintext tells its length when padding is taken off: it must wait until it is known to fit.
    fn finish_within(
        &mut self,
        place: &KeyPlace,
        data: &[u8],
        most: usize,
        room: usize,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let least = match self.takes_padding_off() {
            true => most.saturating_sub(sm4::BLOCK),
            false => most,
        };
        if room < least {
            return Err(MemoryError::BufferTooSmall { needed: most }.into());
        }
        let output = match self.waiting.take() {
            Some(output) => output,
            None => self.end(place, data, most)?,
        };
        if output.len() > room {
            let needed = output.len();
            // The host still has its state and computes again.
            self.waiting = matches!(self.engine, Engine::Token).then_some(output);
            return Err(MemoryError::BufferTooSmall { needed }.into());
        }
        Ok(output)
    }

    fn takes_padding_off(&self) -> bool {
        self.padding == sm4::Padding::Pkcs7 && self.direction == Direction::Decrypt
    }

    /// Whole blocks come out at once in every mode; with padding, the last block of a decryption waits.
    fn update_len(&self, more: usize) -> usize {
        let total = self.pending + more;
        let whole = total - total % sm4::BLOCK;
        match self.takes_padding_off() && whole == total {
            true => whole.saturating_sub(sm4::BLOCK),
            false => whole,
        }
    }

    /// The most bytes that are still to come when `more` bytes are the last input; exact unless padding is taken off.
    fn finish_len(&self, more: usize) -> Result<usize, Error> {
        let total = self.pending + more;
        let whole = total - total % sm4::BLOCK;
        match (self.padding, self.direction) {
            (sm4::Padding::Pkcs7, Direction::Encrypt) => Ok(whole + sm4::BLOCK),
            (sm4::Padding::Pkcs7, Direction::Decrypt) if total == 0 || whole != total => {
                Err(Error::InputLength("ciphertext"))
            }
            (sm4::Padding::None, _) if self.mode.needs_whole_blocks() && whole != total => {
                Err(Error::InputLength("data without padding"))
            }
            _ => Ok(total),
        }
    }

    fn take(
        &mut self,
        place: &KeyPlace,
        data: &[u8],
        needed: usize,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let output = match (&mut self.engine, place) {
            (Engine::Host(cipher), _) => {
                let mut output = Zeroizing::new(Vec::with_capacity(needed));
                cipher.update_into(data, &mut output)?;
                output
            }
            (Engine::Token, KeyPlace::Token(key)) => key.update(self.direction, data)?,
            (Engine::Token, KeyPlace::Host(_)) => return Err(Error::NotInitialized),
        };
        if output.len() != needed {
            return Err(Error::Length);
        }
        self.pending = self.pending + data.len() - output.len();
        Ok(output)
    }

    fn end(
        &mut self,
        place: &KeyPlace,
        data: &[u8],
        most: usize,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        match (&mut self.engine, place) {
            (Engine::Host(cipher), _) => {
                let mut output = Zeroizing::new(Vec::with_capacity(most + sm4::BLOCK));
                let mut cipher = cipher.clone();
                cipher.update_into(data, &mut output)?;
                cipher.finish_into(&mut output).map_err(|e| match e {
                    CryptoError::Decryption => Error::Padding,
                    CryptoError::InvalidLength => Error::InputLength("data"),
                    other => other.into(),
                })?;
                Ok(output)
            }
            (Engine::Token, KeyPlace::Token(key)) => match key.finish(self.direction, data) {
                // Lengths were judged before: only the padding is left to be wrong.
                Err(ukey_token::Error::InvalidData) if self.takes_padding_off() => {
                    Err(Error::Padding)
                }
                outcome => Ok(outcome?),
            },
            (Engine::Token, KeyPlace::Host(_)) => Err(Error::NotInitialized),
        }
    }
}
