//! What the modes refuse.

use super::{BLOCK, Decrypt, Encrypt, Error, KEY_128, KEY_192, Mode, Operation, Padding, key, run};

#[test]
fn a_changed_byte_is_noticed_and_nothing_comes_out() {
    let key = key(KEY_192);
    let gcm = Mode::Gcm {
        iv: &[3; 12],
        aad: b"a",
        tag_len: 13,
    };
    let ccm = Mode::Ccm {
        nonce: &[3; 7],
        aad: b"a",
        tag_len: 10,
        data_len: 21,
    };
    for mode in [gcm, ccm] {
        let sealed = run(&key, Encrypt, &mode, &[1; 21]).unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            let mut out = vec![0xee];
            let operation = Operation::new(&key, Decrypt, &mode).unwrap();
            assert_eq!(
                operation.complete(&changed, &mut out),
                Err(Error::Decryption)
            );
            assert_eq!(out, [0xee]);
        }
        let short = run(&key, Decrypt, &mode, &sealed[..9]);
        assert_eq!(short, Err(Error::Decryption));
    }
    let other_aad = Mode::Gcm {
        iv: &[3; 12],
        aad: b"b",
        tag_len: 13,
    };
    let sealed = run(&key, Encrypt, &gcm, b"text").unwrap();
    assert_eq!(
        run(&key, Decrypt, &other_aad, &sealed),
        Err(Error::Decryption)
    );
}

#[test]
fn ccm_takes_what_was_announced() {
    let key = key(KEY_128);
    let mode = Mode::Ccm {
        nonce: &[3; 13],
        aad: b"",
        tag_len: 4,
        data_len: 5,
    };
    assert_eq!(
        run(&key, Encrypt, &mode, &[0; 4]),
        Err(Error::InvalidLength)
    );
    assert_eq!(
        run(&key, Encrypt, &mode, &[0; 6]),
        Err(Error::InvalidLength)
    );
    assert_eq!(
        run(&key, Decrypt, &mode, &[0; 10]),
        Err(Error::InvalidLength)
    );
    // A nonce of 13 bytes leaves two for the length.
    let long = Mode::Ccm {
        nonce: &[3; 13],
        aad: b"",
        tag_len: 4,
        data_len: 65536,
    };
    assert_eq!(
        Operation::new(&key, Encrypt, &long).err(),
        Some(Error::InvalidLength)
    );
}

#[test]
fn wrong_padding_and_wrong_lengths_are_refused() {
    let key = key(KEY_128);
    let raw = Mode::Cbc {
        iv: &[0; BLOCK],
        padding: Padding::None,
    };
    let padded = Mode::Cbc {
        iv: &[0; BLOCK],
        padding: Padding::Pkcs7,
    };
    assert_eq!(
        run(&key, Encrypt, &raw, &[0; 17]),
        Err(Error::InvalidLength)
    );
    assert_eq!(
        run(&key, Decrypt, &padded, &[0; 17]),
        Err(Error::InvalidLength)
    );
    assert_eq!(run(&key, Decrypt, &padded, &[]), Err(Error::InvalidLength));
    for tail in [[1, 0], [3, 3], [17, 17], [1, 2]] {
        let mut last = [0; BLOCK];
        last[14..].copy_from_slice(&tail);
        let sealed = run(&key, Encrypt, &raw, &last).unwrap();
        assert_eq!(run(&key, Decrypt, &padded, &sealed), Err(Error::Decryption));
    }
    for (iv, tag_len) in [(&[][..], 16), (&[1][..], 3), (&[1][..], 17)] {
        let mode = Mode::Gcm {
            iv,
            aad: b"",
            tag_len,
        };
        assert_eq!(
            Operation::new(&key, Encrypt, &mode).err(),
            Some(Error::InvalidLength)
        );
    }
    for (nonce_len, tag_len) in [(6, 8), (14, 8), (12, 5), (12, 2), (12, 18)] {
        let nonce = &[0; 16][..nonce_len];
        let mode = Mode::Ccm {
            nonce,
            aad: b"",
            tag_len,
            data_len: 0,
        };
        assert_eq!(
            Operation::new(&key, Encrypt, &mode).err(),
            Some(Error::InvalidLength)
        );
    }
}
