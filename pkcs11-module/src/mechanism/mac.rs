//! Authentication codes: what all of them share as operations. The code is computed over all parts and cut to the
//! length that the mechanism or its parameter says; comparison takes the same time wherever the difference is.

use super::parameter::Parameter;
use super::{Signing, Verifying};
use crate::rv::Error;
use ukey_crypto::ct;

/// A running code.
pub(super) trait Code: Send + 'static {
    /// Takes a part.
    fn update(&mut self, part: &[u8]);

    /// The whole code.
    fn finish(self: Box<Self>) -> Vec<u8>;
}

/// A code of which so many bytes are given out.
pub(super) struct Tag {
    code: Box<dyn Code>,
    len: usize,
}

impl Tag {
    /// The code, cut to `len`.
    pub(super) fn new(code: impl Code, len: usize) -> Box<Self> {
        Box::new(Self {
            code: Box::new(code),
            len,
        })
    }

    fn complete(mut self, rest: &[u8]) -> Vec<u8> {
        self.code.update(rest);
        let mut tag = self.code.finish();
        tag.truncate(self.len);
        tag
    }
}

/// CK_MAC_GENERAL_PARAMS: the length of the code, 1 to that of the whole.
///
/// # Errors
/// [`Error::MechanismParamInvalid`].
pub(super) fn general_len(parameter: &Parameter, whole: usize) -> Result<usize, Error> {
    usize::try_from(*parameter.number()?)
        .ok()
        .filter(|len| (1..=whole).contains(len))
        .ok_or(Error::MechanismParamInvalid)
}

impl Signing for Tag {
    fn length(&self) -> usize {
        self.len
    }

    fn update(&mut self, part: &[u8]) -> Result<(), Error> {
        self.code.update(part);
        Ok(())
    }

    fn sign(self: Box<Self>, rest: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(self.complete(rest))
    }
}

impl Verifying for Tag {
    fn update(&mut self, part: &[u8]) -> Result<(), Error> {
        self.code.update(part);
        Ok(())
    }

    fn verify(self: Box<Self>, rest: &[u8], signature: &[u8]) -> Result<(), Error> {
        if signature.len() != self.len {
            return Err(Error::SignatureLenRange);
        }
        if ct::eq(&self.complete(rest), signature) {
            Ok(())
        } else {
            Err(Error::SignatureInvalid)
        }
    }
}
