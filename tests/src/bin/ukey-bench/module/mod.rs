//! A PKCS#11 module through its C table, as a client uses it: ours, or one to compare with.

mod key;
mod object;

use cryptoki_sys::*;
use std::path::Path;

pub(crate) use key::CKM_SM2;

pub(crate) const SO_PIN: &[u8] = b"87654321";
pub(crate) const USER_PIN: &[u8] = b"12345678";

const LABEL: &[u8; 32] = b"bench                           ";

/// A loaded module; it stays loaded, and any thread may call it.
#[derive(Clone, Copy)]
pub(crate) struct Module {
    table: &'static CK_FUNCTION_LIST,
}

/// Calls a function of the table and insists on CKR_OK.
macro_rules! call {
    ($module:expr, $function:ident $(, $argument:expr)* $(,)?) => {{
        // SAFETY: the table is that of the loaded module; arguments are as PKCS#11 asks.
        let rv = unsafe { ($module.table.$function.unwrap())($($argument),*) };
        assert_eq!(rv, CKR_OK, "{}: {rv:#x}", stringify!($function));
    }};
}

use call;

impl Module {
    pub(crate) fn load(path: &Path) -> Self {
        // SAFETY: a PKCS#11 module; its initialisers do nothing that matters here.
        let library = Box::leak(Box::new(unsafe { libloading::Library::new(path) }.unwrap()));
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
        // SAFETY: the table belongs to the library, which is never unloaded.
        let table = unsafe { table.as_ref() }.unwrap();
        Self { table }
    }

    pub(crate) fn initialize(&self) {
        let mut arguments = CK_C_INITIALIZE_ARGS {
            CreateMutex: None,
            DestroyMutex: None,
            LockMutex: None,
            UnlockMutex: None,
            flags: CKF_OS_LOCKING_OK,
            pReserved: std::ptr::null_mut(),
        };
        call!(self, C_Initialize, (&raw mut arguments).cast());
    }

    pub(crate) fn finalize(&self) {
        call!(self, C_Finalize, std::ptr::null_mut());
    }

    /// The slot of the token that [`Module::initialize_token`] made, or else the first one.
    pub(crate) fn slot(&self) -> CK_SLOT_ID {
        let (mut slots, mut count) = ([0; 8], 0);
        call!(
            self,
            C_GetSlotList,
            CK_TRUE,
            std::ptr::null_mut(),
            &mut count
        );
        assert!(count > 0 && count <= 8, "{count} tokens");
        call!(self, C_GetSlotList, CK_TRUE, slots.as_mut_ptr(), &mut count);
        let found = &slots[..count as usize];
        let ours = found.iter().find(|slot| self.label(**slot) == *LABEL);
        *ours.unwrap_or(&found[0])
    }

    fn label(&self, slot: CK_SLOT_ID) -> [u8; 32] {
        let mut info = CK_TOKEN_INFO::default();
        call!(self, C_GetTokenInfo, slot, &mut info);
        info.label
    }

    /// A blank token with both PINs set.
    pub(crate) fn initialize_token(&self) {
        let mut label = *LABEL;
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
}

/// An attribute that borrows its value.
fn attribute<T>(kind: CK_ATTRIBUTE_TYPE, value: &[T]) -> CK_ATTRIBUTE {
    CK_ATTRIBUTE {
        type_: kind,
        pValue: value.as_ptr().cast_mut().cast(),
        ulValueLen: size_of_val(value) as CK_ULONG,
    }
}

fn plain(mechanism: CK_MECHANISM_TYPE) -> CK_MECHANISM {
    CK_MECHANISM {
        mechanism,
        pParameter: std::ptr::null_mut(),
        ulParameterLen: 0,
    }
}
