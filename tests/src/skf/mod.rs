//! `libukey_skf.so` as a client of GM/T 0016 sees it: symbols found by name, structures written out
//! as bytes, so that nothing is shared with the library but the standard.
//!
//! The only `unsafe` of the harness. Each call passes buffers of the length that the function's
//! prototype (`skf-bridge/include/skf.h`) asks for, alive during the call.
#![allow(unsafe_code)]

mod blob;

use std::ffi::{CString, c_char, c_void};
use std::ptr::null_mut;

use libloading::{Library, Symbol};
use ukey_crypto::{rsa, sm2};

use crate::release_file;
use blob::*;
pub use container::{Pair, SkfContainer};

/// `USER_TYPE` of SKF_VerifyPIN.
const USER: u32 = 1;

/// A `SAR_*` number other than SAR_OK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sar(pub u32);

impl Sar {
    /// The device was pulled.
    pub const DEVICE_REMOVED: Self = Self(0x0A00_0023);
    /// The PIN is wrong.
    pub const PIN_INCORRECT: Self = Self(0x0A00_0024);
    /// The user is not logged in.
    pub const USER_NOT_LOGGED_IN: Self = Self(0x0A00_002D);
    /// A signature does not verify.
    pub const HASH_NOT_EQUAL: Self = Self(0x0A00_001A);
}

type Result<T> = std::result::Result<T, Sar>;
type Handle = *mut c_void;

fn check(code: u32) -> Result<()> {
    if code == 0 { Ok(()) } else { Err(Sar(code)) }
}

/// Calls an exported function: `call!(library, NAME(type: value, …))`.
macro_rules! call {
    ($library:expr, $name:ident($($kind:ty: $value:expr),* $(,)?)) => {{
        type Function = unsafe extern "C" fn($($kind),*) -> u32;
        // SAFETY: the prototype is that of GM/T 0016 for this name.
        let function: Symbol<'_, Function> = unsafe {
            $library.get(concat!(stringify!($name), "\0")).expect(stringify!($name))
        };
        // SAFETY: see the module.
        check(unsafe { function($($value),*) })
    }};
}

mod container;

/// The loaded library.
#[derive(Debug)]
pub struct Skf {
    library: Library,
}

/// A connected device.
#[derive(Debug)]
pub struct SkfDevice<'a> {
    library: &'a Library,
    handle: Handle,
}

/// An open application.
#[derive(Debug)]
pub struct SkfApplication<'a> {
    library: &'a Library,
    handle: Handle,
}

fn text(text: &str) -> CString {
    CString::new(text).expect("no NUL in the texts of tests")
}

impl Skf {
    /// Loads the release build.
    ///
    /// # Panics
    /// When it is not built or cannot be loaded.
    pub fn load() -> Self {
        let path = release_file("libukey_skf.so").unwrap_or_else(|error| panic!("{error}"));
        // SAFETY: our own library; loading it runs no code of its own.
        let library = unsafe { Library::new(path) }.expect("the library can be loaded");
        Self { library }
    }

    /// SKF_EnumDev: names of the tokens that are present.
    ///
    /// # Errors
    /// The library's.
    pub fn devices(&self) -> Result<Vec<String>> {
        let mut length = 0;
        call!(self.library, SKF_EnumDev(i32: 1, *mut u8: null_mut(), *mut u32: &mut length))?;
        let mut names = vec![0; length as usize];
        call!(
            self.library,
            SKF_EnumDev(i32: 1, *mut u8: names.as_mut_ptr(), *mut u32: &mut length)
        )?;
        names.truncate(length as usize);
        Ok(name_list(&names))
    }

    /// SKF_GetDevState: 0 no device, 1 a device, 2 something that is none.
    ///
    /// # Errors
    /// The library's.
    pub fn state(&self, name: &str) -> Result<u32> {
        let (name, mut state) = (text(name), 0);
        call!(
            self.library,
            SKF_GetDevState(*const c_char: name.as_ptr(), *mut u32: &mut state)
        )?;
        Ok(state)
    }

    /// Connects the only token.
    ///
    /// # Errors
    /// The library's.
    ///
    /// # Panics
    /// When there is none, or several.
    pub fn only_device(&self) -> Result<SkfDevice<'_>> {
        let names = self.devices()?;
        let [name] = names.as_slice() else {
            panic!("expected one device, found {names:?}")
        };
        let (name, mut handle) = (text(name), null_mut());
        call!(
            self.library,
            SKF_ConnectDev(*const c_char: name.as_ptr(), *mut Handle: &mut handle)
        )?;
        Ok(SkfDevice {
            library: &self.library,
            handle,
        })
    }
}

impl SkfDevice<'_> {
    /// SKF_GenRandom.
    ///
    /// # Errors
    /// The library's.
    pub fn random<const N: usize>(&self) -> Result<[u8; N]> {
        let mut random = [0; N];
        call!(
            self.library,
            SKF_GenRandom(Handle: self.handle, *mut u8: random.as_mut_ptr(), u32: N as u32)
        )?;
        Ok(random)
    }

    /// SKF_DevAuth with a cryptogram that the caller made.
    ///
    /// # Errors
    /// The library's.
    pub fn authenticate(&self, cryptogram: &[u8; 16]) -> Result<()> {
        call!(
            self.library,
            SKF_DevAuth(Handle: self.handle, *const u8: cryptogram.as_ptr(), u32: 16)
        )
    }

    /// SKF_CreateApplication with 10 tries for each PIN; the user may create files.
    ///
    /// # Errors
    /// The library's.
    pub fn create_application(
        &self,
        name: &str,
        admin_pin: &str,
        user_pin: &str,
    ) -> Result<SkfApplication<'_>> {
        let (name, admin_pin, user_pin) = (text(name), text(admin_pin), text(user_pin));
        let mut handle = null_mut();
        call!(
            self.library,
            SKF_CreateApplication(
                Handle: self.handle,
                *const c_char: name.as_ptr(),
                *const c_char: admin_pin.as_ptr(),
                u32: 10,
                *const c_char: user_pin.as_ptr(),
                u32: 10,
                u32: 0x10,
                *mut Handle: &mut handle,
            )
        )?;
        Ok(self.application(handle))
    }

    /// SKF_OpenApplication.
    ///
    /// # Errors
    /// The library's.
    pub fn open_application(&self, name: &str) -> Result<SkfApplication<'_>> {
        let (name, mut handle) = (text(name), null_mut());
        call!(
            self.library,
            SKF_OpenApplication(
                Handle: self.handle,
                *const c_char: name.as_ptr(),
                *mut Handle: &mut handle,
            )
        )?;
        Ok(self.application(handle))
    }

    fn application(&self, handle: Handle) -> SkfApplication<'_> {
        SkfApplication {
            library: self.library,
            handle,
        }
    }

    /// SKF_ECCVerify of a 32-byte digest.
    ///
    /// # Errors
    /// [`Sar::HASH_NOT_EQUAL`] for a wrong signature; the library's.
    pub fn verify_sm2(
        &self,
        key: &sm2::PublicKey,
        digest: &[u8; 32],
        signature: &[u8; 64],
    ) -> Result<()> {
        let blob = ecc_signature_blob(signature);
        let key = ecc_public_blob(key);
        call!(
            self.library,
            SKF_ECCVerify(
                Handle: self.handle,
                *const u8: key.as_ptr(),
                *const u8: digest.as_ptr(),
                u32: 32,
                *const u8: blob.as_ptr(),
            )
        )
    }

    /// SKF_RSAVerify of a DigestInfo.
    ///
    /// # Errors
    /// [`Sar::HASH_NOT_EQUAL`] for a wrong signature; the library's.
    pub fn verify_rsa(
        &self,
        key: &rsa::PublicKey,
        digest_info: &[u8],
        signature: &[u8],
    ) -> Result<()> {
        let key = rsa_public_blob(key);
        call!(
            self.library,
            SKF_RSAVerify(
                Handle: self.handle,
                *const u8: key.as_ptr(),
                *const u8: digest_info.as_ptr(),
                u32: digest_info.len() as u32,
                *const u8: signature.as_ptr(),
                u32: signature.len() as u32,
            )
        )
    }

    /// SKF_ExtECCEncrypt.
    ///
    /// # Errors
    /// The library's.
    pub fn encrypt_sm2(&self, key: &sm2::PublicKey, plaintext: &[u8]) -> Result<sm2::Ciphertext> {
        let key = ecc_public_blob(key);
        let mut blob = vec![0; ECC_CIPHER_HEAD_LEN + plaintext.len()];
        call!(
            self.library,
            SKF_ExtECCEncrypt(
                Handle: self.handle,
                *const u8: key.as_ptr(),
                *const u8: plaintext.as_ptr(),
                u32: plaintext.len() as u32,
                *mut u8: blob.as_mut_ptr(),
            )
        )?;
        Ok(ecc_ciphertext(&blob))
    }
}

impl Drop for SkfDevice<'_> {
    fn drop(&mut self) {
        call!(self.library, SKF_DisConnectDev(Handle: self.handle)).ok();
    }
}

impl SkfApplication<'_> {
    /// SKF_VerifyPIN for the user.
    ///
    /// # Errors
    /// The library's.
    pub fn log_in(&self, pin: &str) -> Result<()> {
        let (pin, mut tries) = (text(pin), 0);
        call!(
            self.library,
            SKF_VerifyPIN(
                Handle: self.handle,
                u32: USER,
                *const c_char: pin.as_ptr(),
                *mut u32: &mut tries,
            )
        )
    }

    /// SKF_ClearSecureState.
    ///
    /// # Errors
    /// The library's.
    pub fn log_out(&self) -> Result<()> {
        call!(self.library, SKF_ClearSecureState(Handle: self.handle))
    }

    /// SKF_ChangePIN for the user.
    ///
    /// # Errors
    /// The library's.
    pub fn change_pin(&self, old: &str, new: &str) -> Result<()> {
        let (old, new, mut tries) = (text(old), text(new), 0);
        call!(
            self.library,
            SKF_ChangePIN(
                Handle: self.handle,
                u32: USER,
                *const c_char: old.as_ptr(),
                *const c_char: new.as_ptr(),
                *mut u32: &mut tries,
            )
        )
    }

    /// SKF_GetPINInfo for the user: the tries left.
    ///
    /// # Errors
    /// The library's.
    pub fn tries_left(&self) -> Result<u32> {
        let (mut most, mut left, mut default) = (0, 0, 0);
        call!(
            self.library,
            SKF_GetPINInfo(
                Handle: self.handle,
                u32: USER,
                *mut u32: &mut most,
                *mut u32: &mut left,
                *mut i32: &mut default,
            )
        )?;
        Ok(left)
    }

    /// SKF_DeleteContainer.
    ///
    /// # Errors
    /// The library's.
    pub fn delete_container(&self, name: &str) -> Result<()> {
        let name = text(name);
        call!(
            self.library,
            SKF_DeleteContainer(Handle: self.handle, *const c_char: name.as_ptr())
        )
    }

    /// SKF_CreateFile, for everyone to read and write, and SKF_WriteFile.
    ///
    /// # Errors
    /// The library's.
    pub fn store_file(&self, name: &str, content: &[u8]) -> Result<()> {
        let (name, size, anyone) = (text(name), content.len() as u32, 0xFF);
        call!(
            self.library,
            SKF_CreateFile(
                Handle: self.handle,
                *const c_char: name.as_ptr(),
                u32: size,
                u32: anyone,
                u32: anyone,
            )
        )?;
        call!(
            self.library,
            SKF_WriteFile(
                Handle: self.handle,
                *const c_char: name.as_ptr(),
                u32: 0,
                *const u8: content.as_ptr(),
                u32: size,
            )
        )
    }

    /// SKF_EnumContainer.
    ///
    /// # Errors
    /// The library's.
    pub fn containers(&self) -> Result<Vec<String>> {
        let mut length = 4096;
        let mut names = vec![0; length as usize];
        call!(
            self.library,
            SKF_EnumContainer(
                Handle: self.handle,
                *mut u8: names.as_mut_ptr(),
                *mut u32: &mut length,
            )
        )?;
        names.truncate(length as usize);
        Ok(name_list(&names))
    }

    /// SKF_CreateContainer.
    ///
    /// # Errors
    /// The library's.
    pub fn create_container(&self, name: &str) -> Result<SkfContainer<'_>> {
        let (name, mut handle) = (text(name), null_mut());
        call!(
            self.library,
            SKF_CreateContainer(
                Handle: self.handle,
                *const c_char: name.as_ptr(),
                *mut Handle: &mut handle,
            )
        )?;
        Ok(self.container(handle))
    }

    /// SKF_OpenContainer.
    ///
    /// # Errors
    /// The library's.
    pub fn open_container(&self, name: &str) -> Result<SkfContainer<'_>> {
        let (name, mut handle) = (text(name), null_mut());
        call!(
            self.library,
            SKF_OpenContainer(
                Handle: self.handle,
                *const c_char: name.as_ptr(),
                *mut Handle: &mut handle,
            )
        )?;
        Ok(self.container(handle))
    }

    fn container(&self, handle: Handle) -> SkfContainer<'_> {
        SkfContainer {
            library: self.library,
            handle,
        }
    }
}
