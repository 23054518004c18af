#![no_main]

#[path = "../skf_blobs.rs"]
mod skf_blobs;

libfuzzer_sys::fuzz_target!(|data: &[u8]| skf_blobs::run(data));
