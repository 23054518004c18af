//! SM2 values made by OpenSSL 3.0 with the key pair of GB/T 32918.5, and the tolerance of the readers.

use super::hex;
use proptest::prelude::*;
use ukey_crypto::Error;
use ukey_crypto::sm2::{Ciphertext, DEFAULT_ID, PublicKey, SecretKey, Signature};

const D: &str = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8";

fn key() -> SecretKey {
    SecretKey::from_bytes(&hex(D)).unwrap()
}

/// `openssl pkeyutl -sign -rawin -digest sm3 -pkeyopt distid:ID` over the bytes `message digest`.
const SIGNATURES: [(&[u8], &str); 2] = [
    (
        DEFAULT_ID,
        "30440220249b2a8e305daf70920d5bee64c930372deafa53277e42f5974bed605c8d11e3\
         02205cbb1ea6e0d446f7e6781ab7b4cf7615e58400cd0ad8d531e0706dfa0733cafc",
    ),
    (
        b"bidder@example.cn",
        "30440220324c6440b693e4dfe8b86f6f2874b97ea025778154f8ba682f245151731e57f1\
         02204abf2beadae0ee3b6f7a522cb1709eef6c555a977c919b0f954ef154445538d0",
    ),
];

#[test]
fn openssl_signatures_verify_under_their_id_only() {
    let public = key().public_key();
    for (i, (id, der)) in SIGNATURES.into_iter().enumerate() {
        let signature = Signature::from_der(&hex(der)).unwrap();
        let e = public.message_digest(id, b"message digest").unwrap();
        public.verify_digest(&e, &signature).unwrap();
        let other_id = SIGNATURES[1 - i].0;
        let e = public.message_digest(other_id, b"message digest").unwrap();
        assert_eq!(
            public.verify_digest(&e, &signature),
            Err(Error::Verification)
        );
    }
}

#[test]
fn openssl_ciphertexts_decrypt() {
    // `openssl pkeyutl -encrypt`.
    let short = "307b02200f2c17b3c85c26b16f455445f9e64cb15e4f7899ab5e4f491e9750333b5ed85102203b730d\
                 9ea6e72be1d1b6f953da5eb10fa57e8c19344c5ecec390b48b9b67f1fb042042d9c01642e3683fffd6\
                 11a39b53c6a13cebc4f56924af2fb1f9ce86d6e9c4510413c2c541be106c6bc6e7a79504da89b400de\
                 c575";
    let ciphertext = Ciphertext::from_der(&hex(short)).unwrap();
    assert_eq!(
        key().decrypt(&ciphertext).unwrap().as_slice(),
        b"encryption standard"
    );
    let long = "30820197022100e050cfe206bac7a52ca0d9dc9146128b0d8ec7d636986b6666f9b14ec7a9deb502200c\
                47549d6ee06fb281933c07d093e9467411045669827132568c833959a242a80420803d081657532d383a\
                509d8aacdba96d0c8b1ecde4a878230ab51a490eeb3a510482012cf643cc8a331f69da28a69562bbd803\
                54f7c4e12c987898b2b451a1a666313164784b5cb4884359a1ce0444e7a4223d101de8877003e051e9cc\
                e952bda46c5933a21541b44b1b4a2b7e3cff8f58c674296b3efc8b3fb1832f9e644f85f2e59148401283\
                741b836f45438ce0a1b192c6706eddb6b926f5d549569d2e6d2c3a8786d6833790045839a0370da042e3\
                4bd238719ac034907f8814f34674faab0c62a3ea863e115f60edec59a7b9fdea9ae204eba542a01b7f9f\
                f9d07fdfb2fa5f9b426edaa378b4230744a7cd3da2eb1c32337d1153454b756666fe2451033a7c792939\
                5b4ca4bf3109e0cd52ae673b8819126988f8397b7f5f8e4d30cedc10fa736a141c5adc0e83ee37045631\
                9c8b1b3a69a9c07326548bfff4429ae1233dbcc35a09eefaa184a82d93f55a5ddd";
    let ciphertext = Ciphertext::from_der(&hex(long)).unwrap();
    assert_eq!(key().decrypt(&ciphertext).unwrap().as_slice(), [b'x'; 300]);
    assert_eq!(ciphertext.to_der(), hex(long));
}

#[test]
fn signature_integers_short_and_unsigned() {
    let strict = Signature {
        r: [0xf5; 32],
        s: {
            let mut s = [0; 32];
            s[31] = 1;
            s
        },
    };
    let der = strict.to_der();
    assert_eq!(
        der,
        [&hex("3026022100")[..], &[0xf5; 32], &hex("020101")].concat()
    );
    assert_eq!(Signature::from_der(&der).unwrap(), strict);
    // Fixed 32 bytes each, no sign byte, leading zeros kept: old products.
    let old = [
        &hex("30440220")[..],
        &[0xf5; 32],
        &hex("0220"),
        &[0; 31],
        &[1],
    ]
    .concat();
    assert_eq!(Signature::from_der(&old).unwrap(), strict);
    // Zero is one byte.
    let zero = Signature {
        r: [0; 32],
        s: [0; 32],
    };
    assert_eq!(zero.to_der(), hex("3006020100020100"));
    assert_eq!(Signature::from_der(&zero.to_der()).unwrap(), zero);
}

#[test]
fn signatures_that_cannot_be_read() {
    let good = hex(SIGNATURES[0].1);
    for len in 0..good.len() {
        assert_eq!(
            Signature::from_der(&good[..len]),
            Err(Error::InvalidEncoding),
            "{len}"
        );
    }
    for bad in [
        [&good[..], &[0]].concat(),    // trailing byte
        hex("3006020100020100ff"),     // the same, short
        hex("3009020101020101020101"), // a third INTEGER
        hex("30050200020101"),         // empty INTEGER
        hex("308106020101020101"),     // length not shortest
        hex("308006020101020101"),     // indefinite length
        hex("3106020101020101"),       // SET
        [&hex("3026022101")[..], &[0xf5; 32], &hex("020101")].concat(), // 2^256 and more
        [&hex("302702220000")[..], &[0xf5; 32], &hex("020101")].concat(), // 34 bytes
    ] {
        assert_eq!(
            Signature::from_der(&bad),
            Err(Error::InvalidEncoding),
            "{bad:02x?}"
        );
    }
    assert_eq!(Signature::from_bytes(&[0; 63]), Err(Error::InvalidLength));
    assert_eq!(Signature::from_bytes(&[0; 65]), Err(Error::InvalidLength));
    assert_eq!(Signature::from_bytes(&[7; 64]).unwrap().to_bytes(), [7; 64]);
}

#[test]
fn ciphertexts_that_cannot_be_read() {
    let good = key().public_key().encrypt(b"x").unwrap();
    let der = good.to_der();
    for len in 0..der.len() {
        assert_eq!(
            Ciphertext::from_der(&der[..len]),
            Err(Error::InvalidEncoding),
            "{len}"
        );
    }
    assert_eq!(
        Ciphertext::from_der(&[&der[..], &[0]].concat()),
        Err(Error::InvalidEncoding)
    );
    let empty = Ciphertext {
        data: Vec::new(),
        ..good.clone()
    };
    assert_eq!(
        Ciphertext::from_der(&empty.to_der()),
        Err(Error::InvalidEncoding)
    );
    for (write, read) in [
        (
            Ciphertext::to_c1c3c2 as fn(&Ciphertext) -> Vec<u8>,
            Ciphertext::from_c1c3c2 as fn(&[u8]) -> Result<Ciphertext, Error>,
        ),
        (Ciphertext::to_c1c2c3, Ciphertext::from_c1c2c3),
    ] {
        let raw = write(&good);
        assert_eq!(read(&raw).unwrap(), good);
        for len in 0..raw.len() {
            assert_eq!(read(&raw[..len]), Err(Error::InvalidLength), "{len}");
        }
        let mut compressed = raw.clone();
        compressed[0] = 2;
        assert_eq!(read(&compressed), Err(Error::InvalidEncoding));
    }
}

proptest! {
    #[test]
    fn readers_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Signature::from_der(&bytes);
        let _ = Ciphertext::from_der(&bytes);
        let _ = Ciphertext::from_c1c3c2(&bytes);
        let _ = Ciphertext::from_c1c2c3(&bytes);
        let _ = PublicKey::from_sec1(&bytes);
    }

    #[test]
    fn der_round_trip(r in any::<[u8; 32]>(), s in any::<[u8; 32]>(),
                      data in prop::collection::vec(any::<u8>(), 1..70_000)) {
        let signature = Signature { r, s };
        prop_assert_eq!(Signature::from_der(&signature.to_der()).unwrap(), signature);
        let ciphertext = Ciphertext { x: r, y: s, hash: s, data };
        prop_assert_eq!(Ciphertext::from_der(&ciphertext.to_der()).unwrap(), ciphertext);
    }
}
