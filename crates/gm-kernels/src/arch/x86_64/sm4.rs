//! SM4 with the S-box as an inversion in the field of AES between two affine maps: by GFNI, or by AESENCLAST.
//!
//! Register i of a group holds word i of 4, 8 or 16 blocks. With GFNI the state is kept in the coordinates
//! behind the first affine map, so that the second map, the linear layer and the next first map fuse into
//! three matrices: a round is three inversions with a matrix, three byte rotations and five XORs.

#[macro_use]
mod registers;
#[macro_use]
mod substitution;
#[macro_use]
mod sliced;
mod aes128;
mod aes256;
mod gfni128;
mod gfni256;
mod gfni512;
mod tables;
mod vaes256;

use super::cpu::Features;
use crate::ghash::State as GhashState;
use crate::sm4::Block;

/// A set of instructions for SM4 that this processor has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sm4(Kind);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Aes128,
    Aes256,
    Vaes256,
    Gfni256,
    Gfni512,
}

/// Runs one function of the module that belongs to `self`.
macro_rules! dispatch {
    ($self:ident, $function:ident($($argument:expr),*)) => {
        // SAFETY: a value of this type exists only after the processor was asked for the instructions
        // of its kind.
        unsafe {
            match $self.0 {
                Kind::Aes128 => aes128::$function($($argument),*),
                Kind::Aes256 => aes256::$function($($argument),*),
                Kind::Vaes256 => vaes256::$function($($argument),*),
                Kind::Gfni256 => gfni256::$function($($argument),*),
                Kind::Gfni512 => gfni512::$function($($argument),*),
            }
        }
    };
}

/// Runs one function of the one-block module that goes with `self`.
macro_rules! dispatch_single {
    ($self:ident, $function:ident($($argument:expr),*)) => {
        // SAFETY: every kind with GFNI requires what `gfni128` does, every other what `aes128` does.
        unsafe {
            match $self.0 {
                Kind::Gfni256 | Kind::Gfni512 => gfni128::$function($($argument),*),
                Kind::Aes128 | Kind::Aes256 | Kind::Vaes256 => aes128::$function($($argument),*),
            }
        }
    };
}

impl Sm4 {
    /// All that this processor has, the slowest first.
    pub(crate) fn available() -> impl DoubleEndedIterator<Item = Self> {
        let aes = Features::AES.and(Features::CLMUL);
        let gfni = Features::GFNI.and(Features::AVX2).and(Features::CLMUL);
        let avx512 = Features::AVX512.and(Features::VCLMUL);
        [
            (Kind::Aes128, aes),
            (Kind::Aes256, aes.and(Features::AVX2)),
            (Kind::Vaes256, aes.and(Features::AVX2).and(Features::VAES)),
            (Kind::Gfni256, gfni),
            (Kind::Gfni512, gfni.and(avx512)),
        ]
        .into_iter()
        .filter(|(_, needs)| Features::has(*needs))
        .map(|(kind, _)| Self(kind))
    }

    pub(crate) const fn name(self) -> &'static str {
        match self.0 {
            Kind::Aes128 => "aes+ssse3",
            Kind::Aes256 => "aes+avx2",
            Kind::Vaes256 => "vaes+avx2",
            Kind::Gfni256 => "gfni+avx2",
            Kind::Gfni512 => "gfni+avx512",
        }
    }

    /// The S-box on four bytes, for the key schedule.
    pub(crate) fn substitute_word(self, word: u32) -> u32 {
        dispatch_single!(self, substitute_word(word))
    }

    /// Brings round keys into the form that the other functions expect.
    pub(crate) fn prepare_keys(self, keys: &mut [u32; 32]) {
        dispatch_single!(self, prepare_keys(keys));
    }

    /// Encrypts, or decrypts with reversed keys, each block by itself.
    pub(crate) fn crypt_blocks(self, keys: &[u32; 32], blocks: &mut [Block]) {
        if let [block] = blocks {
            dispatch_single!(self, crypt_block(keys, block));
        } else {
            dispatch!(self, crypt_blocks(keys, blocks));
        }
    }

    /// Encrypts in CBC mode.
    pub(crate) fn cbc_encrypt(self, keys: &[u32; 32], chain: &mut Block, blocks: &mut [Block]) {
        dispatch_single!(self, cbc_encrypt(keys, chain, blocks));
    }

    /// Decrypts in CBC mode, with reversed keys.
    pub(crate) fn cbc_decrypt(self, keys: &[u32; 32], chain: &mut Block, blocks: &mut [Block]) {
        dispatch!(self, cbc_decrypt(keys, chain, blocks));
    }

    /// Adds the key stream whose counter is the last word of `counter`, which must not wrap within it.
    pub(crate) fn ctr(self, keys: &[u32; 32], counter: &Block, blocks: &mut [Block]) {
        dispatch!(self, ctr(keys, counter, blocks));
    }

    /// Encrypts in GCM: the 32-bit counter may wrap, the ciphertext is hashed. What is encrypted is `source` if
    /// there is one, which is as long as `blocks`.
    pub(crate) fn gcm_encrypt(
        self,
        keys: &[u32; 32],
        counter: &Block,
        state: &mut GhashState<'_>,
        source: Option<&[Block]>,
        blocks: &mut [Block],
    ) {
        dispatch!(self, gcm_encrypt(keys, counter, state, source, blocks));
    }

    /// Decrypts in GCM.
    pub(crate) fn gcm_decrypt(
        self,
        keys: &[u32; 32],
        counter: &Block,
        state: &mut GhashState<'_>,
        blocks: &mut [Block],
    ) {
        dispatch!(self, gcm_decrypt(keys, counter, state, blocks));
    }

    /// Encrypts in CBC mode and keeps the last block only, as `chain`.
    pub(crate) fn cbc_mac(self, keys: &[u32; 32], chain: &mut Block, blocks: &[Block]) {
        dispatch_single!(self, cbc_mac(keys, chain, blocks));
    }

    /// Encrypts in CFB mode with 128 bits of feedback.
    pub(crate) fn cfb_encrypt(self, keys: &[u32; 32], chain: &mut Block, blocks: &mut [Block]) {
        dispatch_single!(self, cfb_encrypt(keys, chain, blocks));
    }

    /// Adds the key stream of OFB mode.
    pub(crate) fn ofb(self, keys: &[u32; 32], chain: &mut Block, blocks: &mut [Block]) {
        dispatch_single!(self, ofb(keys, chain, blocks));
    }
}
