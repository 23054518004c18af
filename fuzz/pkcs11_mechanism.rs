//! Mechanisms with parameters of any content, through every function that takes one, with keys of all kinds.
//!
//! The bytes are a program: each step is a function, a mechanism, and what stands in each word of its parameter. Where a
//! structure has a pointer there is memory as long as the length beside it says, NULL, or a length that cannot be: what
//! the standard asks of a caller is kept, and all else is not.

#[path = "pkcs11_token.rs"]
mod pkcs11_token;

use pkcs11_token::{is_ours, open};
use std::ptr::null_mut;
use std::sync::{Mutex, OnceLock, PoisonError};
use ukey_pkcs11::types::*;
use ukey_pkcs11::vendor::*;
use ukey_pkcs11::*;

/// Numbers that mean something somewhere.
#[rustfmt::skip]
const KNOWN: [CK_ULONG; 24] = [
    16, 32, 64, 96, 104, 128, 256, 4096,
    CKM_SHA_1, CKM_SHA256, CKM_SHA512, CKM_SM3, CKM_SHA256_HMAC, CKM_AES_CMAC,
    CKG_MGF1_SHA1, CKG_MGF1_SHA256, CKD_NULL, CKD_SHA256_KDF, CKZ_DATA_SPECIFIED, CKF_HKDF_SALT_DATA,
    CKG_GENERATE, CKG_GENERATE_COUNTER, CKP_PKCS5_PBKD2_HMAC_SHA256, CKF_HKDF_SALT_KEY,
];

/// What runs share.
struct World {
    session: CK_SESSION_HANDLE,
    mechanisms: Vec<CK_MECHANISM_TYPE>,
    keys: Vec<CK_OBJECT_HANDLE>,
}

static WORLD: OnceLock<Mutex<World>> = OnceLock::new();

/// Bytes that become decisions; zeros when they have run out. Memory that was pointed to lives as long as the step.
struct Source<'a> {
    bytes: &'a [u8],
    memory: Vec<Vec<u8>>,
}

impl Source<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.bytes.split_first() else {
            return 0;
        };
        self.bytes = rest;
        *first
    }

    fn number(&mut self) -> CK_ULONG {
        match self.byte() {
            small @ 0..16 => small.into(),
            known @ 16..160 => KNOWN[usize::from(known) % KNOWN.len()],
            0xFF => CK_ULONG::MAX,
            other => CK_ULONG::from(other) << (self.byte() % 32),
        }
    }

    /// A pointer and what is said of its length.
    fn pair(&mut self) -> (CK_ULONG, CK_ULONG) {
        let say = self.byte();
        let len = match self.byte() {
            common @ 0..128 => [0, 7, 12, 16, 32, 65][usize::from(common) % 6],
            other => usize::from(other),
        };
        let filling = self.byte();
        self.memory.push(vec![filling; len.max(1)]);
        let at = self.memory.last().map_or(0, |m| m.as_ptr() as CK_ULONG);
        match say {
            0xFF => (0, 0),
            0xFE => (0, len as CK_ULONG),
            0xFD => (at, CK_ULONG::MAX),
            _ => (at, len as CK_ULONG),
        }
    }

    /// The data parameters of SP 800-108, and how many.
    fn fields(&mut self) -> (CK_ULONG, CK_ULONG) {
        let count = self.byte() % 6;
        let mut words = Vec::new();
        for _ in 0..count {
            let kind = CK_ULONG::from(self.byte() % 7);
            // Formats are structures of numbers.
            let format = [self.number(), self.number(), self.number()];
            let whole = [16, 24, 8, 4, 0][usize::from(self.byte()) % 5];
            let bytes: Vec<u8> = format.iter().flat_map(|word| word.to_ne_bytes()).collect();
            self.memory.push(bytes);
            let at = self.memory.last().map_or(0, |m| m.as_ptr() as CK_ULONG);
            words.extend([kind, at, whole]);
        }
        let bytes = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        self.memory.push(bytes);
        let at = self.memory.last().map_or(0, |m| m.as_ptr() as CK_ULONG);
        (count.into(), at)
    }

    /// Words after a pattern: `n` a number, `P` a pointer followed by its length, `L` a length followed by its pointer,
    /// `b` a small number, `k` two bytes that are flags, `F` a count followed by data parameters, `O` a pointer to
    /// OAEP's structure, `0` nothing.
    fn words(&mut self, pattern: &str) -> Vec<u8> {
        let mut words = Vec::new();
        for letter in pattern.bytes() {
            match letter {
                b'n' => words.push(self.number()),
                b'b' => words.push((self.byte() % 32).into()),
                b'k' => {
                    words.push((self.byte() & 1) as CK_ULONG | CK_ULONG::from(self.byte() & 1) << 8)
                }
                b'P' => {
                    let (at, len) = self.pair();
                    words.extend([at, len]);
                }
                b'L' => {
                    let (at, len) = self.pair();
                    words.extend([len, at]);
                }
                b'O' => {
                    let oaep = self.words("nnnP");
                    self.memory.push(oaep);
                    let at = self.memory.last().map_or(0, |m| m.as_ptr() as CK_ULONG);
                    words.push(if self.byte() == 0xFF { 0 } else { at });
                }
                b'F' => {
                    let (count, at) = self.fields();
                    words.extend([count, at]);
                }
                _ => words.push(0),
            }
        }
        words.iter().flat_map(|word| word.to_ne_bytes()).collect()
    }

    /// A parameter for a mechanism, or for another one now and then where no pointer is taken for what it is not.
    fn mechanism(&mut self, number: CK_MECHANISM_TYPE, wraps: bool) -> CK_MECHANISM {
        let other = self.byte();
        let pattern = match (pattern(number, wraps), other) {
            (_, 0xFF) => "",
            // A structure of one word has no pointer in it.
            (_, 0xFE) => "n",
            (pattern, _) => pattern,
        };
        let parameter = self.words(pattern);
        self.memory.push(parameter);
        let parameter = self.memory.last().map_or(&[][..], Vec::as_slice);
        CK_MECHANISM {
            mechanism: number,
            pParameter: match parameter.is_empty() {
                true => null_mut(),
                false => parameter.as_ptr().cast_mut().cast(),
            },
            ulParameterLen: parameter.len() as CK_ULONG,
        }
    }
}

/// What the parameter of a mechanism is made of. `wraps`: for functions that take the structures for keys.
fn pattern(number: CK_MECHANISM_TYPE, wraps: bool) -> &'static str {
    match number {
        CKM_AES_GCM | CKM_SM4_GCM if wraps => "PnnPn",
        CKM_AES_CCM | CKM_SM4_CCM if wraps => "nPnnPn",
        CKM_AES_GCM | CKM_SM4_GCM => "PnPn",
        CKM_AES_CCM | CKM_SM4_CCM => "nPPn",
        CKM_AES_CTR | CKM_SM4_CTR => "nnn",
        CKM_RSA_PKCS_OAEP => "nnnP",
        CKM_RSA_AES_KEY_WRAP => "nO",
        CKM_ECDH1_DERIVE | CKM_ECDH1_COFACTOR_DERIVE => "nLL",
        CKM_CONCATENATE_BASE_AND_DATA
        | CKM_CONCATENATE_DATA_AND_BASE
        | CKM_XOR_BASE_AND_DATA
        | CKM_AES_ECB_ENCRYPT_DATA
        | CKM_SM4_ECB_ENCRYPT_DATA => "P",
        CKM_AES_CBC_ENCRYPT_DATA | CKM_SM4_CBC_ENCRYPT_DATA => "nnP",
        CKM_HKDF_DERIVE | CKM_HKDF_DATA => "knnPnP",
        CKM_SP800_108_COUNTER_KDF | CKM_SP800_108_DOUBLE_PIPELINE_KDF => "nF00",
        CKM_SP800_108_FEEDBACK_KDF => "nFL00",
        CKM_PKCS5_PBKD2 => "nPbnPP",
        CKM_SM2_KEY_AGREE => "kLLnLL",
        CKM_EDDSA => "kL",
        CKM_SM2_SM3 | CKM_SM2_SM3_DER => "nn",
        CKM_AES_KEY_WRAP | CKM_AES_KEY_WRAP_PKCS7 => "n",
        CKM_SM2_ENCRYPT | CKM_CONCATENATE_BASE_AND_KEY | CKM_EXTRACT_KEY_FROM_KEY => "n",
        CKM_AES_CBC | CKM_AES_CBC_PAD | CKM_AES_OFB | CKM_AES_CFB128 | CKM_AES_XTS => "nn",
        CKM_SM4_CBC | CKM_SM4_CBC_PAD | CKM_SM4_OFB | CKM_SM4_CFB128 | CKM_SM4_XTS => "nn",
        CKM_RSA_PKCS_PSS | CKM_SHA1_RSA_PKCS_PSS | CKM_SHA256_RSA_PKCS_PSS => "nnb",
        CKM_SHA512_RSA_PKCS_PSS | CKM_SHA3_256_RSA_PKCS_PSS => "nnb",
        CKM_SHA_1_HMAC_GENERAL | CKM_SHA256_HMAC_GENERAL | CKM_SM3_HMAC_GENERAL => "b",
        CKM_AES_MAC_GENERAL | CKM_AES_CMAC_GENERAL => "b",
        CKM_SM4_MAC_GENERAL | CKM_SM4_CMAC_GENERAL => "b",
        _ => "",
    }
}

fn world() -> Mutex<World> {
    let session = open();
    let mut count = 0;
    let mut slot = CK_SESSION_INFO::default();
    // SAFETY: every pointer leads to what the call asks for.
    let mechanisms = unsafe {
        assert_eq!(C_GetSessionInfo(session, &raw mut slot), CKR_OK);
        C_GetMechanismList(slot.slotID, null_mut(), &raw mut count);
        let mut list = vec![0; count as usize];
        C_GetMechanismList(slot.slotID, list.as_mut_ptr(), &raw mut count);
        list
    };
    let mut keys = secret_keys(session);
    keys.extend(pairs(session));
    Mutex::new(World {
        session,
        mechanisms,
        keys,
    })
}

/// A secret key of each kind, with readable values.
fn secret_keys(session: CK_SESSION_HANDLE) -> Vec<CK_OBJECT_HANDLE> {
    let mut keys = Vec::new();
    for (number, len) in [
        (CKM_AES_KEY_GEN, 16),
        (CKM_SM4_KEY_GEN, 16),
        (CKM_GENERIC_SECRET_KEY_GEN, 20),
        (CKM_AES_XTS_KEY_GEN, 32),
    ] {
        let value = len as CK_ULONG;
        let open_key = [(CKA_SENSITIVE, 0_u8), (CKA_EXTRACTABLE, 1)];
        let mut template = vec![attribute(CKA_VALUE_LEN, &value)];
        template.extend(open_key.iter().map(|(kind, flag)| attribute(*kind, flag)));
        let (mut mechanism, mut key) = (plain(number), 0);
        // SAFETY: as above.
        let rv = unsafe {
            C_GenerateKey(
                session,
                &raw mut mechanism,
                template.as_mut_ptr(),
                3,
                &raw mut key,
            )
        };
        assert_eq!(rv, CKR_OK);
        keys.push(key);
    }
    keys
}

/// A pair of each kind, both halves.
fn pairs(session: CK_SESSION_HANDLE) -> Vec<CK_OBJECT_HANDLE> {
    let mut keys = Vec::new();
    let curves: [(CK_MECHANISM_TYPE, &[u8]); 5] = [
        (
            CKM_EC_KEY_PAIR_GEN,
            &[6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7],
        ),
        (CKM_EC_EDWARDS_KEY_PAIR_GEN, &[6, 3, 0x2B, 0x65, 0x70]),
        (CKM_EC_MONTGOMERY_KEY_PAIR_GEN, &[6, 3, 0x2B, 0x65, 0x6E]),
        (
            CKM_SM2_KEY_PAIR_GEN,
            &[6, 8, 0x2A, 0x81, 0x1C, 0xCF, 0x55, 1, 0x82, 0x2D],
        ),
        (CKM_RSA_PKCS_KEY_PAIR_GEN, &[]),
    ];
    for (number, params) in curves {
        let bits: CK_ULONG = 2048;
        let mut public = match params.is_empty() {
            true => attribute(CKA_MODULUS_BITS, &bits),
            false => CK_ATTRIBUTE {
                type_: CKA_EC_PARAMS,
                pValue: params.as_ptr().cast_mut().cast(),
                ulValueLen: params.len() as CK_ULONG,
            },
        };
        let (mut mechanism, mut one, mut other) = (plain(number), 0, 0);
        // SAFETY: as above.
        let rv = unsafe {
            let (public, one, other) = (&raw mut public, &raw mut one, &raw mut other);
            C_GenerateKeyPair(
                session,
                &raw mut mechanism,
                public,
                1,
                null_mut(),
                0,
                one,
                other,
            )
        };
        assert_eq!(rv, CKR_OK);
        keys.extend([one, other]);
    }
    keys
}

fn plain(mechanism: CK_MECHANISM_TYPE) -> CK_MECHANISM {
    CK_MECHANISM {
        mechanism,
        pParameter: null_mut(),
        ulParameterLen: 0,
    }
}

fn attribute<T>(type_: CK_ATTRIBUTE_TYPE, value: &T) -> CK_ATTRIBUTE {
    CK_ATTRIBUTE {
        type_,
        pValue: (&raw const *value).cast_mut().cast(),
        ulValueLen: size_of::<T>() as CK_ULONG,
    }
}

/// Runs one program; how many of its steps went well.
pub(crate) fn run(data: &[u8]) -> usize {
    let world = WORLD.get_or_init(world);
    let world = world.lock().unwrap_or_else(PoisonError::into_inner);
    let mut source = Source {
        bytes: data,
        memory: Vec::new(),
    };
    let mut well = 0;
    while !source.bytes.is_empty() {
        let mut made = 0;
        let rv = step(&world, &mut source, &mut made);
        well += usize::from(rv == CKR_OK);
        assert!(!is_ours(rv), "{rv:#x}");
        // SAFETY: no pointer.
        unsafe {
            if made != 0 {
                C_DestroyObject(world.session, made);
            }
            C_SessionCancel(world.session, CK_FLAGS::MAX);
        }
        source.memory.clear();
    }
    well
}

fn step(world: &World, source: &mut Source<'_>, made: &mut CK_OBJECT_HANDLE) -> CK_RV {
    let World {
        session,
        mechanisms,
        keys,
    } = world;
    let session = *session;
    let function = source.byte() % 12;
    let number = mechanisms[usize::from(source.byte()) % mechanisms.len()];
    let [key, other] = [source.byte(), source.byte()].map(|k| keys[usize::from(k) % keys.len()]);
    let mut mechanism = source.mechanism(number, matches!(function, 6 | 7));
    let mechanism = &raw mut mechanism;
    let len = CK_ULONG::from(source.byte() % 80);
    let mut input = [source.byte(); 256];
    let input_len = CK_ULONG::from(source.byte());
    let (input, mut out, mut out_len) = (input.as_mut_ptr(), [0_u8; 2048], 2048);
    let (out, out_len) = (out.as_mut_ptr(), &raw mut out_len);
    let mut template = [attribute(CKA_VALUE_LEN, &len)];
    let (template, count) = (template.as_mut_ptr(), CK_ULONG::from(len != 0));
    // SAFETY: pointers lead to as much memory as the lengths beside them say, or are NULL.
    unsafe {
        /// A beginning, and what comes after it when it went well.
        macro_rules! then {
            ($init:expr, $rest:expr) => {
                match $init {
                    CKR_OK => $rest,
                    refused => refused,
                }
            };
        }
        match function {
            0 => then!(
                C_DigestInit(session, mechanism),
                C_Digest(session, input, input_len, out, out_len)
            ),
            1 => then!(
                C_EncryptInit(session, mechanism, key),
                C_Encrypt(session, input, input_len, out, out_len)
            ),
            2 => then!(
                C_DecryptInit(session, mechanism, key),
                C_Decrypt(session, input, input_len, out, out_len)
            ),
            3 => then!(
                C_SignInit(session, mechanism, key),
                C_Sign(session, input, input_len, out, out_len)
            ),
            4 => then!(
                C_VerifyInit(session, mechanism, key),
                C_Verify(session, input, input_len, input, len)
            ),
            5 => then!(
                C_SignRecoverInit(session, mechanism, key),
                C_SignRecover(session, input, input_len, out, out_len)
            ),
            6 => C_WrapKey(session, mechanism, key, other, out, out_len),
            7 => C_UnwrapKey(
                session, mechanism, key, input, input_len, template, count, made,
            ),
            8 => C_DeriveKey(session, mechanism, key, template, count, made),
            9 => C_EncapsulateKey(session, mechanism, key, template, count, out, out_len, made),
            10 => C_DecapsulateKey(
                session, mechanism, key, template, count, input, input_len, made,
            ),
            _ => C_GenerateKey(session, mechanism, template, count, made),
        }
    }
}
