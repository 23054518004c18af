//! Templates and mechanism parameters of any bytes, through the exports, on one token in a file.
//!
//! The bytes are a program: each step is an operation, a number of attributes, and for each its type, where its value
//! stands and how long it says it is. Memory behind every pointer is as long as it says: what the standard asks of a
//! caller is kept, and all else is not.

#[path = "pkcs11_token.rs"]
mod pkcs11_token;

use pkcs11_token::{is_ours, open};
use std::ptr::null_mut;
use std::sync::{Mutex, OnceLock, PoisonError};
use ukey_pkcs11::types::*;
use ukey_pkcs11::*;

/// Attributes that objects have, so that most templates get past the first look.
const KNOWN: [CK_ATTRIBUTE_TYPE; 24] = [
    CKA_CLASS,
    CKA_TOKEN,
    CKA_PRIVATE,
    CKA_LABEL,
    CKA_VALUE,
    CKA_CERTIFICATE_TYPE,
    CKA_KEY_TYPE,
    CKA_ID,
    CKA_SENSITIVE,
    CKA_ENCRYPT,
    CKA_SIGN,
    CKA_MODULUS,
    CKA_MODULUS_BITS,
    CKA_PUBLIC_EXPONENT,
    CKA_PRIVATE_EXPONENT,
    CKA_PRIME_1,
    CKA_VALUE_LEN,
    CKA_EXTRACTABLE,
    CKA_EC_PARAMS,
    CKA_EC_POINT,
    CKA_START_DATE,
    CKA_ALLOWED_MECHANISMS,
    CKA_UNWRAP_TEMPLATE,
    CKA_CHECK_VALUE,
];

/// Values that are right for something.
const VALUES: [&[u8]; 8] = [
    &[0],
    &[1],
    &[4, 0, 0, 0, 0, 0, 0, 0],
    &[3, 0, 0, 0, 0, 0, 0, 0],
    &[0x1F, 0, 0, 0, 0, 0, 0, 0],
    &[0x16, 0, 0, 0x80, 0, 0, 0, 0],
    &[7; 16],
    &[0x06, 0x08, 0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x82, 0x2D],
];

/// The session that all runs share; one run at a time.
static SESSION: OnceLock<Mutex<CK_SESSION_HANDLE>> = OnceLock::new();

/// Bytes that become decisions; zeros when they have run out.
struct Source<'a>(&'a [u8]);

impl<'a> Source<'a> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    fn bytes(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        taken
    }

    fn attribute(&mut self) -> CK_ATTRIBUTE {
        let kind = self.byte();
        let type_ = match KNOWN.get(usize::from(kind)) {
            Some(known) => *known,
            None => CK_ATTRIBUTE_TYPE::from(kind) << (self.byte() % 32),
        };
        let choice = self.byte();
        let value = match VALUES.get(usize::from(choice)) {
            Some(value) => value,
            None => self.bytes(usize::from(choice)),
        };
        let (pointer, len) = match self.byte() {
            0xFF => (null_mut(), 0),
            0xFE => (null_mut(), value.len() as CK_ULONG),
            0xFD => (null_mut(), CK_ULONG::MAX),
            _ => (value.as_ptr().cast_mut(), value.len() as CK_ULONG),
        };
        CK_ATTRIBUTE {
            type_,
            pValue: pointer.cast(),
            ulValueLen: len,
        }
    }

    fn template(&mut self) -> Vec<CK_ATTRIBUTE> {
        let count = self.byte() % 12;
        // What consists of attributes would need attributes in it: only templates of this kind have pointers in them.
        let flat = |attribute: &CK_ATTRIBUTE| attribute.type_ != CKA_UNWRAP_TEMPLATE;
        (0..count).map(|_| self.attribute()).filter(flat).collect()
    }
}

/// Runs one program.
pub(crate) fn run(data: &[u8]) {
    let session = *SESSION
        .get_or_init(|| Mutex::new(open()))
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let (mut source, mut made) = (Source(data), Vec::new());
    while !source.0.is_empty() {
        let rv = step(session, &mut source, &mut made);
        assert!(!is_ours(rv), "{rv:#x}");
    }
    for object in made {
        // SAFETY: no pointer.
        unsafe { C_DestroyObject(session, object) };
    }
}

fn step(
    session: CK_SESSION_HANDLE,
    source: &mut Source<'_>,
    made: &mut Vec<CK_OBJECT_HANDLE>,
) -> CK_RV {
    let operation = source.byte();
    let object = made.last().copied().unwrap_or(operation.into());
    let mut template = source.template();
    let (attributes, count) = (template.as_mut_ptr(), template.len() as CK_ULONG);
    let mut handle = 0;
    // SAFETY: pointers lead to as much memory as the lengths beside them say, or are NULL.
    let rv = unsafe {
        match operation % 6 {
            0 | 1 => C_CreateObject(session, attributes, count, &raw mut handle),
            2 => C_CopyObject(session, object, attributes, count, &raw mut handle),
            3 => C_SetAttributeValue(session, object, attributes, count),
            4 => {
                let begun = C_FindObjectsInit(session, attributes, count);
                C_FindObjectsFinal(session);
                begun
            }
            _ => {
                let parameter = source.bytes(usize::from(operation));
                let mut mechanism = CK_MECHANISM {
                    mechanism: CK_ULONG::from(source.byte()) << (source.byte() % 32),
                    pParameter: parameter.as_ptr().cast_mut().cast(),
                    // Structures with pointers in them are for other targets: these bytes would be read as such.
                    ulParameterLen: (parameter.len() % 8) as CK_ULONG,
                };
                let begun = C_SignInit(session, &raw mut mechanism, object);
                C_SessionCancel(session, CKF_SIGN);
                begun
            }
        }
    };
    if rv == CKR_OK && handle != 0 {
        made.push(handle);
    }
    rv
}
