//! The fuzz target over templates, for seconds and without a fuzzer: bytes from a generator that is the same everywhere.
#![allow(missing_docs)]

#[path = "../../fuzz/pkcs11_template.rs"]
mod pkcs11_template;

use std::time::{Duration, Instant};

#[test]
fn templates_of_any_bytes_get_an_answer() {
    let mut state = 0x2026_1122_u64;
    let mut roll = move || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 56) as u8
    };
    let (end, mut programs) = (Instant::now() + Duration::from_secs(3), 0);
    while Instant::now() < end || programs < 200 {
        let len = usize::from(roll());
        // Small numbers choose what is known; so that many come through, half of the bytes are small.
        let program: Vec<u8> = (0..len)
            .map(|_| if roll() < 128 { roll() % 24 } else { roll() })
            .collect();
        pkcs11_template::run(&program);
        programs += 1;
    }
}
