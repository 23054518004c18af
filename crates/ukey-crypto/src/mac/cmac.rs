//! CMAC (SP 800-38B, RFC 4493).

use crate::cipher::{BLOCK, Block, BlockCipher, Key};
use zeroize::Zeroizing;

/// A running CMAC computation. Its state is zeroised on drop. A shorter tag is the beginning of the
/// full one (SP 800-38B section 6.2).
pub struct Cmac(Box<dyn Running>);

impl Cmac {
    /// Starts a computation under `key`.
    #[must_use]
    pub fn new<K: Key>(key: &K) -> Self {
        Self(Box::new(State {
            cipher: key.cipher().clone(),
            chain: Zeroizing::new([0; BLOCK]),
            pending: Zeroizing::new([0; BLOCK]),
            pending_len: 0,
        }))
    }

    /// Absorbs `data`.
    pub fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    /// The authentication value of everything absorbed. Compare it with [`crate::ct::eq`].
    #[must_use]
    pub fn finish(self) -> Block {
        self.0.finish()
    }
}

impl Clone for Cmac {
    fn clone(&self) -> Self {
        Self(self.0.duplicate())
    }
}

impl core::fmt::Debug for Cmac {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Cmac(..)")
    }
}

trait Running: Send {
    fn update(&mut self, data: &[u8]);
    fn finish(self: Box<Self>) -> Block;
    fn duplicate(&self) -> Box<dyn Running>;
}

#[derive(Clone)]
struct State<C> {
    cipher: C,
    chain: Zeroizing<Block>,
    /// The last 1 to 16 bytes absorbed: which subkey they get is known at the end.
    pending: Zeroizing<Block>,
    pending_len: usize,
}

impl<C: BlockCipher> State<C> {
    /// Adds `part` to the pending bytes; the caller has made sure that it fits.
    fn keep(&mut self, part: &[u8]) {
        self.pending[self.pending_len..][..part.len()].copy_from_slice(part);
        self.pending_len += part.len();
    }

    fn chain_pending(&mut self) {
        let block = core::slice::from_ref(&*self.pending);
        self.cipher.cbc_mac(&mut self.chain, block);
        self.pending_len = 0;
    }
}

impl<C: BlockCipher> Running for State<C> {
    fn update(&mut self, mut data: &[u8]) {
        if self.pending_len > 0 {
            let (now, rest) = data.split_at(data.len().min(BLOCK - self.pending_len));
            self.keep(now);
            data = rest;
        }
        if data.is_empty() {
            return;
        }
        if self.pending_len == BLOCK {
            self.chain_pending();
        }
        // All whole blocks but the last 1 to 16 bytes.
        let (now, rest) = data.split_at((data.len() - 1) / BLOCK * BLOCK);
        let (blocks, _) = now.as_chunks();
        self.cipher.cbc_mac(&mut self.chain, blocks);
        self.keep(rest);
    }

    fn finish(mut self: Box<Self>) -> Block {
        let mut subkey = Zeroizing::new([0; BLOCK]);
        self.cipher.encrypt_block(&mut subkey);
        double(&mut subkey);
        if self.pending_len < BLOCK {
            double(&mut subkey);
            let len = self.pending_len;
            self.pending[len..].fill(0);
            self.pending[len] = 0x80;
        }
        xor_into(&mut self.pending, &subkey);
        self.chain_pending();
        *self.chain
    }

    fn duplicate(&self) -> Box<dyn Running> {
        Box::new(self.clone())
    }
}

/// Multiplication by x in GF(2^128), big endian, without a branch.
fn double(block: &mut Block) {
    let value = u128::from_be_bytes(*block);
    let carry = (value >> 127).wrapping_neg() & 0x87;
    *block = ((value << 1) ^ carry).to_be_bytes();
}

fn xor_into(dst: &mut Block, src: &Block) {
    for (d, s) in dst.iter_mut().zip(src) {
        *d ^= s;
    }
}
