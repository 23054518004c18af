//! The fuzz target over the engines, for seconds and without a fuzzer: bytes from a generator that is the same everywhere.
#![allow(missing_docs)]

#[path = "../../../fuzz/kernel_engines.rs"]
mod kernel_engines;

use std::time::{Duration, Instant};

#[test]
fn every_engine_agrees_on_any_bytes() {
    let mut state = 0x2026_1122_u64;
    let mut roll = move || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32
    };
    let (end, mut runs) = (Instant::now() + Duration::from_secs(2), 0);
    while Instant::now() < end || runs < 100 {
        let len = (roll() % 4_300) as usize;
        // now and then long rows of the same byte, where carries and counters go wrong
        let filler = [0, 0xff, roll() as u8][(roll() % 3) as usize];
        let mixed = roll() % 2 == 0;
        let data: Vec<u8> = (0..len)
            .map(|i| {
                if mixed || i % 97 < 30 {
                    roll() as u8
                } else {
                    filler
                }
            })
            .collect();
        kernel_engines::run(&data);
        runs += 1;
    }
}
