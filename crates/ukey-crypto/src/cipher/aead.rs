//! What the authenticated modes have in common: encryption gives out text at once and the tag at the
//! end; decryption keeps everything until the tag has been found right.

use super::{Block, Direction, Running, append, copy};
use crate::Error;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// An authenticated mode under way. Its state is zeroised on drop.
pub(super) trait Authenticated: Clone + Send + 'static {
    /// Makes sure that `len` bytes of text more can be processed.
    fn claim(&mut self, len: usize) -> Result<(), Error>;

    /// Encrypts and authenticates text in place.
    fn seal(&mut self, text: &mut [u8]);

    /// Encrypts and authenticates `text`; the result goes to `out`, which is as long.
    fn seal_into(&mut self, text: &[u8], out: &mut [u8]) {
        copy(text, out, |piece| self.seal(piece));
    }

    /// Decrypts and authenticates text in place.
    fn open(&mut self, text: &mut [u8]);

    /// The tag in its full length.
    fn tag(self) -> Result<Block, Error>;
}

/// Starts `mode` with a tag of `tag_len` bytes, 1 to 16.
pub(super) fn start<A: Authenticated>(
    mode: A,
    direction: Direction,
    tag_len: usize,
) -> Box<dyn Running> {
    match direction {
        Direction::Encrypt => Box::new(Sealing { mode, tag_len }),
        Direction::Decrypt => Box::new(Opening {
            mode,
            tag_len,
            sealed: Vec::new(),
        }),
    }
}

#[derive(Clone)]
struct Sealing<A> {
    mode: A,
    tag_len: usize,
}

impl<A: Authenticated> Running for Sealing<A> {
    fn update_len(&self, input_len: usize) -> usize {
        input_len
    }

    fn update(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.mode.claim(input.len())?;
        append(&[], input, out, |piece| self.mode.seal(piece));
        Ok(())
    }

    fn update_into(&mut self, input: &[u8], out: &mut [u8]) -> Option<Result<(), Error>> {
        let claimed = self.mode.claim(input.len());
        Some(claimed.map(|()| self.mode.seal_into(input, out)))
    }

    fn finish_len(&self) -> usize {
        self.tag_len
    }

    fn finish(self: Box<Self>, out: &mut Vec<u8>) -> Result<(), Error> {
        let tag = self.mode.tag()?;
        out.extend_from_slice(&tag[..self.tag_len]);
        Ok(())
    }

    fn duplicate(&self) -> Box<dyn Running> {
        Box::new(self.clone())
    }
}

#[derive(Clone)]
struct Opening<A> {
    mode: A,
    tag_len: usize,
    sealed: Vec<u8>,
}

impl<A: Authenticated> Running for Opening<A> {
    fn update_len(&self, _: usize) -> usize {
        0
    }

    fn update(&mut self, input: &[u8], _: &mut Vec<u8>) -> Result<(), Error> {
        self.sealed.extend_from_slice(input);
        Ok(())
    }

    fn finish_len(&self) -> usize {
        self.sealed.len().saturating_sub(self.tag_len)
    }

    fn finish(self: Box<Self>, out: &mut Vec<u8>) -> Result<(), Error> {
        let Self {
            mode,
            tag_len,
            sealed,
        } = *self;
        open(mode, tag_len, &sealed, out)
    }

    /// Nothing needs to be kept of a whole message.
    fn complete(mut self: Box<Self>, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        if self.sealed.is_empty() {
            return open(self.mode, self.tag_len, input, out);
        }
        self.update(input, out)?;
        self.finish(out)
    }

    fn duplicate(&self) -> Box<dyn Running> {
        Box::new(self.clone())
    }
}

/// Opens a whole message, of which nothing is left in `out` if the tag is wrong.
fn open<A: Authenticated>(
    mut mode: A,
    tag_len: usize,
    sealed: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let (text, tag) = split_tag(sealed, tag_len)?;
    mode.claim(text.len())?;
    let start = out.len();
    append(&[], text, out, |piece| mode.open(piece));
    let judged = mode.tag().and_then(|computed| {
        if computed[..tag_len].ct_eq(tag).into() {
            Ok(())
        } else {
            Err(Error::Decryption)
        }
    });
    if judged.is_err() {
        take_back(out, start);
    }
    judged
}

/// Ciphertext and tag.
pub(crate) fn split_tag(sealed: &[u8], tag_len: usize) -> Result<(&[u8], &[u8]), Error> {
    let text_len = sealed.len().checked_sub(tag_len).ok_or(Error::Decryption)?;
    Ok(sealed.split_at(text_len))
}

/// Takes back what was appended to `out` since `start`.
pub(crate) fn take_back(out: &mut Vec<u8>, start: usize) {
    out[start..].zeroize();
    out.truncate(start);
}
