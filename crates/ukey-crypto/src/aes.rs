//! AES (FIPS 197) with keys of 128, 192 and 256 bits. The modes are those of [`crate::cipher`].

mod chained;
mod gcm;

use crate::cipher::{self, Block, BlockCipher, Direction, Mode, Running};
use crate::{Error, rng};
use ::aes::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use chained::{CbcEncrypt, CbcMac};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Lengths of keys in bytes.
pub const KEY_LENS: [usize; 3] = [16, 24, 32];

/// An AES key with its expanded round keys. Both are zeroised on drop.
pub struct Key {
    bytes: Zeroizing<Vec<u8>>,
    schedule: Schedule,
}

impl Key {
    /// A fresh random key of 16, 24 or 32 bytes.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] for other lengths; [`Error::Rng`].
    pub fn generate(len: usize) -> Result<Self, Error> {
        if !KEY_LENS.contains(&len) {
            return Err(Error::InvalidLength);
        }
        let mut bytes = Zeroizing::new(vec![0; len]);
        rng::fill(&mut bytes)?;
        Self::expand(bytes)
    }

    /// The key's bytes, to wrap or store it.
    #[must_use]
    pub fn expose_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn expand(bytes: Zeroizing<Vec<u8>>) -> Result<Self, Error> {
        let schedule = Schedule::new(&bytes)?;
        Ok(Self { bytes, schedule })
    }
}

impl TryFrom<&[u8]> for Key {
    type Error = Error;

    /// Fails with [`Error::InvalidLength`] unless `bytes` is 16, 24 or 32 bytes long.
    fn try_from(bytes: &[u8]) -> Result<Self, Error> {
        Self::expand(Zeroizing::new(bytes.to_vec()))
    }
}

impl cipher::Key for Key {
    type Cipher = Schedule;

    fn cipher(&self) -> &Schedule {
        &self.schedule
    }
}

impl core::fmt::Debug for Key {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "aes::Key({} bits, ..)", self.bytes.len() * 8)
    }
}

/// Expanded round keys, shared among clones. Zeroised when the last is dropped.
#[derive(Clone)]
pub struct Schedule(Arc<Expanded>);

struct Expanded {
    rounds: Rounds,
    /// The other back end, which has GCM of whole messages.
    gcm: gcm::WholeKey,
}

enum Rounds {
    Aes128(::aes::Aes128),
    Aes192(::aes::Aes192),
    Aes256(::aes::Aes256),
}

impl Schedule {
    fn new(bytes: &[u8]) -> Result<Self, Error> {
        let wrong = |_| Error::InvalidLength;
        let rounds = match bytes.len() {
            16 => Rounds::Aes128(KeyInit::new_from_slice(bytes).map_err(wrong)?),
            24 => Rounds::Aes192(KeyInit::new_from_slice(bytes).map_err(wrong)?),
            32 => Rounds::Aes256(KeyInit::new_from_slice(bytes).map_err(wrong)?),
            _ => return Err(Error::InvalidLength),
        };
        let gcm = gcm::WholeKey::new(bytes)?;
        Ok(Self(Arc::new(Expanded { rounds, gcm })))
    }
}

impl BlockCipher for Schedule {
    fn encrypt_blocks(&self, blocks: &mut [Block]) {
        let blocks = Array::cast_slice_from_core_mut(blocks);
        match &self.0.rounds {
            Rounds::Aes128(cipher) => cipher.encrypt_blocks(blocks),
            Rounds::Aes192(cipher) => cipher.encrypt_blocks(blocks),
            Rounds::Aes256(cipher) => cipher.encrypt_blocks(blocks),
        }
    }

    fn encrypt_block(&self, block: &mut Block) {
        let block = block.into();
        match &self.0.rounds {
            Rounds::Aes128(cipher) => cipher.encrypt_block(block),
            Rounds::Aes192(cipher) => cipher.encrypt_block(block),
            Rounds::Aes256(cipher) => cipher.encrypt_block(block),
        }
    }

    fn cbc_encrypt(&self, chain: &mut Block, blocks: &mut [Block]) {
        let job = CbcEncrypt { chain, blocks };
        match &self.0.rounds {
            Rounds::Aes128(cipher) => cipher.encrypt_with_backend(job),
            Rounds::Aes192(cipher) => cipher.encrypt_with_backend(job),
            Rounds::Aes256(cipher) => cipher.encrypt_with_backend(job),
        }
    }

    fn cbc_mac(&self, chain: &mut Block, blocks: &[Block]) {
        let job = CbcMac { chain, blocks };
        match &self.0.rounds {
            Rounds::Aes128(cipher) => cipher.encrypt_with_backend(job),
            Rounds::Aes192(cipher) => cipher.encrypt_with_backend(job),
            Rounds::Aes256(cipher) => cipher.encrypt_with_backend(job),
        }
    }

    fn start(
        &self,
        direction: Direction,
        mode: &Mode<'_>,
    ) -> Option<Result<Box<dyn Running>, Error>> {
        gcm::start(self, direction, mode)
    }

    fn decrypt_blocks(&self, blocks: &mut [Block]) {
        let blocks = Array::cast_slice_from_core_mut(blocks);
        match &self.0.rounds {
            Rounds::Aes128(cipher) => cipher.decrypt_blocks(blocks),
            Rounds::Aes192(cipher) => cipher.decrypt_blocks(blocks),
            Rounds::Aes256(cipher) => cipher.decrypt_blocks(blocks),
        }
    }
}

impl core::fmt::Debug for Schedule {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("aes::Schedule(..)")
    }
}
