//! Every export with arguments that make sense: one row each, word by word as the C interface passes them.

use super::place::{Place, Word};
use crate::harness::*;

/// What has to run before the call, so that its arguments are all that can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Running {
    Nothing,
    Find,
    Digest,
    Encrypt,
    Decrypt,
    Sign,
    SignRecover,
    Verify,
    VerifyRecover,
    VerifySignature,
    DigestEncrypt,
    DecryptDigest,
    SignEncrypt,
    DecryptVerify,
    MessageEncrypt,
    MessageDecrypt,
    MessageSign,
    MessageVerify,
    /// As the four before, with a message begun.
    EncryptBegun,
    DecryptBegun,
    SignBegun,
    VerifyBegun,
}

/// One export.
pub struct Export {
    pub name: &'static str,
    /// Its pointer in the table.
    pub at: usize,
    pub running: Running,
    pub words: Vec<Word>,
}

impl Export {
    /// Calls it with these words.
    pub fn call(&self, words: &[usize]) -> CK_RV {
        /// Every argument of the interface is as wide as a machine word or is passed as one.
        macro_rules! by_count {
            ($($count:literal => ($($index:literal),*);)*) => {
                match words.len() {
                    $($count => {
                        type Function = unsafe extern "C" fn($(by_count!(@word $index)),*) -> CK_RV;
                        let function: Function = unsafe { std::mem::transmute(self.at) };
                        unsafe { function($(words[$index]),*) }
                    })*
                    count => panic!("{} takes {count} words?", self.name),
                }
            };
            (@word $index:literal) => { usize };
        }
        by_count! {
            1 => (0);
            2 => (0, 1);
            3 => (0, 1, 2);
            4 => (0, 1, 2, 3);
            5 => (0, 1, 2, 3, 4);
            6 => (0, 1, 2, 3, 4, 5);
            7 => (0, 1, 2, 3, 4, 5, 6);
            8 => (0, 1, 2, 3, 4, 5, 6, 7);
            9 => (0, 1, 2, 3, 4, 5, 6, 7, 8);
            10 => (0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        }
    }
}

/// Writes the rows.
macro_rules! exports {
    ($list:expr; $($name:ident, $running:ident: $($word:expr),* ;)*) => {
        vec![$(Export {
            name: stringify!($name),
            at: $list.$name.map_or(0, |function| function as usize),
            running: Running::$running,
            words: [$($word),*].concat(),
        }),*]
    };
}

/// All of them, in the order of the newest table.
#[rustfmt::skip]
pub fn all(list: &CK_FUNCTION_LIST_3_2, place: &Place) -> Vec<Export> {
    let p = place;
    exports! { list;
        C_Initialize, Nothing: p.initialize_args();
        C_Finalize, Nothing: p.reserved();
        C_GetInfo, Nothing: p.out(size_of::<CK_INFO>());
        C_GetFunctionList, Nothing: p.out(8);
        C_GetSlotList, Nothing: p.plain(1), p.array();
        C_GetSlotInfo, Nothing: p.slot(), p.out(size_of::<CK_SLOT_INFO>());
        C_GetTokenInfo, Nothing: p.slot(), p.out(size_of::<CK_TOKEN_INFO>());
        C_GetMechanismList, Nothing: p.slot(), p.array();
        C_GetMechanismInfo, Nothing: p.slot(), p.plain(CKM_SM2), p.out(size_of::<CK_MECHANISM_INFO>());
        C_InitToken, Nothing: p.slot(), p.pin(SO_PIN), p.label();
        C_InitPIN, Nothing: p.session(), p.pin(USER_PIN);
        C_SetPIN, Nothing: p.session(), p.pin(USER_PIN), p.pin(USER_PIN);
        C_OpenSession, Nothing: p.slot(), p.plain(CKF_SERIAL_SESSION | CKF_RW_SESSION), p.plain(0), p.plain(0), p.out(8);
        C_CloseSession, Nothing: p.session();
        C_CloseAllSessions, Nothing: p.slot();
        C_GetSessionInfo, Nothing: p.session(), p.out(size_of::<CK_SESSION_INFO>());
        C_GetOperationState, Digest: p.session(), p.result();
        C_SetOperationState, Nothing: p.session(), p.bytes(b"state"), p.plain(0), p.plain(0);
        C_Login, Nothing: p.session(), p.plain(CKU_USER), p.pin(USER_PIN);
        C_Logout, Nothing: p.session();
        C_CreateObject, Nothing: p.session(), p.template(p.data_template()), p.out(8);
        C_CopyObject, Nothing: p.session(), p.object(), p.optional_template(), p.out(8);
        C_DestroyObject, Nothing: p.session(), p.object();
        C_GetObjectSize, Nothing: p.session(), p.object(), p.out(8);
        C_GetAttributeValue, Nothing: p.session(), p.object(), p.template(p.wanted());
        C_SetAttributeValue, Nothing: p.session(), p.object(), p.template(p.label_template());
        C_FindObjectsInit, Nothing: p.session(), p.search();
        C_FindObjects, Find: p.session(), p.room(), p.out(8);
        C_FindObjectsFinal, Find: p.session();
        C_EncryptInit, Nothing: p.session(), p.mechanism(CKM_AES_CBC_PAD, 16), p.key(p.aes);
        C_Encrypt, Encrypt: p.session(), p.bytes(&[7; 32]), p.result();
        C_EncryptUpdate, Encrypt: p.session(), p.bytes(&[7; 32]), p.result();
        C_EncryptFinal, Encrypt: p.session(), p.result();
        C_DecryptInit, Nothing: p.session(), p.mechanism(CKM_AES_CBC_PAD, 16), p.key(p.aes);
        C_Decrypt, Decrypt: p.session(), p.bytes(&[7; 32]), p.result();
        C_DecryptUpdate, Decrypt: p.session(), p.bytes(&[7; 32]), p.result();
        C_DecryptFinal, Decrypt: p.session(), p.result();
        C_DigestInit, Nothing: p.session(), p.mechanism(CKM_SM3, 0);
        C_Digest, Digest: p.session(), p.bytes(b"data"), p.result();
        C_DigestUpdate, Digest: p.session(), p.bytes(b"data");
        C_DigestKey, Digest: p.session(), p.key(p.aes);
        C_DigestFinal, Digest: p.session(), p.result();
        C_SignInit, Nothing: p.session(), p.mechanism(CKM_SM3_HMAC, 0), p.key(p.generic);
        C_Sign, Sign: p.session(), p.bytes(b"data"), p.result();
        C_SignUpdate, Sign: p.session(), p.bytes(b"data");
        C_SignFinal, Sign: p.session(), p.result();
        C_SignRecoverInit, Nothing: p.session(), p.mechanism(CKM_RSA_PKCS, 0), p.key(p.rsa.1);
        C_SignRecover, SignRecover: p.session(), p.bytes(b"data"), p.result();
        C_VerifyInit, Nothing: p.session(), p.mechanism(CKM_SM3_HMAC, 0), p.key(p.generic);
        C_Verify, Verify: p.session(), p.bytes(b"data"), p.bytes(&[1; 32]);
        C_VerifyUpdate, Verify: p.session(), p.bytes(b"data");
        C_VerifyFinal, Verify: p.session(), p.bytes(&[1; 32]);
        C_VerifyRecoverInit, Nothing: p.session(), p.mechanism(CKM_RSA_PKCS, 0), p.key(p.rsa.0);
        C_VerifyRecover, VerifyRecover: p.session(), p.bytes(&[1; 256]), p.result();
        C_DigestEncryptUpdate, DigestEncrypt: p.session(), p.bytes(&[7; 32]), p.result();
        C_DecryptDigestUpdate, DecryptDigest: p.session(), p.bytes(&[7; 32]), p.result();
        C_SignEncryptUpdate, SignEncrypt: p.session(), p.bytes(&[7; 32]), p.result();
        C_DecryptVerifyUpdate, DecryptVerify: p.session(), p.bytes(&[7; 32]), p.result();
        C_GenerateKey, Nothing: p.session(), p.mechanism(CKM_SM4_KEY_GEN, 0), p.optional_template(), p.out(8);
        C_GenerateKeyPair, Nothing: p.session(), p.mechanism(CKM_SM2_KEY_PAIR_GEN, 0), p.optional_template(), p.optional_template(), p.out(8), p.out(8);
        C_WrapKey, Nothing: p.session(), p.mechanism(CKM_AES_CBC_PAD, 16), p.wrapping_key(p.aes), p.key(p.generic), p.result();
        C_UnwrapKey, Nothing: p.session(), p.mechanism(CKM_AES_CBC_PAD, 16), p.unwrapping_key(p.aes), p.bytes(&p.wrapped), p.template(p.secret_template()), p.out(8);
        C_DeriveKey, Nothing: p.session(), p.mechanism(CKM_SHA256_KEY_DERIVATION, 0), p.key(p.generic), p.optional_template(), p.out(8);
        C_SeedRandom, Nothing: p.session(), p.bytes(b"seed");
        C_GenerateRandom, Nothing: p.session(), p.filled();
        C_GetFunctionStatus, Nothing: p.session();
        C_CancelFunction, Nothing: p.session();
        C_WaitForSlotEvent, Nothing: p.plain(CKF_DONT_BLOCK), p.out(8), p.reserved();
        C_GetInterfaceList, Nothing: p.array();
        C_GetInterface, Nothing: p.plain(0), p.plain(0), p.out(8), p.plain(0);
        C_LoginUser, Nothing: p.session(), p.plain(CKU_USER), p.pin(USER_PIN), p.plain(0), p.plain(0);
        C_SessionCancel, Nothing: p.session(), p.plain(CKF_SIGN);
        C_MessageEncryptInit, Nothing: p.session(), p.bare_mechanism(CKM_AES_GCM), p.key(p.aes);
        C_EncryptMessage, MessageEncrypt: p.session(), p.message(), p.optional_bytes(), p.bytes(b"text"), p.result();
        C_EncryptMessageBegin, MessageEncrypt: p.session(), p.message(), p.optional_bytes();
        C_EncryptMessageNext, EncryptBegun: p.session(), p.message(), p.bytes(b"text"), p.result(), p.plain(CKF_END_OF_MESSAGE);
        C_MessageEncryptFinal, MessageEncrypt: p.session();
        C_MessageDecryptInit, Nothing: p.session(), p.bare_mechanism(CKM_AES_GCM), p.key(p.aes);
        C_DecryptMessage, MessageDecrypt: p.session(), p.message(), p.optional_bytes(), p.bytes(b"text"), p.result();
        C_DecryptMessageBegin, MessageDecrypt: p.session(), p.message(), p.optional_bytes();
        C_DecryptMessageNext, DecryptBegun: p.session(), p.message(), p.bytes(b"text"), p.result(), p.plain(CKF_END_OF_MESSAGE);
        C_MessageDecryptFinal, MessageDecrypt: p.session();
        C_MessageSignInit, Nothing: p.session(), p.mechanism(CKM_SM3_HMAC, 0), p.key(p.generic);
        C_SignMessage, MessageSign: p.session(), p.no_parameter(), p.bytes(b"data"), p.result();
        C_SignMessageBegin, MessageSign: p.session(), p.no_parameter();
        C_SignMessageNext, SignBegun: p.session(), p.no_parameter(), p.bytes(b"data"), p.part_result();
        C_MessageSignFinal, MessageSign: p.session();
        C_MessageVerifyInit, Nothing: p.session(), p.mechanism(CKM_SM3_HMAC, 0), p.key(p.generic);
        C_VerifyMessage, MessageVerify: p.session(), p.no_parameter(), p.bytes(b"data"), p.bytes(&[1; 32]);
        C_VerifyMessageBegin, MessageVerify: p.session(), p.no_parameter();
        C_VerifyMessageNext, VerifyBegun: p.session(), p.no_parameter(), p.bytes(b"data"), p.bytes(&[1; 32]);
        C_MessageVerifyFinal, MessageVerify: p.session();
        C_EncapsulateKey, Nothing: p.session(), p.mechanism(CKM_RSA_PKCS, 0), p.key(p.rsa.0), p.template(p.length_template()), p.result(), p.kem_handle();
        C_DecapsulateKey, Nothing: p.session(), p.mechanism(CKM_RSA_PKCS, 0), p.unwrapping_key(p.rsa.1), p.template(p.length_template()), p.bytes(&p.encapsulated), p.out(8);
        C_VerifySignatureInit, Nothing: p.session(), p.mechanism(CKM_SM3_HMAC, 0), p.key(p.generic), p.bytes(&[1; 32]);
        C_VerifySignature, VerifySignature: p.session(), p.bytes(b"data");
        C_VerifySignatureUpdate, VerifySignature: p.session(), p.bytes(b"data");
        C_VerifySignatureFinal, VerifySignature: p.session();
        C_GetSessionValidationFlags, Nothing: p.session(), p.plain(CKS_LAST_VALIDATION_OK), p.out(8);
        C_AsyncComplete, Nothing: p.session(), p.plain(0), p.plain(0);
        C_AsyncGetID, Nothing: p.session(), p.plain(0), p.plain(0);
        C_AsyncJoin, Nothing: p.session(), p.plain(0), p.plain(0), p.plain(0), p.plain(0);
        C_WrapKeyAuthenticated, Nothing: p.session(), p.message_mechanism(), p.wrapping_key(p.aes), p.key(p.generic), p.optional_bytes(), p.result();
        C_UnwrapKeyAuthenticated, Nothing: p.session(), p.message_mechanism(), p.unwrapping_key(p.aes), p.bytes(&p.sealed), p.template(p.secret_template()), p.optional_bytes(), p.out(8);
    }
}
