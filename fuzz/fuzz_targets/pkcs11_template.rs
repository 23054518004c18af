#![no_main]

#[path = "../pkcs11_template.rs"]
mod pkcs11_template;

libfuzzer_sys::fuzz_target!(|data: &[u8]| pkcs11_template::run(data));
