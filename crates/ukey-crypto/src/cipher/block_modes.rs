//! ECB and CBC (SP 800-38A): whole blocks, with or without padding.

use super::{BLOCK, Block, BlockCipher, Direction, Padding, Running, append, padding};
use crate::Error;
use zeroize::{Zeroize, Zeroizing};

#[derive(Clone)]
pub(super) struct Blocks<C> {
    cipher: C,
    direction: Direction,
    padding: Padding,
    /// The last ciphertext block of CBC; ECB has none.
    chain: Option<Block>,
    pending: Zeroizing<Block>,
    pending_len: usize,
}

impl<C: BlockCipher> Blocks<C> {
    pub(super) fn ecb(cipher: C, direction: Direction, padding: Padding) -> Self {
        Self::new(cipher, direction, padding, None)
    }

    pub(super) fn cbc(cipher: C, direction: Direction, padding: Padding, iv: &Block) -> Self {
        Self::new(cipher, direction, padding, Some(*iv))
    }

    fn new(cipher: C, direction: Direction, padding: Padding, chain: Option<Block>) -> Self {
        Self {
            cipher,
            direction,
            padding,
            chain,
            pending: Zeroizing::new([0; BLOCK]),
            pending_len: 0,
        }
    }

    /// Processes whole blocks in place.
    fn run(&mut self, data: &mut [u8]) {
        let (blocks, rest) = data.as_chunks_mut();
        debug_assert!(rest.is_empty());
        match (&mut self.chain, self.direction) {
            (None, Direction::Encrypt) => self.cipher.encrypt_blocks(blocks),
            (None, Direction::Decrypt) => self.cipher.decrypt_blocks(blocks),
            (Some(chain), Direction::Encrypt) => self.cipher.cbc_encrypt(chain, blocks),
            (Some(chain), Direction::Decrypt) => self.cipher.cbc_decrypt(chain, blocks),
        }
    }

    /// Adds `rest` to the pending bytes; the caller has made sure that they fit.
    fn keep(&mut self, rest: &[u8]) {
        self.pending[self.pending_len..][..rest.len()].copy_from_slice(rest);
        self.pending_len += rest.len();
    }
}

impl<C: BlockCipher> Running for Blocks<C> {
    fn update_len(&self, input_len: usize) -> usize {
        let total = self.pending_len + input_len;
        let whole = total - total % BLOCK;
        let keeps_last = self.direction == Direction::Decrypt && self.padding == Padding::Pkcs7;
        if keeps_last && whole == total {
            whole.saturating_sub(BLOCK)
        } else {
            whole
        }
    }

    fn update(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let ready = self.update_len(input.len());
        if ready == 0 {
            self.keep(input);
            return Ok(());
        }
        let (now, rest) = input.split_at(ready - self.pending_len);
        let pending = core::mem::take(&mut self.pending);
        append(&pending[..self.pending_len], now, out, |piece| {
            self.run(piece)
        });
        self.pending_len = 0;
        self.keep(rest);
        Ok(())
    }

    fn finish_len(&self) -> usize {
        match self.padding {
            Padding::None => 0,
            Padding::Pkcs7 => BLOCK,
        }
    }

    fn finish(mut self: Box<Self>, out: &mut Vec<u8>) -> Result<(), Error> {
        let mut last = core::mem::take(&mut self.pending);
        let len = self.pending_len;
        match (self.padding, self.direction) {
            (Padding::None, _) if len == 0 => Ok(()),
            (Padding::Pkcs7, Direction::Encrypt) => {
                padding::pad(&mut last, len);
                self.run(&mut last[..]);
                out.extend_from_slice(&last[..]);
                Ok(())
            }
            (Padding::Pkcs7, Direction::Decrypt) if len == BLOCK => {
                self.run(&mut last[..]);
                out.extend_from_slice(&last[..padding::unpadded_len(&last)?]);
                Ok(())
            }
            _ => Err(Error::InvalidLength),
        }
    }

    fn duplicate(&self) -> Box<dyn Running> {
        Box::new(self.clone())
    }
}

impl<C> Drop for Blocks<C> {
    fn drop(&mut self) {
        self.chain.zeroize();
    }
}
