//! The fuzz target over mechanisms, for seconds and without a fuzzer: bytes from a generator that is the same everywhere.
#![allow(missing_docs)]

#[path = "../../fuzz/pkcs11_mechanism.rs"]
mod pkcs11_mechanism;

use std::time::{Duration, Instant};

#[test]
fn parameters_of_any_content_get_an_answer() {
    let mut state = 0x3202_1122_u64;
    let mut roll = move || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 56) as u8
    };
    let (end, mut programs) = (Instant::now() + Duration::from_secs(3), 0);
    let mut well = 0;
    while Instant::now() < end || programs < 200 {
        let len = usize::from(roll());
        let program: Vec<u8> = (0..len).map(|_| roll()).collect();
        well += pkcs11_mechanism::run(&program);
        programs += 1;
    }
    // Enough get past the first look at their arguments.
    assert!(well > programs / 10, "{well} steps of {programs} programs");
}
