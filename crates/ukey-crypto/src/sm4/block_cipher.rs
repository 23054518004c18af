//! SM4 in the modes of [`crate::cipher`]: the kernels run whole batches, and some modes by themselves.

use super::Key;
use crate::cipher::{self, Block, BlockCipher, Direction, Ghash, XtsOrder};
use gm_kernels::sm4;

/// Expanded round keys. Zeroised on drop.
#[derive(Clone)]
pub struct Schedule(pub(super) sm4::Key);

impl BlockCipher for Schedule {
    fn encrypt_blocks(&self, blocks: &mut [Block]) {
        self.0.encrypt_blocks(blocks);
    }

    fn decrypt_blocks(&self, blocks: &mut [Block]) {
        self.0.decrypt_blocks(blocks);
    }

    fn cbc_encrypt(&self, chain: &mut Block, blocks: &mut [Block]) {
        self.0.cbc_encrypt(chain, blocks);
    }

    fn cbc_decrypt(&self, chain: &mut Block, blocks: &mut [Block]) {
        self.0.cbc_decrypt(chain, blocks);
    }

    fn cfb_decrypt(&self, chain: &mut Block, blocks: &mut [Block]) {
        self.0.cfb_decrypt(chain, blocks);
    }

    fn cbc_mac(&self, chain: &mut Block, blocks: &[Block]) {
        self.0.cbc_mac(chain, blocks);
    }

    fn cfb_encrypt(&self, chain: &mut Block, blocks: &mut [Block]) {
        self.0.cfb_encrypt(chain, blocks);
    }

    fn ofb(&self, chain: &mut Block, blocks: &mut [Block]) {
        self.0.ofb(chain, blocks);
    }

    fn gcm_encrypt(&self, counter: &mut Block, hash: &mut Ghash, blocks: &mut [Block]) {
        self.0.gcm_encrypt(counter, hash, blocks);
    }

    fn gcm_encrypt_from(
        &self,
        counter: &mut Block,
        hash: &mut Ghash,
        source: &[Block],
        blocks: &mut [Block],
    ) {
        self.0.gcm_encrypt_from(counter, hash, source, blocks);
    }

    fn gcm_decrypt(&self, counter: &mut Block, hash: &mut Ghash, blocks: &mut [Block]) {
        self.0.gcm_decrypt(counter, hash, blocks);
    }

    fn xts(&self, direction: Direction, order: XtsOrder, tweak: &mut Block, blocks: &mut [Block]) {
        match direction {
            Direction::Encrypt => self.0.xts_encrypt(order, tweak, blocks),
            Direction::Decrypt => self.0.xts_decrypt(order, tweak, blocks),
        }
    }

    fn ctr(&self, counter: &mut Block, counter_bits: u32, blocks: &mut [Block]) {
        self.0.ctr(counter, counter_bits, blocks);
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
