//! GHASH, the universal hash of GCM (SP 800-38D section 6.4), with any number of blocks at a time.
//!
//! Computed as POLYVAL (RFC 8452 appendix A): with the bytes of every block reversed, multiplication is
//! that of carry-less integers, and a reduction needs no shift of the whole.

mod portable;
#[cfg(test)]
mod tests;

#[cfg(all(target_arch = "x86_64", not(miri)))]
use crate::arch::x86_64::Clmul;
use crate::sm4::{BLOCK, Block};
use zeroize::Zeroize;

/// Powers of the key that a hash holds: as many blocks need one reduction together.
pub(crate) const POWERS: usize = 64;

engine!("GHASH", "ghash", Clmul(Clmul));

/// A running hash with its key. Wiped when dropped.
#[derive(Clone)]
pub struct Hash {
    engine: Engine,
    /// The key's powers 64 .. 1; the portable way has the last one only.
    powers: [u128; POWERS],
    value: u128,
}

/// What of a [`Hash`] code for one processor works on: all its powers, and its value.
#[cfg(all(target_arch = "x86_64", not(miri)))]
pub(crate) struct State<'a> {
    pub(crate) powers: &'a [u128; POWERS],
    pub(crate) value: &'a mut u128,
}

impl Hash {
    /// Starts with the hash key `h`, which is the encryption of a block of zeros.
    #[must_use]
    pub fn new(h: &Block) -> Self {
        Self::with_engine(Engine::best(), h)
    }

    /// Starts with the hash key `h` and `engine`.
    #[must_use]
    pub fn with_engine(engine: Engine, h: &Block) -> Self {
        let mut hash = Self {
            engine,
            powers: [0; POWERS],
            value: 0,
        };
        let first = portable::times_x(u128::from_be_bytes(*h));
        hash.powers[POWERS - 1] = first;
        match engine.0 {
            Way::Portable => (),
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::Clmul(clmul) => clmul.fill_powers(&mut hash.powers),
        }
        hash
    }

    /// Absorbs whole blocks.
    pub fn update(&mut self, blocks: &[Block]) {
        match self.engine.0 {
            Way::Portable => {
                self.value = portable::update(self.powers[POWERS - 1], self.value, blocks);
            }
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::Clmul(clmul) => clmul.update(
                &mut State {
                    powers: &self.powers,
                    value: &mut self.value,
                },
                blocks,
            ),
        }
    }

    /// Absorbs `data`, with zeros up to a whole block.
    pub fn update_padded(&mut self, data: &[u8]) {
        let (blocks, rest) = data.as_chunks();
        self.update(blocks);
        if !rest.is_empty() {
            let mut last = [0; BLOCK];
            last[..rest.len()].copy_from_slice(rest);
            self.update(&[last]);
        }
    }

    /// Absorbs the lengths of two strings of bytes, in bits: what ends a computation of GCM.
    pub fn update_lengths(&mut self, first: u64, second: u64) {
        let lengths = u128::from(first) << 67 | u128::from(second) << 3;
        self.update(&[lengths.to_be_bytes()]);
    }

    /// The hash of what was absorbed so far.
    #[must_use]
    pub const fn value(&self) -> Block {
        self.value.to_be_bytes()
    }

    /// The state for code that has every power; `None` where only the portable way knows them.
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    pub(crate) fn state(&mut self) -> Option<State<'_>> {
        match self.engine.0 {
            Way::Portable => None,
            Way::Clmul(_) => Some(State {
                powers: &self.powers,
                value: &mut self.value,
            }),
        }
    }
}

impl Drop for Hash {
    fn drop(&mut self) {
        self.powers.zeroize();
        self.value.zeroize();
    }
}

impl zeroize::ZeroizeOnDrop for Hash {}

impl core::fmt::Debug for Hash {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ghash::Hash(..)")
    }
}
