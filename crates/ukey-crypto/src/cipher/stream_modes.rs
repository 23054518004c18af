//! CTR, CFB and OFB (SP 800-38A): every byte of input gives a byte of output at once.

use super::{BLOCK, Block, BlockCipher, Direction, Running, append, copy, xor_into};
use crate::Error;
use zeroize::Zeroize;

/// A stream mode in terms of blocks and bytes.
pub(super) trait Stream: Clone + Send + 'static {
    /// Bytes of the current block that have been used; `BLOCK` when none is left of it.
    fn used(&mut self) -> &mut usize;

    /// Makes sure that `len` bytes more can be processed.
    fn claim(&mut self, _len: usize) -> Result<(), Error> {
        Ok(())
    }

    /// Makes the next block of key stream.
    fn next_block(&mut self);

    /// Processes `bytes` with the current block from byte `at` on.
    fn bytes(&mut self, at: usize, bytes: &mut [u8]);

    /// Processes whole blocks, each with a block of its own.
    fn blocks(&mut self, blocks: &mut [Block]);

    /// Processes `data` in place.
    fn run(&mut self, data: &mut [u8]) {
        let used = *self.used();
        let (head, data) = data.split_at_mut(data.len().min(BLOCK - used));
        self.bytes(used, head);
        *self.used() = used + head.len();
        let (blocks, tail) = data.as_chunks_mut();
        self.blocks(blocks);
        if !tail.is_empty() {
            self.next_block();
            self.bytes(0, tail);
            *self.used() = tail.len();
        }
    }
}

/// Counter mode; also what is inside CCM.
#[derive(Clone)]
pub(super) struct Ctr<C> {
    cipher: C,
    counter: Block,
    counter_bits: u32,
    /// Counter values that have not been used.
    left: u128,
    stream: Block,
    used: usize,
}

impl<C: BlockCipher> Ctr<C> {
    pub(super) fn new(cipher: C, first: &Block, counter_bits: u32) -> Result<Self, Error> {
        if !(1..=128).contains(&counter_bits) {
            return Err(Error::Unsupported);
        }
        let mask = u128::MAX >> (128 - counter_bits);
        let left = (mask - (u128::from_be_bytes(*first) & mask)).saturating_add(1);
        Ok(Self {
            cipher,
            counter: *first,
            counter_bits,
            left,
            stream: [0; BLOCK],
            used: BLOCK,
        })
    }
}

impl<C: BlockCipher> Stream for Ctr<C> {
    fn used(&mut self) -> &mut usize {
        &mut self.used
    }

    fn claim(&mut self, len: usize) -> Result<(), Error> {
        let fresh = len.saturating_sub(BLOCK - self.used).div_ceil(BLOCK);
        self.left = self
            .left
            .checked_sub(fresh as u128)
            .ok_or(Error::InvalidLength)?;
        Ok(())
    }

    fn next_block(&mut self) {
        self.stream = [0; BLOCK];
        let block = core::slice::from_mut(&mut self.stream);
        self.cipher.ctr(&mut self.counter, self.counter_bits, block);
    }

    fn bytes(&mut self, at: usize, bytes: &mut [u8]) {
        xor_into(bytes, &self.stream[at..]);
    }

    fn blocks(&mut self, blocks: &mut [Block]) {
        self.cipher
            .ctr(&mut self.counter, self.counter_bits, blocks);
    }
}

impl<C> Drop for Ctr<C> {
    fn drop(&mut self) {
        self.stream.zeroize();
    }
}

/// Cipher feedback. `chain` is the key stream, overwritten by ciphertext as far as it is used.
#[derive(Clone)]
pub(super) struct Cfb<C> {
    cipher: C,
    direction: Direction,
    chain: Block,
    used: usize,
}

impl<C: BlockCipher> Cfb<C> {
    pub(super) fn new(cipher: C, direction: Direction, iv: &Block) -> Self {
        Self {
            cipher,
            direction,
            chain: *iv,
            used: BLOCK,
        }
    }
}

impl<C: BlockCipher> Stream for Cfb<C> {
    fn used(&mut self) -> &mut usize {
        &mut self.used
    }

    fn next_block(&mut self) {
        self.cipher.encrypt_block(&mut self.chain);
    }

    fn bytes(&mut self, at: usize, bytes: &mut [u8]) {
        for (chain, byte) in self.chain[at..].iter_mut().zip(bytes) {
            let result = *chain ^ *byte;
            *chain = match self.direction {
                Direction::Encrypt => result,
                Direction::Decrypt => *byte,
            };
            *byte = result;
        }
    }

    fn blocks(&mut self, blocks: &mut [Block]) {
        match self.direction {
            Direction::Decrypt => self.cipher.cfb_decrypt(&mut self.chain, blocks),
            Direction::Encrypt => self.cipher.cfb_encrypt(&mut self.chain, blocks),
        }
    }
}

impl<C> Drop for Cfb<C> {
    fn drop(&mut self) {
        self.chain.zeroize();
    }
}

/// Output feedback. `stream` is the current block of key stream.
#[derive(Clone)]
pub(super) struct Ofb<C> {
    cipher: C,
    stream: Block,
    used: usize,
}

impl<C: BlockCipher> Ofb<C> {
    pub(super) fn new(cipher: C, iv: &Block) -> Self {
        Self {
            cipher,
            stream: *iv,
            used: BLOCK,
        }
    }
}

impl<C: BlockCipher> Stream for Ofb<C> {
    fn used(&mut self) -> &mut usize {
        &mut self.used
    }

    fn next_block(&mut self) {
        self.cipher.encrypt_block(&mut self.stream);
    }

    fn bytes(&mut self, at: usize, bytes: &mut [u8]) {
        xor_into(bytes, &self.stream[at..]);
    }

    fn blocks(&mut self, blocks: &mut [Block]) {
        self.cipher.ofb(&mut self.stream, blocks);
    }
}

impl<C> Drop for Ofb<C> {
    fn drop(&mut self) {
        self.stream.zeroize();
    }
}

impl<S: Stream> Running for S {
    fn update_len(&self, input_len: usize) -> usize {
        input_len
    }

    fn update(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.claim(input.len())?;
        append(&[], input, out, |piece| self.run(piece));
        Ok(())
    }

    fn update_into(&mut self, input: &[u8], out: &mut [u8]) -> Option<Result<(), Error>> {
        let claimed = self.claim(input.len());
        Some(claimed.map(|()| copy(input, out, |piece| self.run(piece))))
    }

    fn finish_len(&self) -> usize {
        0
    }

    fn finish(self: Box<Self>, _: &mut Vec<u8>) -> Result<(), Error> {
        Ok(())
    }

    fn duplicate(&self) -> Box<dyn Running> {
        Box::new(self.clone())
    }
}
