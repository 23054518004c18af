//! Modes in which every block waits for the one before.
//!
//! `chain` is the initialisation vector, then the last block of the chain, so that a message may come in
//! pieces of whole blocks.

use super::engine::Way;
use super::modes::xor;
use super::{Block, Key};

impl Key {
    /// Encrypts in CBC mode.
    pub fn cbc_encrypt(&self, chain: &mut Block, blocks: &mut [Block]) {
        match self.engine.0 {
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::Vector(vector) => vector.cbc_encrypt(&self.encrypt, chain, blocks),
            Way::Portable => {
                for block in blocks {
                    xor(block, chain);
                    self.encrypt_block(block);
                    *chain = *block;
                }
            }
        }
    }

    /// Encrypts in CBC mode and keeps the last block only: what CMAC and CCM authenticate with.
    pub fn cbc_mac(&self, chain: &mut Block, blocks: &[Block]) {
        match self.engine.0 {
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::Vector(vector) => vector.cbc_mac(&self.encrypt, chain, blocks),
            Way::Portable => {
                for block in blocks {
                    xor(chain, block);
                    self.encrypt_block(chain);
                }
            }
        }
    }

    /// Encrypts in CFB mode with 128 bits of feedback.
    pub fn cfb_encrypt(&self, chain: &mut Block, blocks: &mut [Block]) {
        match self.engine.0 {
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::Vector(vector) => vector.cfb_encrypt(&self.encrypt, chain, blocks),
            Way::Portable => {
                for block in blocks {
                    self.encrypt_block(chain);
                    xor(block, chain);
                    *chain = *block;
                }
            }
        }
    }

    /// Adds the key stream of OFB mode: encrypts, and decrypts.
    pub fn ofb(&self, chain: &mut Block, blocks: &mut [Block]) {
        match self.engine.0 {
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::Vector(vector) => vector.ofb(&self.encrypt, chain, blocks),
            Way::Portable => {
                for block in blocks {
                    self.encrypt_block(chain);
                    xor(block, chain);
                }
            }
        }
    }
}
