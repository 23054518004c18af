//! An expanded key.

use super::{Block, Engine, schedule};
use zeroize::Zeroize;

/// Round keys in the form that one engine wants. Wiped when dropped.
#[derive(Clone)]
pub struct Key {
    pub(super) engine: Engine,
    pub(super) encrypt: [u32; 32],
    pub(super) decrypt: [u32; 32],
}

impl Key {
    /// Expands `key` for the fastest engine.
    #[must_use]
    pub fn new(key: &Block) -> Self {
        Self::with_engine(Engine::best(), key)
    }

    /// Expands `key` for `engine`.
    #[must_use]
    pub fn with_engine(engine: Engine, key: &Block) -> Self {
        let mut expanded = Self {
            engine,
            encrypt: [0; 32],
            decrypt: [0; 32],
        };
        schedule::expand(
            key,
            |word| engine.substitute_word(word),
            &mut expanded.encrypt,
        );
        engine.prepare_keys(&mut expanded.encrypt);
        expanded.decrypt = expanded.encrypt;
        expanded.decrypt.reverse();
        expanded
    }

    /// Encrypts each block by itself (ECB).
    pub fn encrypt_blocks(&self, blocks: &mut [Block]) {
        self.engine.crypt_blocks(&self.encrypt, blocks);
    }

    /// Decrypts each block by itself (ECB).
    pub fn decrypt_blocks(&self, blocks: &mut [Block]) {
        self.engine.crypt_blocks(&self.decrypt, blocks);
    }

    /// Encrypts one block: the step of CFB and OFB encryption, CMAC and CCM.
    pub fn encrypt_block(&self, block: &mut Block) {
        self.encrypt_blocks(core::slice::from_mut(block));
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        self.encrypt.zeroize();
        self.decrypt.zeroize();
    }
}

impl zeroize::ZeroizeOnDrop for Key {}

impl core::fmt::Debug for Key {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("sm4::Key(..)")
    }
}
