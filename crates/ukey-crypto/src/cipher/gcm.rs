//! GCM (SP 800-38D).

use super::aead::{self, Authenticated};
use super::stream_modes::{Ctr, Stream};
use super::{BLOCK, Block, BlockCipher, Direction, Running, xor_into};
use crate::Error;
use ghash::GHash;
use ghash::universal_hash::UniversalHash;
use zeroize::Zeroizing;

const TAG_LENS: core::ops::RangeInclusive<usize> = 4..=16;
/// Blocks of plaintext under one IV (SP 800-38D section 5.2.1.1: 2^39 - 256 bits).
const MAX_BLOCKS: u128 = (1 << 32) - 2;

pub(super) fn start<C: BlockCipher>(
    cipher: C,
    direction: Direction,
    iv: &[u8],
    aad: &[u8],
    tag_len: usize,
) -> Result<Box<dyn Running>, Error> {
    if iv.is_empty() || !TAG_LENS.contains(&tag_len) {
        return Err(Error::InvalidLength);
    }
    Ok(aead::start(Gcm::new(cipher, iv, aad), direction, tag_len))
}

#[derive(Clone)]
struct Gcm<C> {
    ctr: Ctr<C>,
    hash: GHash,
    /// Ciphertext that does not fill a block yet.
    pending: Block,
    pending_len: usize,
    aad_len: usize,
    text_len: usize,
    /// E(J0), which hides the tag.
    mask: Zeroizing<Block>,
}

impl<C: BlockCipher> Gcm<C> {
    fn new(cipher: C, iv: &[u8], aad: &[u8]) -> Self {
        let mut subkey = Zeroizing::new([0; BLOCK]);
        cipher.encrypt_block(&mut subkey);
        let mut hash = GHash::new((&*subkey).into());
        let first = first_counter(&hash, iv);
        hash.update_padded(aad);
        let mut ctr = Ctr::with_limit(cipher, first, 32, MAX_BLOCKS);
        let mut mask = Zeroizing::new([0; BLOCK]);
        ctr.run(&mut mask[..]);
        Self {
            ctr,
            hash,
            pending: [0; BLOCK],
            pending_len: 0,
            aad_len: aad.len(),
            text_len: 0,
            mask,
        }
    }

    /// Adds ciphertext to the hash.
    fn absorb(&mut self, mut text: &[u8]) {
        self.text_len += text.len();
        if self.pending_len > 0 {
            let (now, rest) = text.split_at(text.len().min(BLOCK - self.pending_len));
            self.pending[self.pending_len..][..now.len()].copy_from_slice(now);
            self.pending_len += now.len();
            text = rest;
            if self.pending_len < BLOCK {
                return;
            }
            self.hash.update(&[self.pending.into()]);
        }
        let (blocks, rest) = ghash::Block::slice_as_chunks(text);
        self.hash.update(blocks);
        self.pending[..rest.len()].copy_from_slice(rest);
        self.pending_len = rest.len();
    }
}

impl<C: BlockCipher> Authenticated for Gcm<C> {
    fn claim(&mut self, len: usize) -> Result<(), Error> {
        self.ctr.claim(len)
    }

    fn seal(&mut self, text: &mut [u8]) {
        self.ctr.run(text);
        self.absorb(text);
    }

    fn open(&mut self, text: &mut [u8]) {
        self.absorb(text);
        self.ctr.run(text);
    }

    fn tag(mut self) -> Result<Block, Error> {
        self.hash.update_padded(&self.pending[..self.pending_len]);
        let mut tag = hash_with_lengths(self.hash, self.aad_len, self.text_len);
        xor_into(&mut tag, &self.mask[..]);
        Ok(tag)
    }
}

/// J0 of SP 800-38D section 7.1.
fn first_counter(hash: &GHash, iv: &[u8]) -> Block {
    if iv.len() == 12 {
        let mut block = [0; BLOCK];
        block[..12].copy_from_slice(iv);
        block[15] = 1;
        return block;
    }
    let mut hash = hash.clone();
    hash.update_padded(iv);
    hash_with_lengths(hash, 0, iv.len())
}

fn hash_with_lengths(mut hash: GHash, first_len: usize, second_len: usize) -> Block {
    let mut lengths = [0; BLOCK];
    lengths[..8].copy_from_slice(&(first_len as u64 * 8).to_be_bytes());
    lengths[8..].copy_from_slice(&(second_len as u64 * 8).to_be_bytes());
    hash.update(&[lengths.into()]);
    hash.finalize().into()
}
