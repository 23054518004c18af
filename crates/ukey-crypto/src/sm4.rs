//! SM4 (GB/T 32907, GM/T 0002): the block cipher, its modes (GB/T 17964) and the CBC MAC of the token API.

mod block_cipher;
mod cbc_mac;
mod modes;

pub use crate::cipher::{Direction, Padding};
pub use block_cipher::Schedule;
pub use cbc_mac::{CbcMac, cbc_mac};
pub use modes::{Cipher, Mode};

use crate::{Error, rng};
use zeroize::Zeroizing;

/// Length of a block in bytes.
pub const BLOCK: usize = 16;
/// Length of a key in bytes.
pub const KEY_LEN: usize = 16;

type Block = [u8; BLOCK];

/// An SM4 key with its expanded round keys. Both are zeroised on drop.
pub struct Key {
    bytes: Zeroizing<[u8; KEY_LEN]>,
    cipher: Schedule,
}

impl Key {
    /// A fresh random key.
    ///
    /// # Errors
    /// [`Error::Rng`].
    pub fn generate() -> Result<Self, Error> {
        let mut bytes = Zeroizing::new([0; KEY_LEN]);
        rng::fill(&mut bytes[..])?;
        Ok(Self::expand(bytes))
    }

    /// The key's bytes, to wrap or store it.
    #[must_use]
    pub fn expose_bytes(&self) -> &[u8; KEY_LEN] {
        &self.bytes
    }

    fn expand(bytes: Zeroizing<[u8; KEY_LEN]>) -> Self {
        let cipher = Schedule(gm_kernels::sm4::Key::new(&bytes));
        Self { bytes, cipher }
    }
}

impl From<[u8; KEY_LEN]> for Key {
    fn from(bytes: [u8; KEY_LEN]) -> Self {
        Self::expand(Zeroizing::new(bytes))
    }
}

impl TryFrom<&[u8]> for Key {
    type Error = Error;

    /// Fails with [`Error::InvalidLength`] unless `bytes` is 16 bytes long.
    fn try_from(bytes: &[u8]) -> Result<Self, Error> {
        let bytes = bytes.try_into().map_err(|_| Error::InvalidLength)?;
        Ok(Self::expand(Zeroizing::new(bytes)))
    }
}

impl core::fmt::Debug for Key {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("sm4::Key(..)")
    }
}

/// Encrypts whole blocks in place, each by itself.
///
/// # Errors
/// [`Error::InvalidLength`] if `data` is not a whole number of blocks.
pub fn ecb_encrypt(key: &Key, data: &mut [u8]) -> Result<(), Error> {
    key.cipher.0.encrypt_blocks(whole_blocks(data)?);
    Ok(())
}

/// Decrypts whole blocks in place, each by itself.
///
/// # Errors
/// [`Error::InvalidLength`] if `data` is not a whole number of blocks.
pub fn ecb_decrypt(key: &Key, data: &mut [u8]) -> Result<(), Error> {
    key.cipher.0.decrypt_blocks(whole_blocks(data)?);
    Ok(())
}

fn whole_blocks(data: &mut [u8]) -> Result<&mut [Block], Error> {
    match data.as_chunks_mut() {
        (blocks, []) => Ok(blocks),
        _ => Err(Error::InvalidLength),
    }
}

fn xor_into(dst: &mut [u8], src: &[u8]) {
    for (d, s) in dst.iter_mut().zip(src) {
        *d ^= s;
    }
}
