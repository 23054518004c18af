//! Modes in which each block waits for the one before. They run inside the back end, where the round
//! keys stay in registers from block to block.

use crate::cipher::Block;
use ::aes::cipher::{
    Array, BlockCipherEncBackend, BlockCipherEncClosure, BlockSizeUser, consts::U16,
};

/// CBC encryption; `chain` is the IV, then the last ciphertext block.
pub(super) struct CbcEncrypt<'a> {
    pub(super) chain: &'a mut Block,
    pub(super) blocks: &'a mut [Block],
}

impl BlockSizeUser for CbcEncrypt<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for CbcEncrypt<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let mut chain = Array(*self.chain);
        for block in self.blocks {
            add(&mut chain, block);
            backend.encrypt_block_inplace(&mut chain);
            *block = chain.0;
        }
        *self.chain = chain.0;
    }
}

/// CBC encryption that keeps the last block only.
pub(super) struct CbcMac<'a> {
    pub(super) chain: &'a mut Block,
    pub(super) blocks: &'a [Block],
}

impl BlockSizeUser for CbcMac<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for CbcMac<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let mut chain = Array(*self.chain);
        for block in self.blocks {
            add(&mut chain, block);
            backend.encrypt_block_inplace(&mut chain);
        }
        *self.chain = chain.0;
    }
}

#[inline(always)]
fn add(chain: &mut Array<u8, U16>, block: &Block) {
    for (sum, byte) in chain.0.iter_mut().zip(block) {
        *sum ^= byte;
    }
}
