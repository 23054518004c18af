//! The fuzz target over sequences of calls, for seconds and without a fuzzer.
#![allow(clippy::undocumented_unsafe_blocks)]

#[path = "../../fuzz/bytes.rs"]
mod bytes;
#[path = "../../fuzz/skf_calls.rs"]
mod skf_calls;

#[test]
fn calls_in_any_order_get_an_answer() {
    bytes::for_seconds(3, 100, |random| {
        // small numbers choose what is known: half of the bytes are
        let program: Vec<u8> = (0..random.below(256))
            .map(|_| {
                let bound = [8, 256][random.below(2)];
                random.below(bound) as u8
            })
            .collect();
        skf_calls::run(&program);
    });
}
