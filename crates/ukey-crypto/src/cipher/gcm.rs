//! GCM (SP 800-38D).

use super::stream_modes::{Ctr, Stream};
use super::{BLOCK, Block, BlockCipher, Direction, Running, split_tag, tag_matches, xor_into};
use crate::Error;
use ghash::GHash;
use ghash::universal_hash::UniversalHash;

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
    let state = State::new(cipher, iv, aad);
    Ok(match direction {
        Direction::Encrypt => Box::new(Sealing { state, tag_len }),
        Direction::Decrypt => Box::new(Opening {
            state,
            tag_len,
            sealed: Vec::new(),
        }),
    })
}

#[derive(Clone)]
struct State<C> {
    ctr: Ctr<C>,
    hash: GHash,
    /// Ciphertext that does not fill a block yet.
    pending: Block,
    pending_len: usize,
    aad_len: usize,
    text_len: usize,
    /// E(J0), which hides the tag.
    mask: Block,
}

impl<C: BlockCipher> State<C> {
    fn new(cipher: C, iv: &[u8], aad: &[u8]) -> Self {
        let mut subkey = [0; BLOCK];
        cipher.encrypt_block(&mut subkey);
        let mut hash = GHash::new(&subkey.into());
        let first = first_counter(&hash, iv);
        hash.update_padded(aad);
        let mut ctr = Ctr::with_limit(cipher, first, 32, MAX_BLOCKS + 1);
        let mut mask = [0; BLOCK];
        ctr.claim(BLOCK).expect("the limit is not zero");
        ctr.run(&mut mask);
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

    fn tag(mut self) -> Block {
        self.hash.update_padded(&self.pending[..self.pending_len]);
        let mut tag = hash_with_lengths(self.hash, self.aad_len, self.text_len);
        xor_into(&mut tag, &self.mask);
        tag
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

/// Encryption: text goes out at once, the tag at the end.
#[derive(Clone)]
struct Sealing<C> {
    state: State<C>,
    tag_len: usize,
}

impl<C: BlockCipher> Running for Sealing<C> {
    fn update_len(&self, input_len: usize) -> usize {
        input_len
    }

    fn update(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.state.ctr.claim(input.len())?;
        let start = out.len();
        out.extend_from_slice(input);
        self.state.ctr.run(&mut out[start..]);
        self.state.absorb(&out[start..]);
        Ok(())
    }

    fn finish_len(&self) -> usize {
        self.tag_len
    }

    fn finish(self: Box<Self>, out: &mut Vec<u8>) -> Result<(), Error> {
        let tag = self.state.tag();
        out.extend_from_slice(&tag[..self.tag_len]);
        Ok(())
    }

    fn duplicate(&self) -> Box<dyn Running> {
        Box::new(self.clone())
    }
}

/// Decryption: everything is kept until the tag has been found right.
#[derive(Clone)]
struct Opening<C> {
    state: State<C>,
    tag_len: usize,
    sealed: Vec<u8>,
}

impl<C: BlockCipher> Running for Opening<C> {
    fn update_len(&self, _: usize) -> usize {
        0
    }

    fn update(&mut self, input: &[u8], _: &mut Vec<u8>) -> Result<(), Error> {
        self.sealed.extend_from_slice(input);
        Ok(())
    }

    fn finish_len(&self) -> usize {
        self.sealed.len().saturating_sub(self.tag_len)
    }

    fn finish(self: Box<Self>, out: &mut Vec<u8>) -> Result<(), Error> {
        let mut state = self.state;
        let (text, tag) = split_tag(&self.sealed, self.tag_len)?;
        state.ctr.claim(text.len())?;
        state.absorb(text);
        let mut ctr = state.ctr.clone();
        tag_matches(&state.tag(), tag)?;
        let start = out.len();
        out.extend_from_slice(text);
        ctr.run(&mut out[start..]);
        Ok(())
    }

    fn duplicate(&self) -> Box<dyn Running> {
        Box::new(self.clone())
    }
}
