use std::ffi::c_void;
use std::ptr::null_mut;

use ukey_crypto::{hash::HashAlg, rsa, sm4};
use ukey_skf::sar::*;
use ukey_skf::*;

use crate::token::{SM4_ECB, Token, collect, create_container};

pub(crate) fn empty_public() -> RSAPUBLICKEYBLOB {
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

/// A container with an RSA signature pair of 2048 bits.
pub(crate) fn rsa_container(token: &Token) -> (*mut c_void, RSAPUBLICKEYBLOB) {
    let container = create_container(token.logged_in(), "rsa");
    let mut blob = empty_public();
    let code = unsafe { SKF_GenRSAKeyPair(container, 2048, &mut blob) };
    assert_eq!(code, SAR_OK);
    (container, blob)
}

/// The DigestInfo of SHA-256 over "tender".
fn digest_info() -> Vec<u8> {
    let digest = HashAlg::Sha256.digest(b"tender");
    HashAlg::Sha256.digest_info(&digest).unwrap()
}

/// Signs the first `length` bytes; the buffer has `room` bytes. Code, length stored and buffer.
fn sign(container: *mut c_void, data: &[u8], length: u32, room: u32) -> (u32, u32, Vec<u8>) {
    let (mut data, mut out, mut len) = (data.to_vec(), vec![0xEE; room as usize], room);
    let input = data.as_mut_ptr();
    let code = unsafe { SKF_RSASignData(container, input, length, out.as_mut_ptr(), &mut len) };
    (code, len, out)
}

#[test]
fn the_token_makes_rsa_keys_of_2048_bits() {
    let token = Token::blank();
    let (container, blob) = rsa_container(&token);
    assert_eq!(({ blob.AlgID }, { blob.BitLen }), (0x0001_0000, 2048));
    assert_eq!(blob.PublicExponent, [0, 1, 0, 1]);
    let mut kind = 0;
    let code = unsafe { SKF_GetContainerType(container, &mut kind) };
    assert_eq!((code, kind), (SAR_OK, 1));
    let exported =
        collect(|out, len| unsafe { SKF_ExportPublicKey(container, 1, out, len) }).unwrap();
    assert_eq!(exported.len(), 268);
    assert_eq!(exported[8..264], blob.Modulus);
    for bits in [0, 512, 1024, 2047, 4096, u32::MAX] {
        let code = unsafe { SKF_GenRSAKeyPair(container, bits, &mut empty_public()) };
        assert_eq!(code, SAR_RSAMODULUSLENERR);
    }
}

#[test]
fn the_token_signs_and_the_host_verifies() {
    let token = Token::blank();
    let (container, mut blob) = rsa_container(&token);
    let mut info = digest_info();
    let length = info.len() as u32;
    let mut signature = collect(|out, len| unsafe {
        SKF_RSASignData(container, info.as_mut_ptr(), length, out, len)
    })
    .unwrap();
    assert_eq!(signature.len(), 256);
    let key = public_key(&blob);
    key.verify_pkcs1v15(&info, &signature).unwrap();

    let mut verify = |signature: &mut [u8], claimed: u32| unsafe {
        let data = info.as_mut_ptr();
        SKF_RSAVerify(
            token.device,
            &mut blob,
            data,
            length,
            signature.as_mut_ptr(),
            claimed,
        )
    };
    assert_eq!(verify(&mut signature, 256), SAR_OK);
    assert_eq!(verify(&mut signature, 255), SAR_INDATALENERR);
    assert_eq!(verify(&mut signature, u32::MAX), SAR_INDATALENERR);
    signature[255] ^= 1;
    assert_eq!(verify(&mut signature, 256), SAR_HASHNOTEQUALERR);
}

#[test]
fn data_to_sign_has_1_to_245_bytes() {
    let token = Token::blank();
    let (container, _) = rsa_container(&token);
    for length in [0, 246, u32::MAX] {
        assert_eq!(sign(container, &[1; 246], length, 256).0, SAR_INDATALENERR);
    }
    assert_eq!(sign(container, &[1; 245], 245, 256).0, SAR_OK);
    let (code, len, out) = sign(container, &[1; 32], 32, 255);
    assert_eq!((code, len), (SAR_BUFFER_TOO_SMALL, 256));
    assert_eq!(out, [0xEE; 255]);
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

/// A session key under the signature key, and `key` under the session key.
pub(crate) fn enveloped_rsa(
    signing: &RSAPUBLICKEYBLOB,
    key: &rsa::PrivateKey,
) -> (Vec<u8>, Vec<u8>) {
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
    let wrapped = public_key(signing).encrypt_pkcs1v15(&session_key).unwrap();
    (wrapped, encrypted)
}

#[test]
fn an_rsa_pair_is_imported_under_the_signature_key() {
    let token = Token::blank();
    let (container, blob) = rsa_container(&token);
    let key = rsa::PrivateKey::generate(2048).unwrap();
    let (mut wrapped, mut encrypted) = enveloped_rsa(&blob, &key);
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

/// A key pair of the caller.
fn external_key(token: &Token) -> (RSAPRIVATEKEYBLOB, RSAPUBLICKEYBLOB) {
    let mut private = unsafe { std::mem::zeroed::<RSAPRIVATEKEYBLOB>() };
    let code = unsafe { SKF_GenExtRSAKey(token.device, 2048, &mut private) };
    assert_eq!(code, SAR_OK);
    let public = RSAPUBLICKEYBLOB {
        AlgID: private.AlgID,
        BitLen: private.BitLen,
        Modulus: private.Modulus,
        PublicExponent: private.PublicExponent,
    };
    (private, public)
}

fn private_operation(
    token: &Token,
    key: &RSAPRIVATEKEYBLOB,
    input: &[u8],
    length: u32,
) -> Result<Vec<u8>, u32> {
    let (mut key, mut input) = (*key, input.to_vec());
    let data = input.as_mut_ptr();
    collect(|out, len| unsafe {
        SKF_ExtRSAPriKeyOperation(token.device, &mut key, data, length, out, len)
    })
}

fn public_operation(token: &Token, key: &RSAPUBLICKEYBLOB, input: &[u8]) -> Result<Vec<u8>, u32> {
    let (mut key, mut input) = (*key, input.to_vec());
    let (data, length) = (input.as_mut_ptr(), input.len() as u32);
    collect(|out, len| unsafe {
        SKF_ExtRSAPubKeyOperation(token.device, &mut key, data, length, out, len)
    })
}

#[test]
fn keys_of_the_caller_work_both_ways() {
    let token = Token::blank();
    let (private, public) = external_key(&token);
    let mut input = [0u8; 256];
    input[255] = 42;
    let raised = private_operation(&token, &private, &input, 256).unwrap();
    assert_eq!(public_operation(&token, &public, &raised).unwrap(), input);
    let code = unsafe { SKF_GenExtRSAKey(token.device, 1024, &mut private.clone()) };
    assert_eq!(code, SAR_RSAMODULUSLENERR);
}

#[test]
fn damaged_keys_and_inputs_of_the_caller_are_refused() {
    let token = Token::blank();
    let (private, public) = external_key(&token);
    let input = [1u8; 256];
    assert_eq!(
        private_operation(&token, &private, &input, 255),
        Err(SAR_INDATALENERR)
    );
    assert_eq!(
        private_operation(&token, &private, &input, u32::MAX),
        Err(SAR_INDATALENERR)
    );
    assert_eq!(
        private_operation(&token, &private, &[0xFF; 256], 256),
        Err(SAR_INDATAERR)
    );
    let mut broken = private;
    broken.Prime1[127] ^= 2;
    assert_eq!(
        private_operation(&token, &broken, &input, 256),
        Err(SAR_INDATAERR)
    );
    for bits in [0, 257, u32::MAX] {
        let wrong = RSAPRIVATEKEYBLOB {
            BitLen: bits,
            ..private
        };
        assert_eq!(
            private_operation(&token, &wrong, &input, 256),
            Err(SAR_RSAMODULUSLENERR)
        );
        let wrong = RSAPUBLICKEYBLOB {
            BitLen: bits,
            ..public
        };
        assert_eq!(
            public_operation(&token, &wrong, &input),
            Err(SAR_RSAMODULUSLENERR)
        );
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
