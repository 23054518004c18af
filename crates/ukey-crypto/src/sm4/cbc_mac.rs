//! CBC MAC over whole blocks, as `SKF_Mac` computes it (GM/T 0016): the last CBC block.

use super::{BLOCK, Key, xor_into};
use crate::Error;
use zeroize::Zeroizing;

/// The CBC MAC of `data` under `key`, started from `iv`.
///
/// # Errors
/// [`Error::InvalidLength`] if `data` is empty or not a whole number of blocks: the caller pads.
pub fn cbc_mac(key: &Key, iv: &[u8; BLOCK], data: &[u8]) -> Result<[u8; BLOCK], Error> {
    let mut mac = CbcMac::new(key, iv);
    mac.update(data);
    mac.finish()
}

/// A running CBC MAC. Takes chunks of any size. Zeroised on drop.
pub struct CbcMac {
    cipher: gm_kernels::sm4::Key,
    state: Zeroizing<[u8; BLOCK]>,
    /// Bytes already XORed into `state` since the last encryption, 0..=15.
    filled: usize,
    started: bool,
}

impl CbcMac {
    /// Starts a computation from `iv`.
    #[must_use]
    pub fn new(key: &Key, iv: &[u8; BLOCK]) -> Self {
        Self {
            cipher: key.cipher.0.clone(),
            state: Zeroizing::new(*iv),
            filled: 0,
            started: false,
        }
    }

    /// Absorbs `data`.
    pub fn update(&mut self, mut data: &[u8]) {
        self.started |= !data.is_empty();
        while !data.is_empty() {
            if self.filled == 0 {
                let (blocks, rest) = data.as_chunks();
                self.cipher.cbc_mac(&mut self.state, blocks);
                data = rest;
            }
            let (now, rest) = data.split_at(data.len().min(BLOCK - self.filled));
            xor_into(&mut self.state[self.filled..], now);
            self.filled += now.len();
            if self.filled == BLOCK {
                self.cipher.encrypt_block(&mut self.state);
                self.filled = 0;
            }
            data = rest;
        }
    }

    /// The MAC of everything absorbed.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] if nothing or not a whole number of blocks was absorbed.
    pub fn finish(self) -> Result<[u8; BLOCK], Error> {
        if self.filled != 0 || !self.started {
            return Err(Error::InvalidLength);
        }
        Ok(*self.state)
    }
}

impl core::fmt::Debug for CbcMac {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("CbcMac(..)")
    }
}
