//! Streaming SM4 in the modes of GB/T 17964 (NIST SP 800-38A), with optional PKCS#7 padding.
//!
//! Beside [`crate::cipher::Operation`] for the two APIs whose lengths differ from its: GM/T 0016 and 0017 answer whole
//! blocks in every mode until the end, and know padding in every mode.
//!
//! Where a mode allows it (ECB, decryption in CBC and CFB) many blocks go to the block cipher in one
//! call, so a kernel that works on several blocks at once is used to the full.

use super::{BLOCK, Block, Key, xor_into};
use crate::Error;
use crate::cipher::{Direction, Padding, padding};
use zeroize::{Zeroize, Zeroizing};

/// Mode of operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Electronic codebook. Ignores the IV.
    Ecb,
    /// Cipher block chaining.
    Cbc,
    /// Cipher feedback with 128 bits of feedback.
    Cfb,
    /// Output feedback.
    Ofb,
}

impl Mode {
    /// Whether the mode works on whole blocks only (ECB, CBC) or on any length (CFB, OFB).
    #[must_use]
    pub const fn needs_whole_blocks(self) -> bool {
        matches!(self, Self::Ecb | Self::Cbc)
    }
}

/// A running encryption or decryption. Takes chunks of any size. State is zeroised on drop.
///
/// Whole blocks come out as soon as they can; a rest shorter than a block (and, when padding has to
/// be taken off, the last block) comes out of `finish`. A clone continues on its own from the same state.
#[derive(Clone)]
pub struct Cipher {
    cipher: gm_kernels::sm4::Key,
    direction: Direction,
    mode: Mode,
    padding: Padding,
    /// The chaining value: IV, then previous ciphertext block (CBC, CFB) or key stream block (OFB).
    chain: Block,
    pending: Zeroizing<[u8; BLOCK]>,
    pending_len: usize,
}

impl Cipher {
    /// Starts a computation. `iv` is ignored in ECB mode.
    #[must_use]
    pub fn new(
        direction: Direction,
        mode: Mode,
        key: &Key,
        iv: &[u8; BLOCK],
        padding: Padding,
    ) -> Self {
        Self {
            cipher: key.cipher.0.clone(),
            direction,
            mode,
            padding,
            chain: *iv,
            pending: Zeroizing::new([0; BLOCK]),
            pending_len: 0,
        }
    }

    /// How many bytes [`Self::update_into`] appends for `input_len` bytes more.
    #[must_use]
    pub fn update_len(&self, input_len: usize) -> usize {
        let total = self.pending_len + input_len;
        let whole = total - total % BLOCK;
        let keeps_last = self.direction == Direction::Decrypt
            && self.padding == Padding::Pkcs7
            && whole == total;
        if keeps_last {
            whole.saturating_sub(BLOCK)
        } else {
            whole
        }
    }

    /// Processes `input`; returns what is ready.
    ///
    /// # Errors
    /// None at present; lengths are judged by [`Self::finish`].
    pub fn update(&mut self, input: &[u8]) -> Result<Vec<u8>, Error> {
        let mut out = Vec::new();
        self.update_into(input, &mut out)?;
        Ok(out)
    }

    /// Processes `input`; appends what is ready to `out`.
    ///
    /// With an `out` that has room nothing is allocated, and no plaintext stays behind in freed memory.
    ///
    /// # Errors
    /// None at present; lengths are judged by [`Self::finish_into`].
    pub fn update_into(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let ready = self.update_len(input.len());
        if ready == 0 {
            self.keep(input);
            return Ok(());
        }
        let start = out.len();
        let from_pending = self.pending_len;
        let (now, rest) = input.split_at(ready - from_pending);
        out.reserve(ready);
        out.extend_from_slice(&self.pending[..from_pending]);
        out.extend_from_slice(now);
        self.run(&mut out[start..]);
        self.pending_len = 0;
        self.keep(rest);
        Ok(())
    }

    /// Ends the computation; returns the rest of the output.
    ///
    /// # Errors
    /// See [`Self::finish_into`].
    pub fn finish(self) -> Result<Vec<u8>, Error> {
        let mut out = Vec::new();
        self.finish_into(&mut out)?;
        Ok(out)
    }

    /// Ends the computation; appends the rest of the output to `out`.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] if the mode needs whole blocks and the data was not (when decrypting
    /// with padding: or was empty); [`Error::Decryption`] if the padding is wrong.
    pub fn finish_into(mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let mut last = core::mem::take(&mut self.pending);
        let len = self.pending_len;
        match (self.padding, self.direction) {
            (Padding::None, _) => {
                if self.mode.needs_whole_blocks() && len != 0 {
                    return Err(Error::InvalidLength);
                }
                self.run(&mut last[..len]);
                out.extend_from_slice(&last[..len]);
            }
            (Padding::Pkcs7, Direction::Encrypt) => {
                padding::pad(&mut last, len);
                self.run(&mut last[..]);
                out.extend_from_slice(&last[..]);
            }
            (Padding::Pkcs7, Direction::Decrypt) => {
                if len != BLOCK {
                    return Err(Error::InvalidLength);
                }
                self.run(&mut last[..]);
                out.extend_from_slice(&last[..padding::unpadded_len(&last)?]);
            }
        }
        Ok(())
    }

    /// Adds `rest` to the pending bytes; the caller has made sure that they fit.
    fn keep(&mut self, rest: &[u8]) {
        self.pending[self.pending_len..][..rest.len()].copy_from_slice(rest);
        self.pending_len += rest.len();
    }

    /// Processes `data` in place: whole blocks, and in CFB and OFB a last short one.
    fn run(&mut self, data: &mut [u8]) {
        let (blocks, tail) = data.as_chunks_mut();
        match (self.mode, self.direction) {
            (Mode::Ecb, Direction::Encrypt) => self.cipher.encrypt_blocks(blocks),
            (Mode::Ecb, Direction::Decrypt) => self.cipher.decrypt_blocks(blocks),
            (Mode::Cbc, Direction::Encrypt) => self.cipher.cbc_encrypt(&mut self.chain, blocks),
            (Mode::Cbc, Direction::Decrypt) => self.cipher.cbc_decrypt(&mut self.chain, blocks),
            (Mode::Cfb, Direction::Encrypt) => self.cipher.cfb_encrypt(&mut self.chain, blocks),
            (Mode::Cfb, Direction::Decrypt) => self.cipher.cfb_decrypt(&mut self.chain, blocks),
            (Mode::Ofb, _) => self.cipher.ofb(&mut self.chain, blocks),
        }
        if !tail.is_empty() {
            debug_assert!(!self.mode.needs_whole_blocks());
            self.cipher.encrypt_block(&mut self.chain);
            xor_into(tail, &self.chain);
        }
    }
}

impl Drop for Cipher {
    fn drop(&mut self) {
        self.chain.zeroize();
    }
}

impl core::fmt::Debug for Cipher {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "sm4::Cipher({:?}, {:?}, ..)", self.direction, self.mode)
    }
}
