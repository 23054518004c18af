//! The fuzz target over structures, for seconds and without a fuzzer: bytes from a generator that is the same everywhere.
#![allow(clippy::undocumented_unsafe_blocks)]

#[path = "../../fuzz/skf_blobs.rs"]
mod skf_blobs;

use std::time::{Duration, Instant};

#[test]
fn structures_of_any_bytes_get_an_answer() {
    let mut state = 0x2026_1122_u64;
    let mut roll = move || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 56) as u8
    };
    let (end, mut programs) = (Instant::now() + Duration::from_secs(3), 0);
    while Instant::now() < end || programs < 100 {
        let len = usize::from(roll());
        let program: Vec<u8> = (0..len)
            .map(|_| if roll() < 128 { roll() % 8 } else { roll() })
            .collect();
        skf_blobs::run(&program);
        programs += 1;
    }
}
