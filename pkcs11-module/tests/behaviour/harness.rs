//! The module as a C program sees it: everything goes through the pointers of the newest function table, on a token in
//! a file. One test at a time, for the module is one per process.

use std::process::Command;
use std::ptr::{null, null_mut};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::TempDir;
mod keys;
mod operations;
mod values;
pub mod vectors;

pub use keys::*;
pub use ukey_pkcs11::types::*;
pub use ukey_pkcs11::vendor::*;
pub use values::{Mechanism, Template, bytes_of};

pub const SO_PIN: &[u8] = b"87654321";
pub const USER_PIN: &[u8] = b"123456";
pub const LABEL: &str = "behaviour";

/// Calls a function of the table.
macro_rules! call {
    ($p11:expr, $function:ident($($argument:expr),* $(,)?)) => {
        // SAFETY: the arguments of each test keep PKCS#11's contract, or are NULL or zero where it is broken on purpose.
        unsafe { ($p11.list.$function.expect("no table has an empty place"))($($argument),*) }
    };
}
pub(crate) use call;

static TURN: Mutex<()> = Mutex::new(());

/// The table, a token image, and the right to use the process.
pub struct P11 {
    pub list: CK_FUNCTION_LIST_3_2,
    pub folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

/// What a function answered: the code alone, or the code and bytes.
pub type Answer = Result<Vec<u8>, CK_RV>;

fn answer(rv: CK_RV, bytes: Vec<u8>) -> Answer {
    if rv == CKR_OK { Ok(bytes) } else { Err(rv) }
}

pub fn expect(rv: CK_RV) {
    assert_eq!(rv, CKR_OK, "{rv:#x}");
}

impl P11 {
    /// Not initialised; the token image does not exist yet.
    pub fn load() -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = TempDir::new().expect("a temporary folder");
        std::fs::write(folder.path().join("ukey.toml"), "").expect("a file");
        let set = |name: &str, value: &std::path::Path| {
            // SAFETY: no other thread of this process reads the environment now: it would need the turn.
            unsafe { std::env::set_var(name, value) }
        };
        set("UKEY_CONFIG", &folder.path().join("ukey.toml"));
        set("UKEY_PCSC", std::path::Path::new("off"));
        set("UKEY_EMBEDDED", &folder.path().join("token.img"));
        let mut interface: *mut CK_INTERFACE = null_mut();
        // SAFETY: NULL asks for the default, which is the newest table.
        let list = unsafe {
            expect(ukey_pkcs11::C_GetInterface(
                null_mut(),
                null_mut(),
                &raw mut interface,
                0,
            ));
            (*interface)
                .pFunctionList
                .cast::<CK_FUNCTION_LIST_3_2>()
                .read()
        };
        let p11 = Self {
            list,
            folder,
            _turn: turn,
        };
        // A test that failed may have left the module initialised.
        call!(p11, C_Finalize(null_mut()));
        p11
    }

    /// Initialised, with a blank token.
    pub fn blank() -> Self {
        let p11 = Self::load();
        expect(call!(p11, C_Initialize(null_mut())));
        p11
    }

    /// With an initialised token whose user PIN is set; nobody has a session.
    pub fn ready() -> Self {
        let p11 = Self::blank();
        let slot = p11.slot();
        expect(p11.init_token(slot, SO_PIN, LABEL));
        let session = p11.open(slot, true);
        expect(p11.login(session, CKU_SO, SO_PIN));
        expect(call!(
            p11,
            C_InitPIN(
                session,
                USER_PIN.as_ptr().cast_mut(),
                USER_PIN.len() as CK_ULONG
            )
        ));
        expect(call!(p11, C_CloseSession(session)));
        p11
    }

    /// As [`P11::ready`], with a read-write session of the user.
    pub fn user() -> (Self, CK_SESSION_HANDLE) {
        let p11 = Self::ready();
        let session = p11.open(p11.slot(), true);
        expect(p11.login(session, CKU_USER, USER_PIN));
        (p11, session)
    }

    /// Finalises and initialises, as another run of the program would.
    pub fn restart(&self) {
        expect(call!(self, C_Finalize(null_mut())));
        expect(call!(self, C_Initialize(null_mut())));
    }

    pub fn image(&self) -> std::path::PathBuf {
        self.folder.path().join("token.img")
    }

    pub fn slots(&self, token_present: bool) -> Vec<CK_SLOT_ID> {
        let mut count = 0;
        expect(call!(
            self,
            C_GetSlotList(token_present.into(), null_mut(), &raw mut count)
        ));
        let mut slots = vec![0; count as usize];
        expect(call!(
            self,
            C_GetSlotList(token_present.into(), slots.as_mut_ptr(), &raw mut count)
        ));
        slots.truncate(count as usize);
        slots
    }

    pub fn slot(&self) -> CK_SLOT_ID {
        self.slots(true)[0]
    }

    pub fn token_info(&self, slot: CK_SLOT_ID) -> Result<CK_TOKEN_INFO, CK_RV> {
        let mut info = CK_TOKEN_INFO::default();
        match call!(self, C_GetTokenInfo(slot, &raw mut info)) {
            CKR_OK => Ok(info),
            rv => Err(rv),
        }
    }

    pub fn init_token(&self, slot: CK_SLOT_ID, pin: &[u8], label: &str) -> CK_RV {
        let mut padded = [b' '; 32];
        padded[..label.len()].copy_from_slice(label.as_bytes());
        let (pin, len) = (pin.as_ptr().cast_mut(), pin.len() as CK_ULONG);
        call!(self, C_InitToken(slot, pin, len, padded.as_mut_ptr()))
    }

    pub fn try_open(&self, slot: CK_SLOT_ID, flags: CK_FLAGS) -> Result<CK_SESSION_HANDLE, CK_RV> {
        let mut session = 0;
        match call!(
            self,
            C_OpenSession(slot, flags, null_mut(), None, &raw mut session)
        ) {
            CKR_OK => Ok(session),
            rv => Err(rv),
        }
    }

    pub fn open(&self, slot: CK_SLOT_ID, read_write: bool) -> CK_SESSION_HANDLE {
        let flags = CKF_SERIAL_SESSION | if read_write { CKF_RW_SESSION } else { 0 };
        self.try_open(slot, flags).expect("a session")
    }

    pub fn login(&self, session: CK_SESSION_HANDLE, user: CK_USER_TYPE, pin: &[u8]) -> CK_RV {
        call!(
            self,
            C_Login(
                session,
                user,
                pin.as_ptr().cast_mut(),
                pin.len() as CK_ULONG
            )
        )
    }

    pub fn state(&self, session: CK_SESSION_HANDLE) -> CK_STATE {
        let mut info = CK_SESSION_INFO::default();
        expect(call!(self, C_GetSessionInfo(session, &raw mut info)));
        info.state
    }

    /// What OpenSSL says, run in the folder of the token image.
    pub fn openssl(&self, arguments: &[&str]) -> Vec<u8> {
        let output = Command::new("openssl")
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .expect("openssl is a dependency of the tests");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        output.stdout
    }
}

impl Drop for P11 {
    fn drop(&mut self) {
        call!(self, C_Finalize(null_mut()));
    }
}

/// A pointer to nothing, of any type.
pub fn nothing<T>() -> *mut T {
    null::<T>().cast_mut()
}
