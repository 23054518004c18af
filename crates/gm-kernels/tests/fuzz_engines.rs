//! The fuzz target over the engines, for seconds and without a fuzzer.
#![allow(missing_docs)]

#[path = "../../../fuzz/bytes.rs"]
mod bytes;
#[path = "../../../fuzz/kernel_engines.rs"]
mod kernel_engines;

#[test]
fn every_engine_agrees_on_any_bytes() {
    bytes::for_seconds(2, 100, |random| {
        let len = random.below(4_300);
        // now and then long rows of the same byte, where carries and counters go wrong
        let filler = [0, 0xff, random.below(256) as u8][random.below(3)];
        let mixed = random.below(2) == 0;
        let data: Vec<u8> = (0..len)
            .map(|i| {
                if mixed || i % 97 < 30 {
                    random.below(256) as u8
                } else {
                    filler
                }
            })
            .collect();
        kernel_engines::run(&data);
    });
}
