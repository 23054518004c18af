//! The module as a C program sees it: everything goes through the pointers of the newest function table, on a token in
//! a file. One test at a time, for the module is one per process.

use std::ptr::{null, null_mut};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::TempDir;
pub use ukey_pkcs11::types::*;
pub use ukey_pkcs11::vendor::*;

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

/// A template that owns its values.
#[derive(Clone, Default)]
pub struct Template(Vec<(CK_ATTRIBUTE_TYPE, Vec<u8>)>);

impl Template {
    pub fn of(class: CK_OBJECT_CLASS) -> Self {
        Self::default().number(CKA_CLASS, class)
    }

    pub fn bytes(mut self, attribute: CK_ATTRIBUTE_TYPE, value: &[u8]) -> Self {
        self.0.push((attribute, value.to_vec()));
        self
    }

    pub fn number(self, attribute: CK_ATTRIBUTE_TYPE, value: CK_ULONG) -> Self {
        self.bytes(attribute, &value.to_ne_bytes())
    }

    pub fn flag(self, attribute: CK_ATTRIBUTE_TYPE, value: bool) -> Self {
        self.bytes(attribute, &[value.into()])
    }

    pub fn on_token(self) -> Self {
        self.flag(CKA_TOKEN, true)
    }

    pub fn c(&mut self) -> Vec<CK_ATTRIBUTE> {
        let attribute = |(type_, value): &mut (CK_ATTRIBUTE_TYPE, Vec<u8>)| CK_ATTRIBUTE {
            type_: *type_,
            pValue: value.as_mut_ptr().cast(),
            ulValueLen: value.len() as CK_ULONG,
        };
        self.0.iter_mut().map(attribute).collect()
    }
}

/// A mechanism with its parameter.
pub struct Mechanism(pub CK_MECHANISM_TYPE, pub Vec<u8>);

impl Mechanism {
    pub fn plain(number: CK_MECHANISM_TYPE) -> Self {
        Self(number, Vec::new())
    }

    pub fn numbers(number: CK_MECHANISM_TYPE, parameter: &[CK_ULONG]) -> Self {
        Self(
            number,
            parameter.iter().flat_map(|n| n.to_ne_bytes()).collect(),
        )
    }

    pub fn c(&mut self) -> CK_MECHANISM {
        CK_MECHANISM {
            mechanism: self.0,
            pParameter: if self.1.is_empty() {
                null_mut()
            } else {
                self.1.as_mut_ptr().cast()
            },
            ulParameterLen: self.1.len() as CK_ULONG,
        }
    }
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

    pub fn create(
        &self,
        session: CK_SESSION_HANDLE,
        mut template: Template,
    ) -> Result<CK_OBJECT_HANDLE, CK_RV> {
        let (mut attributes, mut handle) = (template.c(), 0);
        let count = attributes.len() as CK_ULONG;
        match call!(
            self,
            C_CreateObject(session, attributes.as_mut_ptr(), count, &raw mut handle)
        ) {
            CKR_OK => Ok(handle),
            rv => Err(rv),
        }
    }

    pub fn find(
        &self,
        session: CK_SESSION_HANDLE,
        mut template: Template,
    ) -> Vec<CK_OBJECT_HANDLE> {
        let mut attributes = template.c();
        let count = attributes.len() as CK_ULONG;
        expect(call!(
            self,
            C_FindObjectsInit(session, attributes.as_mut_ptr(), count)
        ));
        let (mut found, mut number) = ([0; 64], 0);
        expect(call!(
            self,
            C_FindObjects(session, found.as_mut_ptr(), 64, &raw mut number)
        ));
        expect(call!(self, C_FindObjectsFinal(session)));
        found[..number as usize].to_vec()
    }

    pub fn find_one(&self, session: CK_SESSION_HANDLE, template: Template) -> CK_OBJECT_HANDLE {
        let found = self.find(session, template);
        assert_eq!(found.len(), 1);
        found[0]
    }

    pub fn attribute(
        &self,
        session: CK_SESSION_HANDLE,
        object: CK_OBJECT_HANDLE,
        attribute: CK_ATTRIBUTE_TYPE,
    ) -> Answer {
        let mut wanted = CK_ATTRIBUTE {
            type_: attribute,
            pValue: null_mut(),
            ulValueLen: 0,
        };
        let rv = call!(
            self,
            C_GetAttributeValue(session, object, &raw mut wanted, 1)
        );
        if rv != CKR_OK {
            return Err(rv);
        }
        let mut value = vec![0; wanted.ulValueLen as usize];
        wanted.pValue = value.as_mut_ptr().cast();
        let rv = call!(
            self,
            C_GetAttributeValue(session, object, &raw mut wanted, 1)
        );
        answer(rv, value)
    }

    pub fn set(
        &self,
        session: CK_SESSION_HANDLE,
        object: CK_OBJECT_HANDLE,
        mut template: Template,
    ) -> CK_RV {
        let mut attributes = template.c();
        let count = attributes.len() as CK_ULONG;
        call!(
            self,
            C_SetAttributeValue(session, object, attributes.as_mut_ptr(), count)
        )
    }

    pub fn generate(
        &self,
        session: CK_SESSION_HANDLE,
        mut mechanism: Mechanism,
        mut public: Template,
        mut private: Template,
    ) -> Result<(CK_OBJECT_HANDLE, CK_OBJECT_HANDLE), CK_RV> {
        let (mut public, mut private) = (public.c(), private.c());
        let (mut public_key, mut private_key) = (0, 0);
        let mut c = mechanism.c();
        let rv = call!(
            self,
            C_GenerateKeyPair(
                session,
                &raw mut c,
                public.as_mut_ptr(),
                public.len() as CK_ULONG,
                private.as_mut_ptr(),
                private.len() as CK_ULONG,
                &raw mut public_key,
                &raw mut private_key,
            )
        );
        if rv == CKR_OK {
            Ok((public_key, private_key))
        } else {
            Err(rv)
        }
    }

    /// An SM2 pair on the token: public and private.
    pub fn sm2_pair(
        &self,
        session: CK_SESSION_HANDLE,
        label: &str,
    ) -> (CK_OBJECT_HANDLE, CK_OBJECT_HANDLE) {
        let template = || {
            Template::default()
                .on_token()
                .bytes(CKA_LABEL, label.as_bytes())
        };
        self.generate(
            session,
            Mechanism::plain(CKM_SM2_KEY_PAIR_GEN),
            template(),
            template(),
        )
        .expect("a pair")
    }

    /// An RSA-2048 pair on the token: public and private.
    pub fn rsa_pair(
        &self,
        session: CK_SESSION_HANDLE,
        label: &str,
    ) -> (CK_OBJECT_HANDLE, CK_OBJECT_HANDLE) {
        let template = || {
            Template::default()
                .on_token()
                .bytes(CKA_LABEL, label.as_bytes())
        };
        let public = template().number(CKA_MODULUS_BITS, 2048);
        self.generate(
            session,
            Mechanism::plain(CKM_RSA_PKCS_KEY_PAIR_GEN),
            public,
            template(),
        )
        .expect("a pair")
    }

    pub fn sign_init(
        &self,
        session: CK_SESSION_HANDLE,
        mut mechanism: Mechanism,
        key: CK_OBJECT_HANDLE,
    ) -> CK_RV {
        call!(self, C_SignInit(session, &mut mechanism.c(), key))
    }

    pub fn verify_init(
        &self,
        session: CK_SESSION_HANDLE,
        mut mechanism: Mechanism,
        key: CK_OBJECT_HANDLE,
    ) -> CK_RV {
        call!(self, C_VerifyInit(session, &mut mechanism.c(), key))
    }

    /// C_SignInit and C_Sign.
    pub fn sign(
        &self,
        session: CK_SESSION_HANDLE,
        mechanism: Mechanism,
        key: CK_OBJECT_HANDLE,
        data: &[u8],
    ) -> Answer {
        match self.sign_init(session, mechanism, key) {
            CKR_OK => self.sign_data(session, data, 1024),
            rv => Err(rv),
        }
    }

    /// C_Sign into a buffer of `room`.
    pub fn sign_data(&self, session: CK_SESSION_HANDLE, data: &[u8], room: usize) -> Answer {
        let (mut out, mut len) = (vec![0; room], room as CK_ULONG);
        let rv = call!(
            self,
            C_Sign(
                session,
                data.as_ptr().cast_mut(),
                data.len() as CK_ULONG,
                out.as_mut_ptr(),
                &raw mut len
            )
        );
        out.truncate(len as usize);
        answer(rv, out)
    }

    /// C_VerifyInit and C_Verify.
    pub fn verify(
        &self,
        session: CK_SESSION_HANDLE,
        mechanism: Mechanism,
        key: CK_OBJECT_HANDLE,
        data: &[u8],
        signature: &[u8],
    ) -> CK_RV {
        match self.verify_init(session, mechanism, key) {
            CKR_OK => call!(
                self,
                C_Verify(
                    session,
                    data.as_ptr().cast_mut(),
                    data.len() as CK_ULONG,
                    signature.as_ptr().cast_mut(),
                    signature.len() as CK_ULONG,
                )
            ),
            rv => rv,
        }
    }

    /// C_EncryptInit and C_Encrypt.
    pub fn encrypt(
        &self,
        session: CK_SESSION_HANDLE,
        mut mechanism: Mechanism,
        key: CK_OBJECT_HANDLE,
        data: &[u8],
    ) -> Answer {
        let rv = call!(self, C_EncryptInit(session, &mut mechanism.c(), key));
        if rv != CKR_OK {
            return Err(rv);
        }
        let (mut out, mut len) = (vec![0; data.len() + 1024], (data.len() + 1024) as CK_ULONG);
        let rv = call!(
            self,
            C_Encrypt(
                session,
                data.as_ptr().cast_mut(),
                data.len() as CK_ULONG,
                out.as_mut_ptr(),
                &raw mut len
            )
        );
        out.truncate(len as usize);
        answer(rv, out)
    }

    /// C_DecryptInit and C_Decrypt.
    pub fn decrypt(
        &self,
        session: CK_SESSION_HANDLE,
        mut mechanism: Mechanism,
        key: CK_OBJECT_HANDLE,
        data: &[u8],
    ) -> Answer {
        let rv = call!(self, C_DecryptInit(session, &mut mechanism.c(), key));
        if rv != CKR_OK {
            return Err(rv);
        }
        let (mut out, mut len) = (vec![0; data.len() + 1024], (data.len() + 1024) as CK_ULONG);
        let rv = call!(
            self,
            C_Decrypt(
                session,
                data.as_ptr().cast_mut(),
                data.len() as CK_ULONG,
                out.as_mut_ptr(),
                &raw mut len
            )
        );
        out.truncate(len as usize);
        answer(rv, out)
    }

    /// C_DigestInit.
    pub fn digest_init(&self, session: CK_SESSION_HANDLE, mut mechanism: Mechanism) -> CK_RV {
        call!(self, C_DigestInit(session, &mut mechanism.c()))
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
