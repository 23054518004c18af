//! CCM (SP 800-38C, RFC 3610).

use super::aead::{self, Authenticated};
use super::stream_modes::{Ctr, Stream};
use super::{BLOCK, Block, BlockCipher, Direction, Running, xor_into};
use crate::Error;
use zeroize::Zeroizing;

const NONCE_LENS: core::ops::RangeInclusive<usize> = 7..=13;

pub(super) fn start<C: BlockCipher>(
    cipher: C,
    direction: Direction,
    nonce: &[u8],
    aad: &[u8],
    tag_len: usize,
    data_len: usize,
) -> Result<Box<dyn Running>, Error> {
    let tag_fits = (4..=16).contains(&tag_len) && tag_len.is_multiple_of(2);
    if !NONCE_LENS.contains(&nonce.len()) || !tag_fits {
        return Err(Error::InvalidLength);
    }
    let mode = Ccm::new(cipher, nonce, aad, tag_len, data_len)?;
    Ok(aead::start(mode, direction, tag_len))
}

#[derive(Clone)]
struct Ccm<C> {
    ctr: Ctr<C>,
    mac: CbcMac<C>,
    /// Plaintext bytes that were announced and have not come yet.
    left: usize,
    /// S0, which hides the tag.
    mask: Zeroizing<Block>,
}

impl<C: BlockCipher> Ccm<C> {
    fn new(
        cipher: C,
        nonce: &[u8],
        aad: &[u8],
        tag_len: usize,
        data_len: usize,
    ) -> Result<Self, Error> {
        let length_len = BLOCK - 1 - nonce.len();
        let length = (data_len as u64).to_be_bytes();
        let unused = length.len() - length_len.min(length.len());
        if length[..unused].iter().any(|&byte| byte != 0) {
            return Err(Error::InvalidLength);
        }
        let mut first = [0; BLOCK];
        // Flags of RFC 3610 section 2.2: additional data, tag length, length of the length.
        first[0] = u8::from(!aad.is_empty()) << 6 | ((tag_len as u8 - 2) / 2) << 3;
        first[0] |= length_len as u8 - 1;
        first[1..=nonce.len()].copy_from_slice(nonce);
        first[BLOCK - (length.len() - unused)..].copy_from_slice(&length[unused..]);

        let mut counter = [0; BLOCK];
        counter[0] = length_len as u8 - 1;
        counter[1..=nonce.len()].copy_from_slice(nonce);

        let mut mac = CbcMac::new(cipher.clone());
        mac.update(&first);
        mac.additional_data(aad);
        let mut ctr = Ctr::new(cipher, &counter, length_len as u32 * 8)?;
        let mut mask = Zeroizing::new([0; BLOCK]);
        ctr.claim(BLOCK)?;
        ctr.run(&mut mask[..]);
        Ok(Self {
            ctr,
            mac,
            left: data_len,
            mask,
        })
    }
}

impl<C: BlockCipher> Authenticated for Ccm<C> {
    fn claim(&mut self, len: usize) -> Result<(), Error> {
        self.left = self.left.checked_sub(len).ok_or(Error::InvalidLength)?;
        self.ctr.claim(len)
    }

    fn seal(&mut self, text: &mut [u8]) {
        self.mac.update(text);
        self.ctr.run(text);
    }

    fn open(&mut self, text: &mut [u8]) {
        self.ctr.run(text);
        self.mac.update(text);
    }

    fn tag(mut self) -> Result<Block, Error> {
        if self.left != 0 {
            return Err(Error::InvalidLength);
        }
        self.mac.fill_block();
        let mut tag = *self.mac.state;
        xor_into(&mut tag, &self.mask[..]);
        Ok(tag)
    }
}

/// The authentication half: CBC over first block, additional data and plaintext.
#[derive(Clone)]
struct CbcMac<C> {
    cipher: C,
    state: Zeroizing<Block>,
    filled: usize,
}

impl<C: BlockCipher> CbcMac<C> {
    fn new(cipher: C) -> Self {
        Self {
            cipher,
            state: Zeroizing::new([0; BLOCK]),
            filled: 0,
        }
    }

    fn update(&mut self, mut data: &[u8]) {
        if self.filled > 0 {
            let (now, rest) = data.split_at(data.len().min(BLOCK - self.filled));
            self.add(now);
            data = rest;
        }
        if self.filled == BLOCK {
            self.fill_block();
        }
        if self.filled == 0 {
            let (blocks, rest) = data.as_chunks();
            self.cipher.cbc_mac(&mut self.state, blocks);
            self.add(rest);
        }
    }

    /// Adds `part` of a block.
    fn add(&mut self, part: &[u8]) {
        xor_into(&mut self.state[self.filled..], part);
        self.filled += part.len();
    }

    /// Fills the current block, if one has begun, with zeros.
    fn fill_block(&mut self) {
        if self.filled > 0 {
            self.cipher.encrypt_block(&mut self.state);
            self.filled = 0;
        }
    }

    /// The additional data with its length in front (RFC 3610 section 2.2).
    fn additional_data(&mut self, aad: &[u8]) {
        match aad.len() {
            0 => return,
            len @ 1..0xff00 => self.update(&(len as u16).to_be_bytes()),
            len if u32::try_from(len).is_ok() => {
                self.update(&[0xff, 0xfe]);
                self.update(&(len as u32).to_be_bytes());
            }
            len => {
                self.update(&[0xff, 0xff]);
                self.update(&(len as u64).to_be_bytes());
            }
        }
        self.update(aad);
        self.fill_block();
    }
}
