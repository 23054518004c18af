//! One safe method per function, for either width of ULONG.

use std::ffi::c_void;
use std::ptr::null_mut;

use zeroize::Zeroizing;

use super::area::Area;
use super::table::{BlockCipherParam, Functions, Ulong};
use super::{Fault, ForeignHandle, LoadError};

/// SAR_OK.
const OK: u32 = 0;
/// SAR_INVALIDPARAMERR: what some libraries answer to a length query.
const INVALID_PARAMETER: u32 = 0x0A00_0006;
/// SAR_BUFFER_TOO_SMALL.
const BUFFER_TOO_SMALL: u32 = 0x0A00_0020;
/// Room that a result gets at least: libraries that count wrongly count a few bytes too little.
const LEAST_ROOM: usize = 512;
/// Room after which a result is given up.
const MOST_ROOM: usize = 1 << 20;
/// Room for a library that answers no length queries.
const BLIND_ROOM: usize = 64 * 1024;

/// Which PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pin {
    /// ADMIN_TYPE.
    Admin = 0,
    /// USER_TYPE.
    User = 1,
}

/// What SKF_GetPINInfo tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PinCounter {
    /// Tries in all.
    pub max_tries: u32,
    /// Tries left; 0 is locked.
    pub tries_left: u32,
    /// The eight bytes at pbDefaultPin, zeroed before: BOOL has several widths.
    pub default_flag: [u8; 8],
}

/// The form of a vendor's function for decryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecryptForm {
    /// SKF_ECCDecrypt or SKF_RSADecrypt with BOOL bSignFlag.
    SignFlag,
    /// SKF_PrvKeyDecrypt with the kind of key: 1 encryption, 2 signature.
    KeySpec,
    /// SKF_ECCPrvKeyDecrypt or SKF_RSAPrvKeyDecrypt: the encryption key, always.
    EncryptionKey,
}

type Result<T> = std::result::Result<T, Fault>;

macro_rules! interface {
    ($($(#[$doc:meta])* fn $method:ident(&self $(, $argument:ident: $kind:ty)*) -> $answer:ty;)*) => {
        /// A loaded library. Every method is one function and may answer any [`Fault`].
        #[allow(clippy::missing_errors_doc, clippy::too_many_arguments)]
        pub trait ForeignSkf: Send {
            $($(#[$doc])* fn $method(&self $(, $argument: $kind)*) -> Result<$answer>;)*
            /// How SM2 ciphertexts are decrypted, if at all.
            fn sm2_decryption(&self) -> Option<DecryptForm>;
            /// How RSA ciphertexts are decrypted, if at all.
            fn rsa_decryption(&self) -> Option<DecryptForm>;
        }
    };
}

interface! {
    /// SKF_EnumDev, present devices: the name list as it is.
    fn devices(&self) -> Vec<u8>;
    /// SKF_ConnectDev.
    fn connect(&self, name: &[u8]) -> ForeignHandle;
    /// SKF_DisConnectDev.
    fn disconnect(&self, device: ForeignHandle) -> ();
    /// SKF_GetDevInfo: the structure, `size` bytes.
    fn device_info(&self, device: ForeignHandle, size: usize) -> Vec<u8>;
    /// SKF_SetLabel.
    fn set_label(&self, device: ForeignHandle, label: &[u8]) -> ();
    /// SKF_GenRandom.
    fn random(&self, device: ForeignHandle, length: usize) -> Vec<u8>;
    /// SKF_DevAuth.
    fn authenticate(&self, device: ForeignHandle, cryptogram: &[u8]) -> ();
    /// SKF_ChangeDevAuthKey.
    fn change_auth_key(&self, device: ForeignHandle, key: &[u8]) -> ();
    /// SKF_SetSymmKey, SKF_EncryptInit, SKF_Encrypt, SKF_CloseHandle: whole blocks in ECB mode.
    fn encrypt_ecb(&self, device: ForeignHandle, key: &[u8; 16], algorithm: u32, data: &[u8]) -> Vec<u8>;
    /// SKF_CreateApplication.
    fn create_application(
        &self, device: ForeignHandle, name: &[u8], admin: (&[u8], u32), user: (&[u8], u32), rights: u32
    ) -> ForeignHandle;
    /// SKF_EnumApplication.
    fn applications(&self, device: ForeignHandle) -> Vec<u8>;
    /// SKF_DeleteApplication.
    fn delete_application(&self, device: ForeignHandle, name: &[u8]) -> ();
    /// SKF_OpenApplication.
    fn open_application(&self, device: ForeignHandle, name: &[u8]) -> ForeignHandle;
    /// SKF_CloseApplication.
    fn close_application(&self, application: ForeignHandle) -> ();
    /// SKF_GetPINInfo.
    fn pin_info(&self, application: ForeignHandle, pin: Pin) -> PinCounter;
    /// SKF_VerifyPIN.
    fn verify_pin(&self, application: ForeignHandle, pin: Pin, value: &[u8]) -> ();
    /// SKF_ChangePIN.
    fn change_pin(&self, application: ForeignHandle, pin: Pin, old: &[u8], new: &[u8]) -> ();
    /// SKF_UnblockPIN.
    fn unblock_pin(&self, application: ForeignHandle, admin: &[u8], new_user: &[u8]) -> ();
    /// SKF_ClearSecureState.
    fn clear_secure_state(&self, application: ForeignHandle) -> ();
    /// SKF_CreateFile: size, rights to read, rights to write.
    fn create_file(&self, application: ForeignHandle, name: &[u8], size: u32, rights: (u32, u32)) -> ();
    /// SKF_DeleteFile.
    fn delete_file(&self, application: ForeignHandle, name: &[u8]) -> ();
    /// SKF_EnumFiles.
    fn files(&self, application: ForeignHandle) -> Vec<u8>;
    /// SKF_GetFileInfo: the structure, `size` bytes.
    fn file_info(&self, application: ForeignHandle, name: &[u8], size: usize) -> Vec<u8>;
    /// SKF_ReadFile.
    fn read_file(&self, application: ForeignHandle, name: &[u8], offset: u32, length: u32) -> Vec<u8>;
    /// SKF_WriteFile.
    fn write_file(&self, application: ForeignHandle, name: &[u8], offset: u32, data: &[u8]) -> ();
    /// SKF_CreateContainer.
    fn create_container(&self, application: ForeignHandle, name: &[u8]) -> ForeignHandle;
    /// SKF_DeleteContainer.
    fn delete_container(&self, application: ForeignHandle, name: &[u8]) -> ();
    /// SKF_EnumContainer.
    fn containers(&self, application: ForeignHandle) -> Vec<u8>;
    /// SKF_OpenContainer.
    fn open_container(&self, application: ForeignHandle, name: &[u8]) -> ForeignHandle;
    /// SKF_CloseContainer.
    fn close_container(&self, container: ForeignHandle) -> ();
    /// SKF_GetContainerType.
    fn container_type(&self, container: ForeignHandle) -> u32;
    /// SKF_ImportCertificate.
    fn import_certificate(&self, container: ForeignHandle, signing: bool, certificate: &[u8]) -> ();
    /// SKF_ExportCertificate.
    fn export_certificate(&self, container: ForeignHandle, signing: bool) -> Vec<u8>;
    /// SKF_ExportPublicKey: the structure.
    fn export_public_key(&self, container: ForeignHandle, signing: bool) -> Vec<u8>;
    /// SKF_GenRSAKeyPair: the structure, `size` bytes.
    fn generate_rsa(&self, container: ForeignHandle, bits: u32, size: usize) -> Vec<u8>;
    /// SKF_ImportRSAKeyPair.
    fn import_rsa(&self, container: ForeignHandle, algorithm: u32, wrapped: &[u8], encrypted: &[u8]) -> ();
    /// SKF_RSASignData.
    fn sign_rsa(&self, container: ForeignHandle, data: &[u8]) -> Vec<u8>;
    /// SKF_GenECCKeyPair: the structure, `size` bytes.
    fn generate_sm2(&self, container: ForeignHandle, algorithm: u32, size: usize) -> Vec<u8>;
    /// SKF_ImportECCKeyPair: the structure.
    fn import_sm2(&self, container: ForeignHandle, enveloped: &[u8]) -> ();
    /// SKF_ECCSignData: the structure, 128 bytes.
    fn sign_sm2(&self, container: ForeignHandle, digest: &[u8; 32]) -> Vec<u8>;
    /// SM2 decryption in the library's [`DecryptForm`]: the ciphertext's structure.
    fn decrypt_sm2(&self, container: ForeignHandle, signing: bool, cipher: &[u8]) -> Zeroizing<Vec<u8>>;
    /// RSA decryption in the library's [`DecryptForm`].
    fn decrypt_rsa(&self, container: ForeignHandle, signing: bool, cipher: &[u8]) -> Zeroizing<Vec<u8>>;
}

/// What only a check of a library calls: work that our own code does itself, and calls that a library must refuse.
#[allow(clippy::missing_errors_doc)]
pub trait ForeignCheck: ForeignSkf {
    /// SKF_DigestInit without key, SKF_Digest, SKF_CloseHandle.
    fn digest(&self, device: ForeignHandle, algorithm: u32, data: &[u8]) -> Result<Vec<u8>>;
    /// SKF_ECCVerify: structures of the key and of the signature.
    fn verify_sm2(
        &self,
        device: ForeignHandle,
        key: &[u8],
        digest: &[u8; 32],
        signature: &[u8],
    ) -> Result<()>;
    /// Calls `name` with NULL for every handle and pointer and 0 for every number; its return code.
    fn with_nothing(&self, name: &'static str) -> Result<u32>;
}

/// The functions of one library.
pub(super) struct Calls<U> {
    library: &'static libloading::Library,
    functions: Functions<U>,
}

/// Calls a function if the library has it.
macro_rules! call {
    ($self:ident.$name:ident($($argument:expr),* $(,)?)) => {{
        let function = $self.functions.$name.ok_or(Fault::Missing(stringify!($name)))?;
        // SAFETY: by its name the function has this prototype; pointers lead to areas, strings and variables that live
        // during the call and have the lengths that go along.
        let code = unsafe { function($($argument),*) };
        check(stringify!($name), code.to_u64() as u32)
    }};
}

fn check(name: &'static str, code: u32) -> Result<()> {
    match code {
        OK => Ok(()),
        code => Err(Fault::Code {
            name,
            code,
            tries_left: None,
        }),
    }
}

fn pointer(handle: ForeignHandle) -> *mut c_void {
    // The number is the library's own; it is only ever handed back to it.
    std::ptr::without_provenance_mut(handle.0)
}

/// A string with its NUL, in memory of its own: some libraries write to their input.
fn text(name: &'static str, text: &[u8]) -> Result<Area> {
    if text.contains(&0) {
        return Err(Fault::Argument(name));
    }
    Ok(Area::from_bytes(&Zeroizing::new([text, &[0]].concat())))
}

impl<U: Ulong> Calls<U> {
    pub(super) fn new(
        library: &'static libloading::Library,
    ) -> std::result::Result<Self, LoadError> {
        // SAFETY: the names are those of GM/T 0016 and its well-known extensions, the prototypes theirs. The width of
        // ULONG is what the configuration says.
        let functions = unsafe { Functions::find(library) };
        if functions.SKF_EnumDev.is_none() {
            return Err(LoadError::NotSkf("SKF_EnumDev"));
        }
        if functions.SKF_ConnectDev.is_none() {
            return Err(LoadError::NotSkf("SKF_ConnectDev"));
        }
        Ok(Self { library, functions })
    }

    fn len(name: &'static str, length: usize) -> Result<U> {
        U::from_len(length).ok_or(Fault::Argument(name))
    }

    /// Opens something: a handle that must not be NULL.
    fn opened(
        name: &'static str,
        call: impl FnOnce(*mut *mut c_void) -> Result<()>,
    ) -> Result<ForeignHandle> {
        let mut handle = null_mut();
        call(&mut handle)?;
        if handle.is_null() {
            return Err(Fault::Code {
                name,
                code: 0x0A00_0001,
                tries_left: None,
            });
        }
        Ok(ForeignHandle(handle.addr()))
    }

    /// A structure that the function fills.
    fn filled(
        name: &'static str,
        size: usize,
        call: impl FnOnce(*mut u8) -> Result<()>,
    ) -> Result<Vec<u8>> {
        let mut area = Area::new(size);
        call(area.pointer())?;
        if !area.is_whole() {
            return Err(Fault::Overrun(name));
        }
        Ok(area.take(size))
    }

    /// A result under the two-call length rule. A library that does not answer queries, or counts too little, gets
    /// larger buffers; what it says about the length of its result is believed up to the buffer's end.
    fn fetched(
        name: &'static str,
        mut call: impl FnMut(*mut u8, *mut U) -> Result<()>,
    ) -> Result<Vec<u8>> {
        let mut length = U::from_u32(0);
        let mut room = match call(null_mut(), &mut length) {
            Ok(()) => length.to_u64() as usize,
            Err(Fault::Code {
                code: BUFFER_TOO_SMALL,
                ..
            }) => length.to_u64() as usize,
            Err(Fault::Code {
                code: INVALID_PARAMETER,
                ..
            }) => BLIND_ROOM,
            Err(e) => return Err(e),
        };
        room = room.clamp(LEAST_ROOM, MOST_ROOM);
        loop {
            let mut area = Area::new(room);
            let mut length = Self::len(name, area.room())?;
            match call(area.pointer(), &mut length) {
                Ok(()) if area.is_whole() => return Ok(area.take(length.to_u64() as usize)),
                Ok(()) => return Err(Fault::Overrun(name)),
                Err(Fault::Code {
                    code: BUFFER_TOO_SMALL,
                    ..
                }) if room < MOST_ROOM => {
                    room = (room * 8).min(MOST_ROOM);
                }
                Err(e) => return Err(e),
            }
        }
    }

    /// A PIN function: its failure tells the tries left, if it sets them.
    fn counted(call: impl FnOnce(*mut U) -> Result<()>) -> Result<()> {
        let mut left = U::UNSET;
        call(&mut left).map_err(|e| match e {
            Fault::Code { name, code, .. } => Fault::Code {
                name,
                code,
                tries_left: u32::try_from(left.to_u64() & 0xFFFF_FFFF)
                    .ok()
                    .filter(|left| *left != u32::MAX),
            },
            other => other,
        })
    }
}

fn flag<U: Ulong>(value: bool) -> U {
    U::from_u32(value.into())
}

mod checks;
mod methods;
