//! Message-based operations (PKCS#11 3.2, "Message-based encryption functions" and the like): one Init for any number
//! of messages, each with a parameter of its own.

use super::parameter::{Aead, Layout, Parameter};
use super::{Ciphering, Mechanism, Signing, Using, Verifying};
use crate::object::Object;
use crate::rv::Error;
use crate::slot::token::Token;
use std::sync::Arc;
use ukey_crypto::rng;
use ukey_ffi::OutSlice;

/// What the messages of one Init have in common.
pub(crate) struct Series {
    does: &'static dyn Mechanism,
    parameter: Parameter,
    key: Arc<Object>,
    token: Arc<Token>,
}

impl Series {
    /// A series with a mechanism and a key.
    pub(crate) fn new(does: &'static dyn Mechanism, using: Using<'_>) -> Self {
        Self {
            does,
            parameter: using.parameter.clone(),
            key: Arc::clone(using.key),
            token: Arc::clone(using.token),
        }
    }

    fn using<'a>(&'a self, parameter: &'a Parameter) -> Using<'a> {
        Using {
            parameter,
            key: &self.key,
            token: &self.token,
        }
    }
}

/// The parameter of one message: `CK_GCM_MESSAGE_PARAMS` or `CK_CCM_MESSAGE_PARAMS`; or of one key to be wrapped:
/// `CK_GCM_WRAP_PARAMS` or `CK_CCM_WRAP_PARAMS`.
pub(crate) struct MessageParameter {
    /// For which of the two modes it is.
    pub(crate) layout: Layout,
    /// Nonce and lengths; the additional data comes apart from it.
    pub(crate) aead: Aead,
    /// Length of the tag.
    pub(crate) tag_len: usize,
    /// How the nonce is made, if not by the caller.
    pub(crate) generation: Option<NonceGeneration>,
    /// Where a nonce that was made goes.
    pub(crate) nonce_out: OutSlice,
    /// Where the tag goes, when encrypting; without a place it follows the ciphertext.
    pub(crate) tag_out: Option<OutSlice>,
    /// The tag, when decrypting.
    pub(crate) tag: Vec<u8>,
}

/// How a nonce is made: the first bits are the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NonceGeneration {
    /// Random, rather than counted.
    pub(crate) random: bool,
    /// Bits at the front that stay.
    pub(crate) fixed_bits: usize,
}

impl NonceGeneration {
    /// Writes random or counted bits behind the fixed ones. `count`: how many were made before.
    ///
    /// # Errors
    /// [`Error::FunctionFailed`] when all counted nonces are used up.
    pub(crate) fn make(self, count: &mut u64, nonce: &mut [u8]) -> Result<(), Error> {
        let free_bits = 8 * nonce.len() - self.fixed_bits;
        let mut made = vec![0; nonce.len()];
        if self.random {
            rng::fill(&mut made).map_err(|_| Error::FunctionFailed)?;
        } else {
            let exhausted = free_bits < 64 && *count >> free_bits != 0;
            let next = count.checked_add(1).filter(|_| !exhausted);
            for (byte, count) in made.iter_mut().rev().zip(count.to_le_bytes()) {
                *byte = count;
            }
            *count = next.ok_or(Error::FunctionFailed)?;
        }
        for (index, (byte, made)) in nonce.iter_mut().zip(made).enumerate() {
            // Bits of this byte that belong to the fixed front.
            let fixed = self.fixed_bits.saturating_sub(8 * index).min(8);
            let mask = 0xFF_u8.checked_shr(fixed as u32).unwrap_or(0);
            *byte = (*byte & !mask) | (made & mask);
        }
        Ok(())
    }
}

/// A series of messages to encrypt or decrypt.
pub(crate) struct MessageCipher {
    series: Series,
    layout: Layout,
    /// Counted nonces made so far.
    count: u64,
    /// The message that is given in parts, and the length of its tag.
    pub(crate) message: Option<(Box<dyn Ciphering>, usize)>,
}

impl MessageCipher {
    /// No message yet.
    pub(crate) fn new(series: Series, layout: Layout) -> Self {
        Self {
            series,
            layout,
            count: 0,
            message: None,
        }
    }

    /// Begins the encryption of a message; makes the nonce and writes it to where the caller wants it.
    ///
    /// # Errors
    /// [`Error::MechanismParamInvalid`]; [`Error::FunctionFailed`] when all counted nonces are used up.
    pub(crate) fn encrypt(
        &mut self,
        parameter: &mut MessageParameter,
        aad: &[u8],
    ) -> Result<Box<dyn Ciphering>, Error> {
        if let Some(generation) = parameter.generation {
            generation.make(&mut self.count, &mut parameter.aead.nonce)?;
        }
        let aead = self.parameter(parameter, aad)?;
        let cipher = self.series.does.encrypt(self.series.using(&aead))?;
        if parameter.generation.is_some() {
            parameter.nonce_out.write(&parameter.aead.nonce)?;
        }
        Ok(cipher)
    }

    /// Begins the decryption of a message.
    ///
    /// # Errors
    /// [`Error::MechanismParamInvalid`].
    pub(crate) fn decrypt(
        &self,
        parameter: &MessageParameter,
        aad: &[u8],
    ) -> Result<Box<dyn Ciphering>, Error> {
        let aead = self.parameter(parameter, aad)?;
        self.series.does.decrypt(self.series.using(&aead))
    }

    fn parameter(&self, parameter: &MessageParameter, aad: &[u8]) -> Result<Parameter, Error> {
        if parameter.layout != self.layout {
            return Err(Error::MechanismParamInvalid);
        }
        Ok(Parameter::Aead(Aead {
            aad: aad.to_vec(),
            ..parameter.aead.clone()
        }))
    }
}

/// A series of messages to sign.
pub(crate) struct MessageSigner {
    series: Series,
    /// The message that is given in parts.
    pub(crate) message: Option<Box<dyn Signing>>,
}

impl MessageSigner {
    /// No message yet.
    pub(crate) fn new(series: Series) -> Self {
        Self {
            series,
            message: None,
        }
    }

    /// Begins a message.
    ///
    /// # Errors
    /// Those of [`Mechanism::sign`].
    pub(crate) fn begin(&self) -> Result<Box<dyn Signing>, Error> {
        self.series
            .does
            .sign(self.series.using(&self.series.parameter))
    }
}

/// A series of messages to verify.
pub(crate) struct MessageVerifier {
    series: Series,
    /// The message that is given in parts.
    pub(crate) message: Option<Box<dyn Verifying>>,
}

impl MessageVerifier {
    /// No message yet.
    pub(crate) fn new(series: Series) -> Self {
        Self {
            series,
            message: None,
        }
    }

    /// Begins a message.
    ///
    /// # Errors
    /// Those of [`Mechanism::verify`].
    pub(crate) fn begin(&self) -> Result<Box<dyn Verifying>, Error> {
        self.series
            .does
            .verify(self.series.using(&self.series.parameter))
    }
}
