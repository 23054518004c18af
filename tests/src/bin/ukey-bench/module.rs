//! libukey_pkcs11.so through its C table, as a client uses it.

use cryptoki_sys::*;
use std::path::Path;

pub(crate) const SO_PIN: &[u8] = b"87654321";
pub(crate) const USER_PIN: &[u8] = b"12345678";

/// CKM_SM2_KEY_PAIR_GEN of docs/pkcs11-profile.md.
const CKM_SM2_KEY_PAIR_GEN: CK_MECHANISM_TYPE = 0x8000_0B20;
/// CKM_SM2: signature of a 32-byte digest.
pub(crate) const CKM_SM2: CK_MECHANISM_TYPE = 0x8000_0B21;

pub(crate) struct Module {
    table: *const CK_FUNCTION_LIST,
    _library: libloading::Library,
}

/// Calls a function of the table and insists on CKR_OK.
macro_rules! call {
    ($module:expr, $function:ident $(, $argument:expr)* $(,)?) => {{
        // SAFETY: the table is that of the loaded module; arguments are as PKCS#11 asks.
        let rv = unsafe { ((*$module.table).$function.unwrap())($($argument),*) };
        assert_eq!(rv, CKR_OK, "{}: {rv:#x}", stringify!($function));
    }};
}

impl Module {
    pub(crate) fn load(path: &Path) -> Self {
        // SAFETY: our own library; its initialisers do nothing.
        let library = unsafe { libloading::Library::new(path) }.unwrap();
        let mut table = std::ptr::null_mut();
        // SAFETY: the prototype is that of PKCS#11.
        let rv = unsafe {
            let get: libloading::Symbol<
                '_,
                unsafe extern "C" fn(*mut *mut CK_FUNCTION_LIST) -> CK_RV,
            > = library.get(b"C_GetFunctionList\0").unwrap();
            get(&mut table)
        };
        assert_eq!(rv, CKR_OK);
        Self {
            table,
            _library: library,
        }
    }

    pub(crate) fn initialize(&self) {
        call!(self, C_Initialize, std::ptr::null_mut());
    }

    pub(crate) fn finalize(&self) {
        call!(self, C_Finalize, std::ptr::null_mut());
    }

    pub(crate) fn slot(&self) -> CK_SLOT_ID {
        let mut slots = [0; 8];
        let mut count = slots.len() as CK_ULONG;
        call!(self, C_GetSlotList, CK_TRUE, slots.as_mut_ptr(), &mut count);
        assert!(count > 0, "no token");
        slots[0]
    }

    /// A blank token with both PINs set.
    pub(crate) fn initialize_token(&self) {
        let mut label = *b"bench                           ";
        let (pin, len) = (SO_PIN.as_ptr().cast_mut(), SO_PIN.len() as CK_ULONG);
        call!(self, C_InitToken, self.slot(), pin, len, label.as_mut_ptr());
        let session = self.open();
        call!(self, C_Login, session, CKU_SO, pin, len);
        let (pin, len) = (USER_PIN.as_ptr().cast_mut(), USER_PIN.len() as CK_ULONG);
        call!(self, C_InitPIN, session, pin, len);
        call!(self, C_Logout, session);
        call!(self, C_CloseSession, session);
    }

    pub(crate) fn open(&self) -> CK_SESSION_HANDLE {
        let mut session = 0;
        call!(
            self,
            C_OpenSession,
            self.slot(),
            CKF_SERIAL_SESSION | CKF_RW_SESSION,
            std::ptr::null_mut(),
            None,
            &mut session,
        );
        session
    }

    pub(crate) fn login(&self, session: CK_SESSION_HANDLE) {
        let (pin, len) = (USER_PIN.as_ptr().cast_mut(), USER_PIN.len() as CK_ULONG);
        call!(self, C_Login, session, CKU_USER, pin, len);
    }

    /// A token key pair; the handle of its private key.
    pub(crate) fn generate_sm2(&self, session: CK_SESSION_HANDLE) -> CK_OBJECT_HANDLE {
        self.generate(session, CKM_SM2_KEY_PAIR_GEN, &mut [])
    }

    pub(crate) fn generate_rsa(&self, session: CK_SESSION_HANDLE) -> CK_OBJECT_HANDLE {
        let mut bits: CK_ULONG = 2048;
        let mut public = [CK_ATTRIBUTE {
            type_: CKA_MODULUS_BITS,
            pValue: (&raw mut bits).cast(),
            ulValueLen: size_of::<CK_ULONG>() as CK_ULONG,
        }];
        self.generate(session, CKM_RSA_PKCS_KEY_PAIR_GEN, &mut public)
    }

    fn generate(
        &self,
        session: CK_SESSION_HANDLE,
        mechanism: CK_MECHANISM_TYPE,
        public: &mut [CK_ATTRIBUTE],
    ) -> CK_OBJECT_HANDLE {
        let mut mechanism = plain(mechanism);
        let mut token = CK_TRUE;
        let mut both = vec![CK_ATTRIBUTE {
            type_: CKA_TOKEN,
            pValue: (&raw mut token).cast(),
            ulValueLen: 1,
        }];
        let mut private = both.clone();
        both.extend_from_slice(public);
        let (mut public_key, mut private_key) = (0, 0);
        call!(
            self,
            C_GenerateKeyPair,
            session,
            &mut mechanism,
            both.as_mut_ptr(),
            both.len() as CK_ULONG,
            private.as_mut_ptr(),
            private.len() as CK_ULONG,
            &mut public_key,
            &mut private_key,
        );
        private_key
    }

    /// C_SignInit and C_Sign; the signature's length.
    pub(crate) fn sign(
        &self,
        session: CK_SESSION_HANDLE,
        mechanism: CK_MECHANISM_TYPE,
        key: CK_OBJECT_HANDLE,
        data: &[u8],
    ) -> usize {
        let mut mechanism = plain(mechanism);
        let mut signature = [0; 512];
        let mut length = signature.len() as CK_ULONG;
        call!(self, C_SignInit, session, &mut mechanism, key);
        let (data, len) = (data.as_ptr().cast_mut(), data.len() as CK_ULONG);
        call!(
            self,
            C_Sign,
            session,
            data,
            len,
            signature.as_mut_ptr(),
            &mut length
        );
        length as usize
    }
}

fn plain(mechanism: CK_MECHANISM_TYPE) -> CK_MECHANISM {
    CK_MECHANISM {
        mechanism,
        pParameter: std::ptr::null_mut(),
        ulParameterLen: 0,
    }
}
