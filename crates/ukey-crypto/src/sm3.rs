//! SM3 (GB/T 32905, GM/T 0004): the 256-bit hash.

use ::sm3::Digest;

/// Length of a digest in bytes.
pub const OUTPUT_LEN: usize = 32;

/// The SM3 digest of `data`.
#[must_use]
pub fn digest(data: &[u8]) -> [u8; OUTPUT_LEN] {
    ::sm3::Sm3::digest(data).into()
}

/// The SM3 digest of each of `messages`, many at a time where the processor has wide registers: several
/// times the rate of one after the other, best where lengths are alike.
#[must_use]
pub fn digest_all(messages: &[&[u8]]) -> Vec<[u8; OUTPUT_LEN]> {
    let mut digests = vec![[0; OUTPUT_LEN]; messages.len()];
    gm_kernels::sm3::digest_all(messages, &mut digests);
    digests
}

/// A running SM3 computation.
#[derive(Clone, Default)]
pub struct Sm3(::sm3::Sm3);

impl Sm3 {
    /// Starts an empty computation.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Absorbs `data`.
    pub fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    /// The digest of everything absorbed.
    #[must_use]
    pub fn finish(self) -> [u8; OUTPUT_LEN] {
        self.0.finalize().into()
    }
}

impl core::fmt::Debug for Sm3 {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Sm3(..)")
    }
}
