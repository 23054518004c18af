//! SM4-GCM with other nonces than 12 bytes, by Tongsuo (tongsuopy 1.0.1):
//!
//! ```python
//! e = Cipher(algorithms.SM4(key), modes.GCM(bytes(range(n)))).encryptor()
//! e.authenticate_additional_data(bytes(range(100, 100 + n)))
//! e.update(bytes(i * 7 & 255 for i in range(3 * n))) + e.finalize() + e.tag
//! ```

use super::hex;
use ukey_crypto::cipher::{Direction, Mode, Operation};
use ukey_crypto::sm4::Key;

const KEY: &str = "0123456789abcdeffedcba9876543210";

#[test]
fn sm4_gcm_with_nonces_of_any_length() {
    for (n, expected) in [
        (
            8_u8,
            "0a0555459f322129c4dbc5251d7dc4f9e1043b3ebcac9cd4760aeefbcf7d19ba0f484e827f352c17",
        ),
        (
            13,
            "54af31db75f27273bb89246c61d6dd9fc2225d804e440013f29812b4d7473fb1ee081067d39ded69\
             4c4a72029d4f84c8a28e6be3870ced",
        ),
        (
            40,
            "c7e36892d8f1b903e745a653a507837525bf88d17df2d3791ff997db7f3f778b81c6a9d903ffcbe0\
             08ee515f124e186a6031e0b87a7a6a0eb2fd0ad6c3983b81ca776e30ed428ee65b20342f80c72296\
             62b363ed8f03c9f5e60650976de9e354890cc388ba6a3c346cb3d7188bf7655760f5918f03efcaa9\
             b7f8680371b2c02bb3343add652c1d19",
        ),
    ] {
        let (iv, aad): (Vec<u8>, Vec<u8>) = ((0..n).collect(), (100..100 + n).collect());
        let plain: Vec<u8> = (0..3 * n).map(|i| i.wrapping_mul(7)).collect();
        let mode = Mode::Gcm {
            iv: &iv,
            aad: &aad,
            tag_len: 16,
        };
        let key = Key::try_from(hex(KEY).as_slice()).unwrap();
        let run = |direction, input: &[u8]| {
            let mut out = Vec::new();
            let operation = Operation::new(&key, direction, &mode).unwrap();
            operation.complete(input, &mut out).map(|()| out)
        };
        let sealed = run(Direction::Encrypt, &plain).unwrap();
        assert_eq!(sealed, hex(expected), "nonce of {n} bytes");
        assert_eq!(run(Direction::Decrypt, &sealed).unwrap(), plain);
    }
}
