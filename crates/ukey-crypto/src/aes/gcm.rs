//! GCM of whole messages by AWS-LC, which encrypts and hashes wider than what the modes of
//! [`crate::cipher`] do. What comes in pieces goes to those; so do IVs and tags of unusual lengths.

use super::Schedule;
use crate::Error;
use crate::cipher::aead::{split_tag, take_back};
use crate::cipher::{Direction, Mode, Running, gcm};
use aws_lc_rs::aead::{AES_128_GCM, AES_192_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

/// Length of the only IV and of the only tag that the other back end knows.
const IV: usize = 12;
const TAG: usize = 16;

/// A key in the other back end's form, which wipes it when it is dropped.
pub(super) struct WholeKey(LessSafeKey);

impl WholeKey {
    pub(super) fn new(bytes: &[u8]) -> Result<Self, Error> {
        let algorithm = match bytes.len() {
            16 => &AES_128_GCM,
            24 => &AES_192_GCM,
            32 => &AES_256_GCM,
            _ => return Err(Error::InvalidLength),
        };
        let key = UnboundKey::new(algorithm, bytes).map_err(|_| Error::InvalidKey)?;
        Ok(Self(LessSafeKey::new(key)))
    }
}

/// The way for whole messages, where the mode and its parameters allow it.
pub(super) fn start(
    schedule: &Schedule,
    direction: Direction,
    mode: &Mode<'_>,
) -> Option<Result<Box<dyn Running>, Error>> {
    let Mode::Gcm { iv, aad, tag_len } = *mode else {
        return None;
    };
    if let Err(error) = gcm::check(iv, tag_len) {
        return Some(Err(error));
    }
    let whole = |iv: &[u8; IV]| Whole {
        schedule: schedule.clone(),
        iv: *iv,
        aad: aad.to_vec(),
        tag_len,
    };
    match (direction, iv.try_into()) {
        (Direction::Encrypt, Ok(iv)) => Some(Ok(Box::new(Sealing::Whole(whole(iv))))),
        (Direction::Decrypt, Ok(iv)) if tag_len == TAG => Some(Ok(Box::new(Opening {
            whole: whole(iv),
            sealed: Vec::new(),
        }))),
        _ => None,
    }
}

/// Everything but the text.
#[derive(Clone)]
struct Whole {
    schedule: Schedule,
    iv: [u8; IV],
    aad: Vec<u8>,
    tag_len: usize,
}

impl Whole {
    fn key(&self) -> &LessSafeKey {
        &self.schedule.0.gcm.0
    }

    fn nonce(&self) -> Nonce {
        Nonce::assume_unique_for_key(self.iv)
    }

    fn in_pieces(&self) -> Result<Box<dyn Running>, Error> {
        let direction = Direction::Encrypt;
        gcm::start(
            self.schedule.clone(),
            direction,
            &self.iv,
            &self.aad,
            self.tag_len,
        )
    }
}

/// Encryption, until a piece of the text shows which kind it is.
enum Sealing {
    Whole(Whole),
    InPieces(Box<dyn Running>),
}

impl Sealing {
    /// From now on in pieces.
    fn running(&mut self) -> Result<&mut Box<dyn Running>, Error> {
        if let Self::Whole(whole) = self {
            *self = Self::InPieces(whole.in_pieces()?);
        }
        match self {
            Self::InPieces(running) => Ok(running),
            Self::Whole(_) => Err(Error::InvalidLength),
        }
    }
}

impl Running for Sealing {
    fn update_len(&self, input_len: usize) -> usize {
        input_len
    }

    fn update(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.running()?.update(input, out)
    }

    fn finish_len(&self) -> usize {
        match self {
            Self::Whole(whole) => whole.tag_len,
            Self::InPieces(running) => running.finish_len(),
        }
    }

    fn finish(self: Box<Self>, out: &mut Vec<u8>) -> Result<(), Error> {
        self.complete(&[], out)
    }

    fn complete(self: Box<Self>, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let whole = match *self {
            Self::Whole(whole) => whole,
            Self::InPieces(running) => return running.complete(input, out),
        };
        let start = out.len();
        out.extend_from_slice(input);
        let tag = whole.key().seal_in_place_separate_tag(
            whole.nonce(),
            Aad::from(&whole.aad),
            &mut out[start..],
        );
        let Ok(tag) = tag else {
            take_back(out, start);
            return Err(Error::InvalidLength);
        };
        out.extend_from_slice(&tag.as_ref()[..whole.tag_len]);
        Ok(())
    }

    fn prefers_whole(&self) -> bool {
        matches!(self, Self::Whole(_))
    }

    fn duplicate(&self) -> Box<dyn Running> {
        match self {
            Self::Whole(whole) => Box::new(Self::Whole(whole.clone())),
            Self::InPieces(running) => running.duplicate(),
        }
    }
}

/// Decryption: gives out nothing before the end anyhow.
#[derive(Clone)]
struct Opening {
    whole: Whole,
    sealed: Vec<u8>,
}

impl Opening {
    fn open(&self, sealed: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let (text, tag) = split_tag(sealed, TAG)?;
        let start = out.len();
        out.extend_from_slice(text);
        let aad = Aad::from(&self.whole.aad);
        let key = self.whole.key();
        let opened =
            key.open_in_place_separate_tag(self.whole.nonce(), aad, tag, &mut out[start..]);
        if opened.is_err() {
            take_back(out, start);
            return Err(Error::Decryption);
        }
        Ok(())
    }
}

impl Running for Opening {
    fn update_len(&self, _: usize) -> usize {
        0
    }

    fn update(&mut self, input: &[u8], _: &mut Vec<u8>) -> Result<(), Error> {
        self.sealed.extend_from_slice(input);
        Ok(())
    }

    fn finish_len(&self) -> usize {
        self.sealed.len().saturating_sub(TAG)
    }

    fn finish(self: Box<Self>, out: &mut Vec<u8>) -> Result<(), Error> {
        self.open(&self.sealed, out)
    }

    fn complete(mut self: Box<Self>, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        if self.sealed.is_empty() {
            return self.open(input, out);
        }
        self.update(input, out)?;
        self.finish(out)
    }

    fn duplicate(&self) -> Box<dyn Running> {
        Box::new(self.clone())
    }
}
