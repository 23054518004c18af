//! The fuzz target over mechanisms, for seconds and without a fuzzer.
#![allow(missing_docs)]

#[path = "../../fuzz/bytes.rs"]
mod bytes;
#[path = "../../fuzz/pkcs11_mechanism.rs"]
mod pkcs11_mechanism;

#[test]
fn parameters_of_any_content_get_an_answer() {
    let mut well = 0;
    let programs = bytes::for_seconds(3, 200, |random| {
        let program: Vec<u8> = (0..random.below(256))
            .map(|_| random.below(256) as u8)
            .collect();
        well += pkcs11_mechanism::run(&program);
    });
    // Enough get past the first look at their arguments.
    assert!(well > programs / 10, "{well} steps of {programs} programs");
}
