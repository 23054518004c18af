//! The fuzz target over templates, for seconds and without a fuzzer.
#![allow(missing_docs)]

#[path = "../../fuzz/bytes.rs"]
mod bytes;
#[path = "../../fuzz/pkcs11_template.rs"]
mod pkcs11_template;

#[test]
fn templates_of_any_bytes_get_an_answer() {
    bytes::for_seconds(3, 200, |random| {
        // Small numbers choose what is known; so that many come through, half of the bytes are small.
        let program: Vec<u8> = (0..random.below(256))
            .map(|_| {
                let bound = [24, 256][random.below(2)];
                random.below(bound) as u8
            })
            .collect();
        pkcs11_template::run(&program);
    });
}
