//! Any legal value of any type on the wire, from one random number.
//!
//! The layout macros derive [`Sample`] for the types they make; the types with a hand-written codec
//! have theirs here.

use crate::blob::*;
use crate::devinfo::{DevInfo, PaddedText, Version};
use crate::key::{
    CipherMode, KeyAlgorithm, KeyHash, KeyInfo, KeyKind, KeyOperation, KeyPolicy, MacAlgorithm,
};
use crate::message::{Bytes, Empty, NameList};
use crate::request::cipher::ExtRsaPriKeyOperation;
use crate::request::device::{GenRandom, MAX_LABEL, SetLabel};
use crate::request::digest::{DigestInit, SignerIdentity};
use crate::request::extension::*;
use crate::request::feed::{Changes, KeyedRecords, Touched};
use crate::request::key_object::{Content, DeleteObjects, UseKey};
use crate::request::session_key::{ImportSessionKey, WrappedKey};
use crate::request::sign::{EccSignData, EccVerify, SignInput};
use crate::secret::{Secret, SecretArray};
use crate::secure::SecuredField;

/// A stream of pseudo-random values (splitmix64), the same for the same seed.
pub(crate) struct Source(pub(crate) u64);

impl Source {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to `limit`, both included.
    pub(crate) fn up_to(&mut self, limit: usize) -> usize {
        (self.next() % (limit as u64 + 1)) as usize
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }

    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.up_to(choices.len() - 1)]
    }

    pub(crate) fn short_bytes(&mut self) -> Vec<u8> {
        let count = self.up_to(255);
        self.bytes(count)
    }

    pub(crate) fn long_bytes(&mut self) -> Vec<u8> {
        let limit = self.one_of(&[0, 40, 300, 3000]);
        let count = self.up_to(limit);
        self.bytes(count)
    }

    pub(crate) fn name(&mut self) -> Vec<u8> {
        let count = 1 + self.up_to(63);
        self.bytes(count)
            .iter()
            .map(|byte| (*byte).max(1))
            .collect()
    }
}

pub(crate) trait Sample {
    fn sample(source: &mut Source) -> Self;
}

macro_rules! samples {
    ($($type:ty: |$source:ident| $value:expr;)+) => {$(
        impl Sample for $type {
            fn sample($source: &mut Source) -> Self {
                $value
            }
        }
    )+};
}

impl<const N: usize> Sample for [u8; N] {
    fn sample(source: &mut Source) -> Self {
        source.bytes(N).try_into().unwrap()
    }
}

impl<const N: usize> Sample for SecretArray<N> {
    fn sample(source: &mut Source) -> Self {
        Self::new(Sample::sample(source))
    }
}

impl<const N: usize> Sample for PaddedText<N> {
    fn sample(source: &mut Source) -> Self {
        let length = source.up_to(N);
        Self::from_bytes(&source.bytes(length)).unwrap()
    }
}

fn ecc_bits(source: &mut Source) -> (u32, usize) {
    source.one_of(&[(256, 32), (384, 48), (521, 66)])
}

fn scalar_pair(source: &mut Source, length: usize) -> (Vec<u8>, Vec<u8>) {
    (source.bytes(length), source.bytes(length))
}

fn signature(source: &mut Source, bits: u32, length: usize) -> EccSignature {
    let (r, s) = scalar_pair(source, length);
    EccSignature { bits, r, s }
}

impl<T: Sample> Sample for Option<T> {
    fn sample(source: &mut Source) -> Self {
        (source.up_to(1) == 1).then(|| T::sample(source))
    }
}

fn mac(source: &mut Source) -> MacAlgorithm {
    match source.up_to(1) {
        0 => MacAlgorithm::Cmac,
        _ => MacAlgorithm::Hmac(KeyHash::sample(source)),
    }
}

fn mode(source: &mut Source) -> CipherMode {
    let (nonce, aad, tag_bytes) = (source.short_bytes(), source.long_bytes(), 16);
    match source.up_to(6) {
        0 => CipherMode::Ecb,
        1 => CipherMode::Cbc {
            iv: Sample::sample(source),
        },
        2 => CipherMode::Ctr {
            counter: Sample::sample(source),
            bits: Sample::sample(source),
        },
        3 => CipherMode::Gcm {
            iv: nonce,
            aad,
            tag_bytes,
        },
        4 => CipherMode::Ccm {
            nonce,
            aad,
            tag_bytes,
        },
        5 => CipherMode::KeyWrap,
        _ => CipherMode::KeyWrapPad,
    }
}

fn operation(source: &mut Source) -> KeyOperation {
    let hashes = (KeyHash::sample(source), KeyHash::sample(source));
    match source.up_to(13) {
        0 => KeyOperation::SignEcdsa,
        1 => KeyOperation::SignSm2,
        2 => KeyOperation::SignRsaPkcs1,
        3 => KeyOperation::SignRsaRaw,
        4 => KeyOperation::SignRsaPss {
            hash: hashes.0,
            mgf: hashes.1,
            salt_bytes: Sample::sample(source),
        },
        5 => KeyOperation::Mac(mac(source)),
        6 => KeyOperation::VerifyMac {
            mac: mac(source),
            tag: source.short_bytes(),
        },
        7 => KeyOperation::DecryptSm2,
        8 => KeyOperation::DecryptRsaPkcs1,
        9 => KeyOperation::DecryptRsaOaep {
            hash: hashes.0,
            mgf: hashes.1,
            label: source.long_bytes(),
        },
        10 => KeyOperation::DecryptRsaRaw,
        11 => KeyOperation::DeriveEcdh,
        12 => KeyOperation::Encrypt(mode(source)),
        _ => KeyOperation::Decrypt(mode(source)),
    }
}

fn verification(source: &mut Source) -> EccVerify {
    let public = EccPublic::sample(source);
    let signature = signature(source, public.bits, public.x.len());
    EccVerify {
        public,
        input: Sample::sample(source),
        signature,
    }
}

samples! {
    u8: |source| source.next() as u8;
    u16: |source| source.next() as u16;
    u32: |source| source.next() as u32;
    u64: |source| source.next();
    bool: |source| source.next() & 1 == 1;
    Empty: |_source| Empty;
    Bytes: |source| Bytes(source.long_bytes());
    Secret: |source| Secret::new(source.long_bytes());
    NameList: |source| NameList((0..source.up_to(5)).map(|_| source.name()).collect());
    Version: |source| Version { major: Sample::sample(source), minor: Sample::sample(source) };
    Features: |source| Features(Sample::sample(source));
    ObjectFlags: |source| source.one_of(&[
        ObjectFlags::PUBLIC, ObjectFlags::PRIVATE, ObjectFlags::OPEN,
    ]);
    Sm2Point: |source| Sm2Point { x: Sample::sample(source), y: Sample::sample(source) };
    EccPublic: |source| {
        let (bits, length) = ecc_bits(source);
        let (x, y) = scalar_pair(source, length);
        EccPublic { bits, x, y }
    };
    EccSignature: |source| {
        let (bits, length) = ecc_bits(source);
        signature(source, bits, length)
    };
    Sm2Cipher: |source| {
        let length = 1 + source.up_to(300);
        Sm2Cipher {
            x: Sample::sample(source),
            y: Sample::sample(source),
            hash: Sample::sample(source),
            data: source.bytes(length),
        }
    };
    RsaPublic: |source| {
        let bits = source.one_of(&[1024, 2048, 3072, 4096]);
        RsaPublic { bits, n: source.bytes(bits as usize / 8), e: [0, 1, 0, 1] }
    };
    PublicKey: |source| match source.up_to(1) {
        0 => PublicKey::Ecc(Sample::sample(source)),
        _ => PublicKey::Rsa(Sample::sample(source)),
    };
    EnvelopedKey: |source| {
        let public = EccPublic::sample(source);
        EnvelopedKey {
            version: 1,
            sym_alg: Sample::sample(source),
            bits: public.bits,
            enc_private: Secret::new(source.bytes(public.x.len())),
            public,
            cipher: Sample::sample(source),
        }
    };
    SecuredField: |source| {
        let length = 16 * (1 + source.up_to(20));
        SecuredField { cipher: Secret::new(source.bytes(length)), mac: Sample::sample(source) }
    };
    SetLabel: |source| {
        let length = source.up_to(MAX_LABEL);
        SetLabel { label: source.bytes(length) }
    };
    GenRandom: |source| GenRandom { length: 1 + source.up_to(65_535) as u32 };
    SignInput: |source| match source.up_to(1) {
        0 => SignInput::Digest(Sample::sample(source)),
        _ => SignInput::Message { user_id: source.short_bytes(), message: source.long_bytes() },
    };
    EccSignData: |source| EccSignData {
        app: Sample::sample(source),
        container: Sample::sample(source),
        input: Sample::sample(source),
    };
    EccVerify: |source| verification(source);
    ExtRsaPriKeyOperation: |source| {
        let public = RsaPublic::sample(source);
        let private_exponent = Secret::new(source.bytes(public.modulus_bytes()));
        ExtRsaPriKeyOperation { public, private_exponent, input: Sample::sample(source) }
    };
    DigestInit: |source| DigestInit {
        alg: Sample::sample(source),
        signer: (source.up_to(1) == 1).then(|| SignerIdentity {
            public: Sample::sample(source),
            user_id: source.short_bytes(),
        }),
    };
    ImportSessionKey: |source| ImportSessionKey {
        app: Sample::sample(source),
        container: Sample::sample(source),
        sym_alg: Sample::sample(source),
        wrapped: match source.up_to(1) {
            0 => WrappedKey::Rsa(source.bytes(256)),
            _ => WrappedKey::Ecc(Sample::sample(source)),
        },
    };
    PrivateKeyOperation: |source| PrivateKeyOperation {
        usage: Sample::sample(source),
        app: Sample::sample(source),
        container: Sample::sample(source),
        input: match source.up_to(2) {
            0 => PrivateInput::Sm2Decrypt(Sample::sample(source)),
            1 => PrivateInput::RsaDecrypt(Sample::sample(source)),
            _ => PrivateInput::RsaRaw(Sample::sample(source)),
        },
    };
    WriteObject: |source| WriteObject {
        app: Sample::sample(source),
        id: Sample::sample(source),
        flags: Sample::sample(source),
        owner: source.short_bytes(),
        data: Sample::sample(source),
    };
    ObjectRecord: |source| ObjectRecord {
        id: Sample::sample(source),
        flags: Sample::sample(source),
        owner: source.short_bytes(),
        data: Sample::sample(source),
    };
    ObjectRecords: |source| {
        ObjectRecords((0..source.up_to(4)).map(|_| Sample::sample(source)).collect())
    };
    KeyKind: |source| source.one_of(&[
        KeyKind::P256, KeyKind::SM2, KeyKind::RSA_4096, KeyKind::AES_192, KeyKind::SM4,
        KeyKind::new(KeyAlgorithm::Generic, 72).unwrap(),
    ]);
    KeyPolicy: |source| KeyPolicy::from_bits(source.up_to(0x1FF) as u16).unwrap();
    KeyInfo: |source| KeyInfo {
        held: Sample::sample(source),
        kind: Sample::sample(source),
        policy: Sample::sample(source),
        public: source.long_bytes(),
    };
    Content: |source| Content(Sample::sample(source));
    UseKey: |source| UseKey {
        app: Sample::sample(source),
        id: Sample::sample(source),
        operation: operation(source),
        input: Sample::sample(source),
    };
    DeleteObjects: |source| DeleteObjects {
        app: Sample::sample(source),
        ids: (0..=source.up_to(4)).map(|_| Sample::sample(source)).collect(),
    };
    KeyedRecords: |source| {
        KeyedRecords((0..source.up_to(4)).map(|_| Sample::sample(source)).collect())
    };
    Touched: |source| Touched {
        listed: Sample::sample(source),
        names: (0..source.up_to(4)).map(|_| source.name()).collect(),
    };
    Changes: |source| Changes {
        upto: Sample::sample(source),
        known: Sample::sample(source),
        containers: Sample::sample(source),
        files: Sample::sample(source),
        gone: (0..source.up_to(4)).map(|_| Sample::sample(source)).collect(),
        records: KeyedRecords::sample(source).0,
    };
    DevInfo: |source| DevInfo {
        struct_version: Sample::sample(source),
        specification_version: Sample::sample(source),
        manufacturer: Sample::sample(source),
        issuer: Sample::sample(source),
        label: Sample::sample(source),
        serial_number: Sample::sample(source),
        hw_version: Sample::sample(source),
        firmware_version: Sample::sample(source),
        alg_sym_cap: Sample::sample(source),
        alg_asym_cap: Sample::sample(source),
        alg_hash_cap: Sample::sample(source),
        dev_auth_alg_id: Sample::sample(source),
        total_space: Sample::sample(source),
        free_space: Sample::sample(source),
        max_apdu_data_len: Sample::sample(source),
        user_auth_method: Sample::sample(source),
        device_type: Sample::sample(source),
        max_container_num: Sample::sample(source),
        max_cert_num: Sample::sample(source),
        max_file_num: Sample::sample(source),
        reserved: Sample::sample(source),
    };
}
