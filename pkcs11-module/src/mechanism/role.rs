//! What an operation is made of, without saying with which mechanism: the running halves of signing, verifying,
//! recovering and ciphering. Sessions keep these boxed; mechanisms make them.

use super::parameter::Parameter;
use crate::object::Object;
use crate::rv::Error;
use crate::slot::token::Token;
use std::sync::Arc;

/// What a mechanism gets to begin with.
#[derive(Clone, Copy)]
pub(crate) struct Using<'a> {
    /// The caller's parameter.
    pub(crate) parameter: &'a Parameter,
    /// The key, whose permission is checked already.
    pub(crate) key: &'a Arc<Object>,
    /// The token of the session.
    pub(crate) token: &'a Arc<Token>,
}

/// A signature or authentication code being made.
pub(crate) trait Signing: Send {
    /// Length of the result in bytes; where that varies, the longest.
    fn length(&self) -> usize;

    /// Takes a part.
    ///
    /// # Errors
    /// [`Error::FunctionNotSupported`] when the mechanism takes its data in one piece; [`Error::DataLenRange`].
    fn update(&mut self, part: &[u8]) -> Result<(), Error>;

    /// Takes the rest, which is everything for a one-shot call, and signs.
    ///
    /// # Errors
    /// [`Error::DataLenRange`], [`Error::DataInvalid`]; link errors with a key of the token.
    fn sign(self: Box<Self>, rest: &[u8]) -> Result<Vec<u8>, Error>;
}

/// A signature or authentication code being verified.
pub(crate) trait Verifying: Send {
    /// Takes a part.
    ///
    /// # Errors
    /// As [`Signing::update`].
    fn update(&mut self, part: &[u8]) -> Result<(), Error>;

    /// Takes the rest and compares.
    ///
    /// # Errors
    /// [`Error::SignatureInvalid`], [`Error::SignatureLenRange`], [`Error::DataLenRange`].
    fn verify(self: Box<Self>, rest: &[u8], signature: &[u8]) -> Result<(), Error>;
}

/// A signature whose data is to be recovered from it.
pub(crate) trait Recovering: Send {
    /// Recovers the data.
    ///
    /// # Errors
    /// [`Error::SignatureInvalid`], [`Error::SignatureLenRange`].
    fn recover(&self, signature: &[u8]) -> Result<Vec<u8>, Error>;
}

/// An encryption or decryption.
pub(crate) trait Ciphering: Send {
    /// Bytes that a part of this length makes come out, exactly.
    fn update_len(&self, part_len: usize) -> usize;

    /// Most bytes that come out when this much more, and nothing after it, goes in.
    fn finish_len(&self, rest_len: usize) -> usize;

    /// Takes a part; appends what comes out.
    ///
    /// # Errors
    /// [`Error::FunctionNotSupported`] when the mechanism takes its data in one piece; data of impossible length.
    fn update(&mut self, part: &[u8], out: &mut Vec<u8>) -> Result<(), Error>;

    /// As [`Self::update`], with what comes out written to `out`, which is as long as `part`; `None` where that is
    /// no way to do it.
    fn update_into(&mut self, _part: &[u8], _out: &mut [u8]) -> Option<Result<(), Error>> {
        None
    }

    /// Takes the rest, which is everything for a one-shot call; appends what comes out.
    ///
    /// # Errors
    /// Data of impossible length; [`Error::EncryptedDataInvalid`]; link errors with a key of the token.
    fn finish(self: Box<Self>, rest: &[u8], out: &mut Vec<u8>) -> Result<(), Error>;

    /// Whether the data may come in parts.
    fn takes_parts(&self) -> bool {
        true
    }

    /// Whether what comes out may stand in the caller's buffer before all has gone in: an encryption that loses
    /// nothing by it.
    fn writes_ahead(&self) -> bool {
        false
    }

    /// Another one in the same state, for when the caller's buffer may turn out to be too short.
    fn duplicate(&self) -> Box<dyn Ciphering>;
}

/// An asymmetric cipher: all of the data in one piece.
pub(crate) trait WholeCipher: Send + Clone + 'static {
    /// Most bytes that this much data comes to.
    fn length(&self, data_len: usize) -> usize;

    /// Does it.
    ///
    /// # Errors
    /// As [`Ciphering::finish`].
    fn run(&self, data: &[u8], out: &mut Vec<u8>) -> Result<(), Error>;
}

impl<C: WholeCipher> Ciphering for C {
    fn update_len(&self, _: usize) -> usize {
        0
    }

    fn finish_len(&self, rest_len: usize) -> usize {
        self.length(rest_len)
    }

    fn update(&mut self, _: &[u8], _: &mut Vec<u8>) -> Result<(), Error> {
        Err(Error::FunctionNotSupported)
    }

    fn finish(self: Box<Self>, rest: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.run(rest, out)
    }

    fn takes_parts(&self) -> bool {
        false
    }

    fn duplicate(&self) -> Box<dyn Ciphering> {
        Box::new(self.clone())
    }
}
