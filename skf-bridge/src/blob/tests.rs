#![allow(clippy::unwrap_used)]

use super::*;

/// Public key of GB/T 32918.5 annex A.
const X: &str = "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020";
const Y: &str = "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";

fn public() -> ECCPUBLICKEYBLOB {
    let mut blob = ECCPUBLICKEYBLOB {
        BitLen: 256,
        XCoordinate: [0; 64],
        YCoordinate: [0; 64],
    };
    blob.XCoordinate[32..].copy_from_slice(&hex::decode(X).unwrap());
    blob.YCoordinate[32..].copy_from_slice(&hex::decode(Y).unwrap());
    blob
}

#[test]
fn sm2_keys_are_right_aligned() {
    let key = ecc_public(&public()).unwrap();
    assert_eq!(hex::encode(key.x()), X);
    let back = ecc_public_bytes(&key);
    assert_eq!(back.len(), 132);
    assert_eq!(back[..4], 256u32.to_ne_bytes());
    assert_eq!(back[4..36], [0; 32]);
    assert_eq!(hex::encode(&back[36..68]), X);
    assert_eq!(back[68..100], [0; 32]);
    assert_eq!(hex::encode(&back[100..]), Y);
}

#[test]
fn sm2_blobs_with_other_lengths_and_contents_are_refused() {
    for bits in [0, 255, 257, 512, u32::MAX] {
        assert!(matches!(
            ecc_public(&ECCPUBLICKEYBLOB { BitLen: bits, ..public() }),
            Err(Error::EccBits(b)) if b == bits
        ));
    }
    let mut high = public();
    high.XCoordinate[31] = 1;
    assert!(matches!(ecc_public(&high), Err(Error::InputData(_))));
    let mut left = public();
    left.YCoordinate.rotate_left(32);
    assert!(matches!(ecc_public(&left), Err(Error::InputData(_))));
    let mut off_curve = public();
    off_curve.YCoordinate[63] ^= 1;
    assert!(matches!(ecc_public(&off_curve), Err(Error::Crypto(_))));
    let signature = ECCSIGNATUREBLOB {
        r: [1; 64],
        s: [0; 64],
    };
    assert!(matches!(
        ecc_signature(&signature),
        Err(Error::InputData(_))
    ));
}

#[test]
fn sm2_ciphertexts_keep_their_parts() {
    let mut head = [0u8; ECC_CIPHER_HEAD_LEN];
    head[32..64].fill(1);
    head[96..128].fill(2);
    head[128..160].fill(3);
    head[160..].copy_from_slice(&5u32.to_ne_bytes());
    let parsed = ecc_cipher_head(&head).unwrap();
    assert_eq!(parsed.cipher_len, 5);
    let cipher = parsed.with_data(b"hello");
    assert_eq!(
        (cipher.x, cipher.y, cipher.hash),
        ([1; 32], [2; 32], [3; 32])
    );
    assert_eq!(ecc_cipher_bytes(&cipher), [&head[..], b"hello"].concat());
    head[64] = 1;
    assert!(ecc_cipher_head(&head).is_err());
}

#[test]
fn rsa_blobs_with_other_lengths_are_refused() {
    let modulus = [0xFF; 256];
    let blob = |bits| RSAPUBLICKEYBLOB {
        AlgID: SGD_RSA,
        BitLen: bits,
        Modulus: modulus,
        PublicExponent: [0, 1, 0, 1],
    };
    assert!(rsa_public(&blob(2048)).is_ok());
    for bits in [0, 8, 1023, 2047, 2049, 2056, 4096, u32::MAX] {
        assert!(
            matches!(rsa_public(&blob(bits)), Err(Error::RsaBits(b)) if b == bits),
            "{bits}"
        );
    }
    // 1024 bits with content before the number.
    assert!(matches!(rsa_public(&blob(1024)), Err(Error::InputData(_))));
    let mut short = blob(1024);
    short.Modulus[..128].fill(0);
    assert!(rsa_public(&short).is_ok());
    short.Modulus[128] = 0x7F;
    assert!(matches!(rsa_public(&short), Err(Error::RsaBits(1024))));
}
