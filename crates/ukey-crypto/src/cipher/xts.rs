//! XTS (IEEE 1619, SP 800-38E, GB/T 17964-2021) with ciphertext stealing.

use super::{
    BATCH, BLOCK, Block, BlockCipher, Direction, Operation, Running, XtsOrder, append, wipe,
    xor_blocks,
};
use crate::Error;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// Most bytes that are kept back: the last whole block and what follows it.
const KEEP: usize = 2 * BLOCK - 1;

pub(super) fn start<C: BlockCipher>(
    data: &C,
    tweak: &C,
    direction: Direction,
    order: XtsOrder,
    number: &Block,
) -> Result<Operation, Error> {
    let mut probes = [[0; BLOCK]; 2];
    data.encrypt_block(&mut probes[0]);
    tweak.encrypt_block(&mut probes[1]);
    if probes[0].ct_eq(&probes[1]).into() {
        return Err(Error::InvalidKey);
    }
    let mut first = *number;
    tweak.encrypt_block(&mut first);
    Ok(Operation(Box::new(Xts {
        cipher: data.clone(),
        direction,
        order,
        tweak: first,
        pending: Zeroizing::new([0; KEEP]),
        pending_len: 0,
    })))
}

#[derive(Clone)]
struct Xts<C> {
    cipher: C,
    direction: Direction,
    order: XtsOrder,
    /// Tweak of the next block, encrypted.
    tweak: Block,
    pending: Zeroizing<[u8; KEEP]>,
    pending_len: usize,
}

impl<C: BlockCipher> Xts<C> {
    fn run(&mut self, blocks: &mut [Block]) {
        self.cipher
            .xts(self.direction, self.order, &mut self.tweak, blocks);
    }

    fn run_one(&mut self, block: &mut Block) {
        self.run(core::slice::from_mut(block));
    }

    /// The last whole block and the `tail` behind it change places (IEEE 1619 section 5.3.2).
    fn steal(&mut self, last: &mut Block, tail: &mut [u8]) {
        // Decryption needs the tweak of the short block first.
        let later = self.order.next(&self.tweak);
        let (first, second) = match self.direction {
            Direction::Encrypt => (self.tweak, later),
            Direction::Decrypt => (later, self.tweak),
        };
        self.tweak = first;
        self.run_one(last);
        tail.swap_with_slice(&mut last[..tail.len()]);
        self.tweak = second;
        self.run_one(last);
    }
}

/// What a cipher does that has no way of its own.
pub(super) fn run<C: BlockCipher>(
    cipher: &C,
    direction: Direction,
    order: XtsOrder,
    tweak: &mut Block,
    blocks: &mut [Block],
) {
    let mut tweaks = [[0; BLOCK]; BATCH];
    for batch in blocks.chunks_mut(BATCH) {
        let tweaks = &mut tweaks[..batch.len()];
        for each in tweaks.iter_mut() {
            *each = *tweak;
            *tweak = order.next(tweak);
        }
        xor_blocks(batch, tweaks);
        match direction {
            Direction::Encrypt => cipher.encrypt_blocks(batch),
            Direction::Decrypt => cipher.decrypt_blocks(batch),
        }
        xor_blocks(batch, tweaks);
    }
    wipe(&mut tweaks, blocks.len());
}

impl<C: BlockCipher> Running for Xts<C> {
    fn update_len(&self, input_len: usize) -> usize {
        let total = self.pending_len + input_len;
        total.saturating_sub(BLOCK) / BLOCK * BLOCK
    }

    fn update(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let ready = self.update_len(input.len());
        let used = ready.min(self.pending_len);
        let from_input = ready - used;
        let pending = self.pending.clone();
        append(&pending[..used], &input[..from_input], out, |piece| {
            self.run(piece.as_chunks_mut().0);
        });
        self.pending.copy_within(used..self.pending_len, 0);
        self.pending_len -= used;
        let rest = &input[from_input..];
        self.pending[self.pending_len..][..rest.len()].copy_from_slice(rest);
        self.pending_len += rest.len();
        Ok(())
    }

    fn finish_len(&self) -> usize {
        self.pending_len
    }

    fn finish(mut self: Box<Self>, out: &mut Vec<u8>) -> Result<(), Error> {
        let mut pending = core::mem::replace(&mut self.pending, Zeroizing::new([0; KEEP]));
        let Some((last, tail)) = pending[..self.pending_len].split_first_chunk_mut() else {
            return Err(Error::InvalidLength);
        };
        if tail.is_empty() {
            self.run_one(last);
        } else {
            self.steal(last, tail);
        }
        out.extend_from_slice(last);
        out.extend_from_slice(tail);
        Ok(())
    }

    fn duplicate(&self) -> Box<dyn Running> {
        Box::new(self.clone())
    }
}

impl<C> Drop for Xts<C> {
    fn drop(&mut self) {
        self.tweak.zeroize();
    }
}
