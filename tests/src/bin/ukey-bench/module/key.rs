//! Keys and what is done with them.

use cryptoki_sys::*;

use super::{Module, attribute, call, plain};

/// CKM_SM2_KEY_PAIR_GEN of docs/pkcs11-profile.md.
const CKM_SM2_KEY_PAIR_GEN: CK_MECHANISM_TYPE = 0x8000_0B20;
/// CKM_SM2: signature of a 32-byte digest.
pub(crate) const CKM_SM2: CK_MECHANISM_TYPE = 0x8000_0B21;
/// The OID of P-256, as CKA_EC_PARAMS has it.
const P256: [u8; 10] = [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
/// An initialisation vector.
const IV: [u8; 16] = [0x1F; 16];

/// Both halves of a token key pair.
#[derive(Clone, Copy)]
pub(crate) struct KeyPair {
    pub(crate) public: CK_OBJECT_HANDLE,
    pub(crate) private: CK_OBJECT_HANDLE,
}

impl Module {
    pub(crate) fn generate_sm2(&self, session: CK_SESSION_HANDLE) -> KeyPair {
        self.generate(session, CKM_SM2_KEY_PAIR_GEN, &[])
    }

    pub(crate) fn generate_p256(&self, session: CK_SESSION_HANDLE) -> KeyPair {
        let curve = [attribute(CKA_EC_PARAMS, &P256)];
        self.generate(session, CKM_EC_KEY_PAIR_GEN, &curve)
    }

    pub(crate) fn generate_rsa(&self, session: CK_SESSION_HANDLE) -> KeyPair {
        let (bits, exponent): ([CK_ULONG; 1], _) = ([2048], [1, 0, 1_u8]);
        let public = [
            attribute(CKA_MODULUS_BITS, &bits),
            attribute(CKA_PUBLIC_EXPONENT, &exponent),
        ];
        self.generate(session, CKM_RSA_PKCS_KEY_PAIR_GEN, &public)
    }

    fn generate(
        &self,
        session: CK_SESSION_HANDLE,
        mechanism: CK_MECHANISM_TYPE,
        special: &[CK_ATTRIBUTE],
    ) -> KeyPair {
        let yes = [CK_TRUE];
        let token = attribute(CKA_TOKEN, &yes);
        let mut public = vec![token, attribute(CKA_VERIFY, &yes)];
        public.extend_from_slice(special);
        let mut private = [token, attribute(CKA_SIGN, &yes)];
        let mut pair = KeyPair {
            public: 0,
            private: 0,
        };
        call!(
            self,
            C_GenerateKeyPair,
            session,
            &mut plain(mechanism),
            public.as_mut_ptr(),
            public.len() as CK_ULONG,
            private.as_mut_ptr(),
            private.len() as CK_ULONG,
            &mut pair.public,
            &mut pair.private,
        );
        pair
    }

    /// An AES-256 key of the session.
    pub(crate) fn generate_aes(&self, session: CK_SESSION_HANDLE) -> CK_OBJECT_HANDLE {
        let length: [CK_ULONG; 1] = [32];
        let yes = [CK_TRUE];
        let mut template = [
            attribute(CKA_VALUE_LEN, &length),
            attribute(CKA_ENCRYPT, &yes),
        ];
        let mut key = 0;
        let count = template.len() as CK_ULONG;
        call!(
            self,
            C_GenerateKey,
            session,
            &mut plain(CKM_AES_KEY_GEN),
            template.as_mut_ptr(),
            count,
            &mut key,
        );
        key
    }

    /// C_SignInit and C_Sign; the signature's length.
    pub(crate) fn sign(
        &self,
        session: CK_SESSION_HANDLE,
        mechanism: CK_MECHANISM_TYPE,
        key: CK_OBJECT_HANDLE,
        data: &[u8],
    ) -> usize {
        self.sign_into(session, mechanism, key, data, &mut [0; 512])
    }

    /// The same, and the signature.
    pub(crate) fn sign_into(
        &self,
        session: CK_SESSION_HANDLE,
        mechanism: CK_MECHANISM_TYPE,
        key: CK_OBJECT_HANDLE,
        data: &[u8],
        signature: &mut [u8],
    ) -> usize {
        let mut length = signature.len() as CK_ULONG;
        call!(self, C_SignInit, session, &mut plain(mechanism), key);
        let (data, len) = (data.as_ptr().cast_mut(), data.len() as CK_ULONG);
        let signature = signature.as_mut_ptr();
        call!(self, C_Sign, session, data, len, signature, &mut length);
        length as usize
    }

    /// C_VerifyInit and C_Verify of a right signature.
    pub(crate) fn verify(
        &self,
        session: CK_SESSION_HANDLE,
        mechanism: CK_MECHANISM_TYPE,
        key: CK_OBJECT_HANDLE,
        data: &[u8],
        signature: &[u8],
    ) {
        call!(self, C_VerifyInit, session, &mut plain(mechanism), key);
        let (data, len) = (data.as_ptr().cast_mut(), data.len() as CK_ULONG);
        let size = signature.len() as CK_ULONG;
        let signature = signature.as_ptr().cast_mut();
        call!(self, C_Verify, session, data, len, signature, size);
    }

    /// C_EncryptInit and C_Encrypt with AES-CBC, in place.
    pub(crate) fn encrypt_cbc(
        &self,
        session: CK_SESSION_HANDLE,
        key: CK_OBJECT_HANDLE,
        data: &mut [u8],
    ) {
        let mut mechanism = plain(CKM_AES_CBC);
        mechanism.pParameter = IV.as_ptr().cast_mut().cast();
        mechanism.ulParameterLen = IV.len() as CK_ULONG;
        call!(self, C_EncryptInit, session, &mut mechanism, key);
        let mut length = data.len() as CK_ULONG;
        let size = length;
        let data = data.as_mut_ptr();
        call!(self, C_Encrypt, session, data, size, data, &mut length);
        assert_eq!(length, size);
    }
}
