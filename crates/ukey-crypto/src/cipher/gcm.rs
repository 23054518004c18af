//! GCM (SP 800-38D).

use super::aead::{self, Authenticated};
use super::{BLOCK, Block, BlockCipher, Direction, Ghash, Running, copy, xor_into};
use crate::Error;
use zeroize::{Zeroize, Zeroizing};

const TAG_LENS: core::ops::RangeInclusive<usize> = 4..=16;
/// Bytes of plaintext under one IV (SP 800-38D section 5.2.1.1: 2^39 - 256 bits).
const MAX_LEN: u64 = (1 << 36) - 32;

pub(crate) fn start<C: BlockCipher>(
    cipher: C,
    direction: Direction,
    iv: &[u8],
    aad: &[u8],
    tag_len: usize,
) -> Result<Box<dyn Running>, Error> {
    check(iv, tag_len)?;
    Ok(aead::start(Gcm::new(cipher, iv, aad), direction, tag_len))
}

/// Whether the mode knows an IV and a tag of these lengths.
pub(crate) fn check(iv: &[u8], tag_len: usize) -> Result<(), Error> {
    if iv.is_empty() || !TAG_LENS.contains(&tag_len) {
        return Err(Error::InvalidLength);
    }
    Ok(())
}

#[derive(Clone)]
struct Gcm<C> {
    cipher: C,
    counter: Block,
    hash: Ghash,
    /// Key stream of a block that has begun, and its ciphertext as far as it has come.
    stream: Block,
    pending: Block,
    /// Bytes used of that block; 0 when none has begun.
    used: usize,
    aad_len: u64,
    text_len: u64,
    /// E(J0), which hides the tag.
    mask: Zeroizing<Block>,
}

impl<C: BlockCipher> Gcm<C> {
    fn new(cipher: C, iv: &[u8], aad: &[u8]) -> Self {
        let mut subkey = Zeroizing::new([0; BLOCK]);
        cipher.encrypt_block(&mut subkey);
        let mut hash = Ghash::new(&subkey);
        let mut counter = first_counter(&hash, iv);
        hash.update_padded(aad);
        let mut mask = Zeroizing::new([0; BLOCK]);
        cipher.ctr(&mut counter, 32, core::slice::from_mut(&mut *mask));
        Self {
            cipher,
            counter,
            hash,
            stream: [0; BLOCK],
            pending: [0; BLOCK],
            used: 0,
            aad_len: aad.len() as u64,
            text_len: 0,
            mask,
        }
    }

    /// Processes text in place: the rest of a block that has begun, whole blocks, the beginning of one.
    fn run(&mut self, direction: Direction, text: &mut [u8]) {
        let fits = match self.used {
            0 => 0,
            used => text.len().min(BLOCK - used),
        };
        let (head, text) = text.split_at_mut(fits);
        self.bytes(direction, head);
        let (blocks, tail) = text.as_chunks_mut();
        let (counter, hash) = (&mut self.counter, &mut self.hash);
        match direction {
            Direction::Encrypt => self.cipher.gcm_encrypt(counter, hash, blocks),
            Direction::Decrypt => self.cipher.gcm_decrypt(counter, hash, blocks),
        }
        if !tail.is_empty() {
            self.stream = [0; BLOCK];
            let stream = core::slice::from_mut(&mut self.stream);
            self.cipher.ctr(&mut self.counter, 32, stream);
            self.bytes(direction, tail);
        }
    }

    /// Processes bytes of the current block.
    fn bytes(&mut self, direction: Direction, bytes: &mut [u8]) {
        let place = self.used..self.used + bytes.len();
        if direction == Direction::Decrypt {
            self.pending[place.clone()].copy_from_slice(bytes);
        }
        xor_into(bytes, &self.stream[place.clone()]);
        if direction == Direction::Encrypt {
            self.pending[place.clone()].copy_from_slice(bytes);
        }
        self.used = place.end;
        if self.used == BLOCK {
            self.hash.update(&[self.pending]);
            self.used = 0;
        }
    }
}

impl<C: BlockCipher> Authenticated for Gcm<C> {
    fn claim(&mut self, len: usize) -> Result<(), Error> {
        self.text_len = self
            .text_len
            .checked_add(len as u64)
            .filter(|total| *total <= MAX_LEN)
            .ok_or(Error::InvalidLength)?;
        Ok(())
    }

    fn seal(&mut self, text: &mut [u8]) {
        self.run(Direction::Encrypt, text);
    }

    fn seal_into(&mut self, text: &[u8], out: &mut [u8]) {
        if self.used != 0 {
            return copy(text, out, |piece| self.seal(piece));
        }
        let (source, text) = text.as_chunks();
        let (blocks, tail) = out.as_chunks_mut();
        let (counter, hash) = (&mut self.counter, &mut self.hash);
        self.cipher.gcm_encrypt_from(counter, hash, source, blocks);
        tail.copy_from_slice(text);
        self.seal(tail);
    }

    fn open(&mut self, text: &mut [u8]) {
        self.run(Direction::Decrypt, text);
    }

    fn tag(mut self) -> Result<Block, Error> {
        self.hash.update_padded(&self.pending[..self.used]);
        self.hash.update_lengths(self.aad_len, self.text_len);
        let mut tag = self.hash.value();
        xor_into(&mut tag, &self.mask[..]);
        Ok(tag)
    }
}

impl<C> Drop for Gcm<C> {
    fn drop(&mut self) {
        self.stream.zeroize();
    }
}

/// J0 of SP 800-38D section 7.1.
fn first_counter(hash: &Ghash, iv: &[u8]) -> Block {
    if iv.len() == 12 {
        let mut block = [0; BLOCK];
        block[..12].copy_from_slice(iv);
        block[15] = 1;
        return block;
    }
    let mut hash = hash.clone();
    hash.update_padded(iv);
    hash.update_lengths(0, iv.len() as u64);
    hash.value()
}
