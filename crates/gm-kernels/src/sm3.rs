//! SM3 (GB/T 32905) of many messages at once, each in a lane of a wide register. One stream alone gains
//! nothing from that: its rounds wait for each other.

mod compress;
mod lanes;
#[cfg(test)]
mod tests;

#[cfg(all(target_arch = "x86_64", not(miri)))]
use crate::arch::x86_64::Sm3;

/// Length of a digest in bytes.
pub const DIGEST: usize = 32;

/// Length of a block in bytes.
pub(crate) const BLOCK: usize = 64;

/// The state before the first block.
const START: [u32; 8] = [
    0x7380_166f,
    0x4914_b2b9,
    0x1724_42d7,
    0xda8a_0600,
    0xa96f_30bc,
    0x1631_38aa,
    0xe38d_ee4d,
    0xb0fb_0e4e,
];

/// T of the standard, turned as far as each round turns it.
pub(crate) const ROUND_CONSTANTS: [u32; 64] = {
    let mut constants = [0; 64];
    let mut round = 0;
    while round < 64 {
        let t: u32 = if round < 16 { 0x79cc_4519 } else { 0x7a87_9d8a };
        constants[round] = t.rotate_left(round as u32 % 32);
        round += 1;
    }
    constants
};

engine!(
    "SM3 of many messages; in plain Rust one after the other",
    "sm3",
    Lanes(Sm3)
);

impl Engine {
    /// Messages worked on together.
    #[must_use]
    pub const fn lanes(self) -> usize {
        match self.0 {
            Way::Portable => 1,
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::Lanes(lanes) => lanes.count(),
        }
    }

    /// The digest of each of `messages`, which may differ in length; like lengths go best together.
    /// Time and accesses depend on the lengths only.
    ///
    /// # Panics
    /// If there are not as many `digests` as messages.
    pub fn digest_all(self, messages: &[&[u8]], digests: &mut [[u8; DIGEST]]) {
        assert_eq!(messages.len(), digests.len(), "a digest for each message");
        match self.0 {
            Way::Portable => lanes::one_by_one(messages, digests),
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::Lanes(lanes) if lanes.count() == 8 => {
                lanes::run::<8>(messages, digests, |state, blocks| {
                    lanes.compress_8(state, blocks)
                });
            }
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::Lanes(lanes) => {
                lanes::run::<16>(messages, digests, |state, blocks| {
                    lanes.compress_16(state, blocks)
                });
            }
        }
    }
}

/// The digest of each of `messages` in the fastest way.
///
/// # Panics
/// If there are not as many `digests` as messages.
pub fn digest_all(messages: &[&[u8]], digests: &mut [[u8; DIGEST]]) {
    Engine::best().digest_all(messages, digests);
}
