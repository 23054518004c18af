//! What the short runs of the fuzz targets feed: numbers from a generator that is the same everywhere, for a while.

use std::time::{Duration, Instant};

/// xorshift64*.
pub(crate) struct Random(u64);

impl Random {
    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as usize % bound
    }
}

/// Calls `run` for so many seconds (or those in `UKEY_FUZZ_SECONDS`), and `at_least` so often on a machine that is slow;
/// says how often.
pub(crate) fn for_seconds(
    seconds: u64,
    at_least: usize,
    mut run: impl FnMut(&mut Random),
) -> usize {
    let asked = std::env::var("UKEY_FUZZ_SECONDS").ok();
    let seconds = asked.and_then(|text| text.parse().ok()).unwrap_or(seconds);
    let mut random = Random(0x2026_1122);
    let (end, mut runs) = (Instant::now() + Duration::from_secs(seconds), 0);
    while Instant::now() < end || runs < at_least {
        run(&mut random);
        runs += 1;
    }
    runs
}
