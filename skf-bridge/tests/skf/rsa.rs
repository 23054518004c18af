use std::ptr::null_mut;

use ukey_crypto::{hash::HashAlg, rsa, sm4};
use ukey_skf::sar::*;
use ukey_skf::*;

use crate::token::{SM4_ECB, Token, collect, create_container};

fn empty_public() -> RSAPUBLICKEYBLOB {
    RSAPUBLICKEYBLOB {
        AlgID: 0,
        BitLen: 0,
        Modulus: [0; 256],
        PublicExponent: [0; 4],
    }
}

fn public_key(blob: &RSAPUBLICKEYBLOB) -> rsa::PublicKey {
    rsa::PublicKey::from_components(&blob.Modulus, &blob.PublicExponent).unwrap()
}

#[test]
fn random_bytes_are_as_many_as_asked_for() {
    let token = Token::blank();
    for length in [1usize, 8, 16, 32, 255, 256, 257, 5000] {
        let mut bytes = vec![0u8; length + 1];
        assert_eq!(
            unsafe { SKF_GenRandom(token.device, bytes.as_mut_ptr(), length as u32) },
            SAR_OK
        );
        assert_eq!(bytes[length], 0);
        assert!(length < 16 || bytes[..length].iter().any(|b| *b != 0));
    }
    unsafe {
        assert_eq!(SKF_GenRandom(token.device, null_mut(), 0), SAR_OK);
        assert_eq!(
            SKF_GenRandom(token.device, null_mut(), 1),
            SAR_INVALIDPARAMERR
        );
        let mut byte = 0;
        assert_eq!(
            SKF_GenRandom(token.device, &mut byte, u32::MAX),
            SAR_INDATALENERR
        );
    }
}

#[test]
fn the_token_makes_rsa_keys_signs_and_the_host_verifies() {
    let token = Token::blank();
    let container = create_container(token.logged_in(), "rsa");
    let mut blob = empty_public();
    unsafe {
        for bits in [0, 512, 1024, 2047, 4096, u32::MAX] {
            assert_eq!(
                SKF_GenRSAKeyPair(container, bits, &mut blob),
                SAR_RSAMODULUSLENERR
            );
        }
        assert_eq!(SKF_GenRSAKeyPair(container, 2048, &mut blob), SAR_OK);
        let mut kind = 0;
        assert_eq!(SKF_GetContainerType(container, &mut kind), SAR_OK);
        assert_eq!(kind, 1);
    }
    assert_eq!(({ blob.AlgID }, { blob.BitLen }), (0x0001_0000, 2048));
    assert_eq!(blob.PublicExponent, [0, 1, 0, 1]);
    let exported =
        collect(|out, len| unsafe { SKF_ExportPublicKey(container, 1, out, len) }).unwrap();
    assert_eq!(exported.len(), 268);
    assert_eq!(exported[8..264], blob.Modulus);

    let digest = HashAlg::Sha256.digest(b"tender");
    let mut info = HashAlg::Sha256.digest_info(&digest).unwrap();
    let length = info.len() as u32;
    let mut signature = collect(|out, len| unsafe {
        SKF_RSASignData(container, info.as_mut_ptr(), length, out, len)
    })
    .unwrap();
    assert_eq!(signature.len(), 256);
    public_key(&blob)
        .verify_pkcs1v15(&info, &signature)
        .unwrap();

    let mut verify = |info: &mut [u8], signature: &mut [u8], claimed: u32| unsafe {
        SKF_RSAVerify(
            token.device,
            &mut blob,
            info.as_mut_ptr(),
            info.len() as u32,
            signature.as_mut_ptr(),
            claimed,
        )
    };
    assert_eq!(verify(&mut info, &mut signature, 256), SAR_OK);
    assert_eq!(verify(&mut info, &mut signature, 255), SAR_INDATALENERR);
    assert_eq!(
        verify(&mut info, &mut signature, u32::MAX),
        SAR_INDATALENERR
    );
    signature[255] ^= 1;
    assert_eq!(verify(&mut info, &mut signature, 256), SAR_HASHNOTEQUALERR);
    unsafe {
        let mut long = [1u8; 246];
        let mut len = 256;
        let code = SKF_RSASignData(
            container,
            long.as_mut_ptr(),
            246,
            signature.as_mut_ptr(),
            &mut len,
        );
        assert_eq!(code, SAR_INDATALENERR);
        let code = SKF_RSASignData(
            container,
            long.as_mut_ptr(),
            0,
            signature.as_mut_ptr(),
            &mut len,
        );
        assert_eq!(code, SAR_INDATALENERR);
        len = 255;
        let code = SKF_RSASignData(
            container,
            long.as_mut_ptr(),
            32,
            signature.as_mut_ptr(),
            &mut len,
        );
        assert_eq!((code, len), (SAR_BUFFER_TOO_SMALL, 256));
    }
}

#[test]
fn the_two_families_of_keys_do_not_mix() {
    let token = Token::blank();
    let (container, _) = token.sm2_container();
    let mut data = [1u8; 32];
    let mut len = 0;
    unsafe {
        let code = SKF_RSASignData(container, data.as_mut_ptr(), 32, null_mut(), &mut len);
        assert_eq!(code, SAR_KEYINFOTYPEERR);
        let mut out = [0u8; 256];
        len = 256;
        let code = SKF_RSASignData(container, data.as_mut_ptr(), 32, out.as_mut_ptr(), &mut len);
        assert_eq!(code, SAR_KEYINFOTYPEERR);
        assert_eq!(
            SKF_GenRSAKeyPair(container, 2048, &mut empty_public()),
            SAR_KEYINFOTYPEERR
        );
    }
}

#[test]
fn an_rsa_pair_is_imported_under_the_signature_key() {
    let token = Token::blank();
    let container = create_container(token.logged_in(), "rsa");
    let mut blob = empty_public();
    assert_eq!(
        unsafe { SKF_GenRSAKeyPair(container, 2048, &mut blob) },
        SAR_OK
    );
    let key = rsa::PrivateKey::generate(2048).unwrap();
    let session_key = [0x5A; 16];
    let mut cipher = sm4::Cipher::new(
        sm4::Direction::Encrypt,
        sm4::Mode::Ecb,
        &sm4::Key::from(session_key),
        &[0; 16],
        sm4::Padding::Pkcs7,
    );
    let mut encrypted = cipher.update(&key.to_pkcs1_der()).unwrap();
    encrypted.extend(cipher.finish().unwrap());
    let mut wrapped = public_key(&blob).encrypt_pkcs1v15(&session_key).unwrap();
    let mut import = |algorithm, encrypted: &mut [u8]| unsafe {
        SKF_ImportRSAKeyPair(
            container,
            algorithm,
            wrapped.as_mut_ptr(),
            256,
            encrypted.as_mut_ptr(),
            encrypted.len() as u32,
        )
    };
    assert_eq!(import(0x101, &mut encrypted), SAR_NOTSUPPORTYETERR);
    assert_eq!(import(SM4_ECB, &mut []), SAR_INDATALENERR);
    let mut damaged = encrypted.clone();
    damaged[100] ^= 1;
    assert_eq!(import(SM4_ECB, &mut damaged), SAR_INDATAERR);
    assert_eq!(import(SM4_ECB, &mut encrypted), SAR_OK);
    let exported =
        collect(|out, len| unsafe { SKF_ExportPublicKey(container, 0, out, len) }).unwrap();
    assert_eq!(exported[8..264], key.public_key().n());
}

#[test]
fn keys_of_the_caller_work_both_ways() {
    let token = Token::blank();
    let mut private = unsafe { std::mem::zeroed::<RSAPRIVATEKEYBLOB>() };
    unsafe {
        assert_eq!(
            SKF_GenExtRSAKey(token.device, 1024, &mut private),
            SAR_RSAMODULUSLENERR
        );
        assert_eq!(SKF_GenExtRSAKey(token.device, 2048, &mut private), SAR_OK);
    }
    let mut public = RSAPUBLICKEYBLOB {
        AlgID: private.AlgID,
        BitLen: private.BitLen,
        Modulus: private.Modulus,
        PublicExponent: private.PublicExponent,
    };
    let mut input = [0u8; 256];
    input[255] = 42;
    let private_operation = |blob: &mut RSAPRIVATEKEYBLOB, input: &mut [u8], length| {
        collect(|out, len| unsafe {
            SKF_ExtRSAPriKeyOperation(token.device, blob, input.as_mut_ptr(), length, out, len)
        })
    };
    let mut raised = private_operation(&mut private, &mut input, 256).unwrap();
    let lowered = collect(|out, len| unsafe {
        SKF_ExtRSAPubKeyOperation(
            token.device,
            &mut public,
            raised.as_mut_ptr(),
            256,
            out,
            len,
        )
    })
    .unwrap();
    assert_eq!(lowered, input);

    assert_eq!(
        private_operation(&mut private, &mut input, 255),
        Err(SAR_INDATALENERR)
    );
    let mut high = [0xFF; 256];
    assert_eq!(
        private_operation(&mut private, &mut high, 256),
        Err(SAR_INDATAERR)
    );
    let mut broken = private;
    broken.Prime1[127] ^= 2;
    assert_eq!(
        private_operation(&mut broken, &mut input, 256),
        Err(SAR_INDATAERR)
    );
    for bits in [0, 257, u32::MAX] {
        let mut wrong = RSAPRIVATEKEYBLOB {
            BitLen: bits,
            ..private
        };
        assert_eq!(
            private_operation(&mut wrong, &mut input, 256),
            Err(SAR_RSAMODULUSLENERR)
        );
        let mut wrong = RSAPUBLICKEYBLOB {
            BitLen: bits,
            ..public
        };
        let mut len = 256;
        let code = unsafe {
            let out = raised.as_mut_ptr();
            SKF_ExtRSAPubKeyOperation(
                token.device,
                &mut wrong,
                input.as_mut_ptr(),
                256,
                out,
                &mut len,
            )
        };
        assert_eq!(code, SAR_RSAMODULUSLENERR);
    }
}

/// A 1024-bit key and signature made by OpenSSL: `openssl genrsa 1024`, `openssl dgst -sha256 -sign` over "tender".
#[test]
fn signatures_of_1024_bits_are_verified() {
    let token = Token::blank();
    let lines: Vec<Vec<u8>> = include_str!("rsa1024.hex")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| hex::decode(line).unwrap())
        .collect();
    let mut blob = RSAPUBLICKEYBLOB {
        BitLen: 1024,
        PublicExponent: [0, 1, 0, 1],
        ..empty_public()
    };
    blob.Modulus[128..].copy_from_slice(&lines[0]);
    let mut signature = lines[1].clone();
    let mut info = HashAlg::Sha256
        .digest_info(&HashAlg::Sha256.digest(b"tender"))
        .unwrap();
    let length = info.len() as u32;
    let code = unsafe {
        SKF_RSAVerify(
            token.device,
            &mut blob,
            info.as_mut_ptr(),
            length,
            signature.as_mut_ptr(),
            128,
        )
    };
    assert_eq!(code, SAR_OK);
}
