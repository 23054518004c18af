#![no_main]

#[path = "../kernel_engines.rs"]
mod kernel_engines;

libfuzzer_sys::fuzz_target!(|data: &[u8]| kernel_engines::run(data));
