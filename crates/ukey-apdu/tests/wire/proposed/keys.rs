//! Key pairs, signatures, session keys, key agreement.

use ukey_apdu::blob::*;
use ukey_apdu::id::*;
use ukey_apdu::request::agreement::*;
use ukey_apdu::request::import::*;
use ukey_apdu::request::keygen::*;
use ukey_apdu::request::session_key::*;
use ukey_apdu::request::sign::*;
use ukey_apdu::{DecodeError, Reply, Secret, SecretArray};

use super::super::{bytes, refused, same, same_reply};
use super::*;

#[test]
fn key_generation() {
    same(
        GenExtRsaKey { bits: 2048 },
        "80 52 00 00 00 00 04 00 00 08 00 00 00",
    );
    same(
        GenRsaKeyPair {
            app: APP,
            container: CON,
            bits: 2048,
        },
        "80 54 00 00 00 00 08 10 00 30 01 00 00 08 00 00 00",
    );
    same_reply(rsa(), RSA);
    same_reply(PublicKey::Rsa(rsa()), RSA);
    same(
        GenEccKeyPair {
            app: APP,
            container: CON,
            alg: AlgId::SGD_SM2_1,
        },
        "80 70 00 00 00 00 08 10 00 30 01 00 02 02 00 00 00",
    );
    same_reply(ecc(), ECC);
    assert_eq!(ecc().sm2_coordinates(), Some(([0x11; 32], [0x22; 32])));
}

#[test]
fn odd_key_sizes_are_refused() {
    assert_eq!(
        EccPublic::from_bytes(&bytes("00 00 00 FF 11*32 22*32")),
        Err(DecodeError::Invalid("curve size"))
    );
    for bits in ["00 00 03 F8", "00 00 04 01", "00 00 10 08", "FF FF FF F8"] {
        let wire = bytes(&format!("{bits} 99*600"));
        assert_eq!(
            RsaPublic::from_bytes(&wire),
            Err(DecodeError::Invalid("modulus size"))
        );
    }
}

#[test]
fn key_import() {
    same(
        ImportRsaKeyPair {
            app: APP,
            container: CON,
            sym_alg: AlgId::SGD_SM4_ECB,
            wrapped: Secret::new(vec![0xA1]),
            encrypted: Secret::new(vec![0xB1, 0xB2]),
        },
        "80 56 00 00 00 00 13 10 00 30 01 00 00 04 01 00 00 00 01 A1 00 00 00 02 B1 B2",
    );
    same(
        ImportEccKeyPair {
            app: APP,
            container: CON,
            key: EnvelopedKey {
                version: 1,
                sym_alg: AlgId::SGD_SM4_ECB,
                bits: 256,
                enc_private: Secret::new(vec![0x77; 32]),
                public: ecc(),
                cipher: cipher(),
            },
        },
        &format!(
            "80 72 00 00 00 00 D6 10 00 30 01 00 00 00 01 00 00 04 01 00 00 01 00 \
             77*32 11*32 22*32 {CIPHER}"
        ),
    );
}

#[test]
fn signatures() {
    let digest = SignInput::Digest([0x5A; 32]);
    let signature = || EccSignature::sm2(&[0x44; 32], &[0x55; 32]);
    same(
        EccVerify {
            public: ecc(),
            input: digest,
            signature: signature(),
        },
        &format!("80 76 02 00 00 00 A8 {ECC} 00 00 00 20 5A*32 44*32 55*32"),
    );
    let input = SignInput::Message {
        user_id: b"ID".to_vec(),
        message: b"abc".to_vec(),
    };
    same(
        EccVerify {
            public: ecc(),
            input,
            signature: signature(),
        },
        &format!("80 76 01 00 00 00 91 {ECC} 00 00 00 02 49 44 00 00 00 03 61 62 63 44*32 55*32"),
    );
    refused::<EccVerify>(
        &format!("80 76 02 00 00 00 A7 {ECC} 0000001F 5A*31 44*32 55*32"),
        0x6700,
    );
    refused::<EccVerify>(
        &format!("80 76 00 00 00 00 A8 {ECC} 00000020 5A*32 44*32 55*32"),
        0x6A86,
    );
    same(
        RsaSignData {
            app: APP,
            container: CON,
            digest_info: vec![0x30, 0x31],
        },
        "80 58 00 00 00 00 06 10 00 30 01 30 31 00 00",
    );
    same(
        RsaVerify {
            public: rsa(),
            data: vec![0x30],
            signature: vec![0x66; 128],
        },
        &format!("80 5E 00 00 00 01 0D {RSA} 00 00 00 01 30 66*128"),
    );
    let private = SecretArray::new([0x0D; 32]);
    same(
        ExtEccSign {
            bits: 256,
            private,
            digest: [0x5A; 32],
        },
        "80 7E 00 00 00 00 44 00 00 01 00 0D*32 5A*32 00 00",
    );
}

#[test]
fn session_keys_made_inside() {
    same(
        RsaExportSessionKey {
            app: APP,
            container: CON,
            sym_alg: SM4_CBC,
            public: rsa(),
        },
        &format!("80 5A 00 00 00 00 90 10 00 30 01 00 00 04 02 {RSA} 00 00"),
    );
    same(
        RsaExportSessionKeyEx {
            app: APP,
            container: CON,
            key: KEY,
            public: rsa(),
        },
        &format!("80 5C 00 00 00 00 8E 10 00 30 01 50 02 {RSA} 00 00"),
    );
    same_reply(
        RsaWrappedKey {
            key: KEY,
            wrapped: vec![0xA1, 0xA2],
        },
        "50 02 A1 A2",
    );
    same(
        EccExportSessionKey {
            app: APP,
            container: CON,
            sym_alg: SM4_CBC,
            public: ecc(),
        },
        &format!("80 78 00 00 00 00 4C 10 00 30 01 00 00 04 02 {ECC} 00 00"),
    );
    same(
        EccExportSessionKeyEx {
            app: APP,
            container: CON,
            key: KEY,
            public: ecc(),
        },
        &format!("80 80 00 00 00 00 4A 10 00 30 01 50 02 {ECC} 00 00"),
    );
    same_reply(
        EccWrappedKey {
            key: KEY,
            wrapped: cipher(),
        },
        &format!("50 02 {CIPHER}"),
    );
}

#[test]
fn session_keys_from_outside() {
    let import = |wrapped| ImportSessionKey {
        app: APP,
        container: CON,
        sym_alg: SM4_CBC,
        wrapped,
    };
    same(
        import(WrappedKey::Rsa(vec![0xA1; 128])),
        "80 A0 00 00 00 00 88 10 00 30 01 00 00 04 02 A1*128 00 02",
    );
    same(
        import(WrappedKey::Ecc(cipher())),
        &format!("80 A0 01 00 00 00 6E 10 00 30 01 00 00 04 02 {CIPHER} 00 02"),
    );
    same(
        ImportSymmKey {
            app: APP,
            container: CON,
            sym_alg: SM4_CBC,
            key: Secret::new(vec![0x4B; 16]),
        },
        "80 A2 00 00 00 00 19 10 00 30 01 00 00 04 02 10 4B*16 00 02",
    );
    same_reply(SessionKey { key: KEY }, "50 02");
    same(
        DestroySessionKey {
            app: APP,
            container: CON,
            key: KEY,
        },
        "80 C4 00 00 00 00 06 10 00 30 01 50 02",
    );
}

#[test]
fn key_agreement() {
    same(
        GenerateAgreementDataWithEcc {
            app: APP,
            container: CON,
            sym_alg: SM4_CBC,
            id: b"ID".to_vec(),
        },
        "80 82 00 00 00 00 0E 10 00 30 01 00 00 04 02 00 00 00 02 49 44 00 46",
    );
    let begun = AgreementBegun {
        agreement: AgreementId(7),
        temporary: ecc(),
    };
    same_reply(begun, &format!("00 07 {ECC}"));
    same(
        GenerateAgreementDataAndKeyWithEcc {
            app: APP,
            container: CON,
            sym_alg: SM4_CBC,
            sponsor: point(0x61),
            sponsor_temporary: point(0x71),
            id: b"B".to_vec(),
            sponsor_id: b"A".to_vec(),
        },
        "80 84 00 00 00 00 92 10 00 30 01 00 00 04 02 61*32 62*32 71*32 72*32 \
         00 00 00 01 42 00 00 00 01 41 00 46",
    );
    same_reply(
        AgreementAnswered {
            temporary: ecc(),
            key: KEY,
        },
        &format!("{ECC} 50 02"),
    );
    same(
        GenerateKeyWithEcc {
            agreement: AgreementId(7),
            peer: point(0x61),
            peer_temporary: point(0x71),
            peer_id: b"B".to_vec(),
        },
        "80 86 00 00 00 00 87 00 07 61*32 62*32 71*32 72*32 00 00 00 01 42 00 02",
    );
}
