//! SM4 in the modes of [`crate::cipher`].

use super::Key;
use crate::cipher::{self, Block, BlockCipher};
use ::sm4::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt};

/// Expanded round keys. Zeroised on drop.
#[derive(Clone)]
pub struct Schedule(pub(super) ::sm4::Sm4);

impl BlockCipher for Schedule {
    fn encrypt_blocks(&self, blocks: &mut [Block]) {
        self.0
            .encrypt_blocks(Array::cast_slice_from_core_mut(blocks));
    }

    fn decrypt_blocks(&self, blocks: &mut [Block]) {
        self.0
            .decrypt_blocks(Array::cast_slice_from_core_mut(blocks));
    }
}

impl cipher::Key for Key {
    type Cipher = Schedule;

    fn cipher(&self) -> &Schedule {
        &self.cipher
    }
}

impl core::fmt::Debug for Schedule {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("sm4::Schedule(..)")
    }
}
