#![no_main]

#[path = "../skf_calls.rs"]
mod skf_calls;

libfuzzer_sys::fuzz_target!(|data: &[u8]| skf_calls::run(data));
