#![no_main]

#[path = "../pkcs11_mechanism.rs"]
mod pkcs11_mechanism;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    pkcs11_mechanism::run(data);
});
