//! The functions that are called, with the prototypes of GM/T 0016 for either width of ULONG.

#![allow(non_snake_case)]

use std::ffi::c_void;

type Bytes = *mut u8;
type Handle = *mut c_void;
type Out<T> = *mut T;

/// ULONG in either width.
pub(super) trait Ulong: Copy {
    fn from_u32(value: u32) -> Self;
    fn from_len(value: usize) -> Option<Self>;
    fn to_u64(self) -> u64;
    /// What stands in a variable that the library should set.
    const UNSET: Self;
}

impl Ulong for u32 {
    fn from_u32(value: u32) -> Self {
        value
    }
    fn from_len(value: usize) -> Option<Self> {
        value.try_into().ok()
    }
    fn to_u64(self) -> u64 {
        self.into()
    }
    const UNSET: Self = Self::MAX;
}

impl Ulong for u64 {
    fn from_u32(value: u32) -> Self {
        value.into()
    }
    fn from_len(value: usize) -> Option<Self> {
        value.try_into().ok()
    }
    fn to_u64(self) -> u64 {
        self
    }
    // A library that writes 32 bits after all is noticed: the upper half stays.
    const UNSET: Self = Self::MAX;
}

/// BLOCKCIPHERPARAM, which goes by value.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct BlockCipherParam<U> {
    pub(super) iv: [u8; 32],
    pub(super) iv_len: U,
    pub(super) padding_type: U,
    pub(super) feed_bit_len: U,
}

macro_rules! functions {
    ($($name:ident($($argument:ty),*);)*) => {
        /// Function pointers, where the library has them.
        pub(super) struct Functions<U> {
            $(pub(super) $name: Option<unsafe extern "system" fn($($argument),*) -> U>,)*
        }

        impl<U: Ulong> Functions<U> {
            /// Looks all of them up.
            ///
            /// # Safety
            /// What the library exports under these names must have these prototypes.
            pub(super) unsafe fn find(library: &'static libloading::Library) -> Self {
                Self {
                    // SAFETY: the contract of this function.
                    $($name: unsafe {
                        library
                            .get::<unsafe extern "system" fn($($argument),*) -> U>(
                                concat!(stringify!($name), "\0").as_bytes(),
                            )
                            .ok()
                            .map(|function| *function)
                    },)*
                }
            }
        }
    };
}

functions! {
    SKF_EnumDev(U, Bytes, Out<U>);
    SKF_ConnectDev(Bytes, Out<Handle>);
    SKF_DisConnectDev(Handle);
    SKF_GetDevInfo(Handle, Bytes);
    SKF_SetLabel(Handle, Bytes);
    SKF_GenRandom(Handle, Bytes, U);
    SKF_DevAuth(Handle, Bytes, U);
    SKF_ChangeDevAuthKey(Handle, Bytes, U);
    SKF_SetSymmKey(Handle, Bytes, U, Out<Handle>);
    SKF_EncryptInit(Handle, BlockCipherParam<U>);
    SKF_Encrypt(Handle, Bytes, U, Bytes, Out<U>);
    SKF_CloseHandle(Handle);
    SKF_CreateApplication(Handle, Bytes, Bytes, U, Bytes, U, U, Out<Handle>);
    SKF_EnumApplication(Handle, Bytes, Out<U>);
    SKF_DeleteApplication(Handle, Bytes);
    SKF_OpenApplication(Handle, Bytes, Out<Handle>);
    SKF_CloseApplication(Handle);
    SKF_GetPINInfo(Handle, U, Out<U>, Out<U>, Bytes);
    SKF_VerifyPIN(Handle, U, Bytes, Out<U>);
    SKF_ChangePIN(Handle, U, Bytes, Bytes, Out<U>);
    SKF_UnblockPIN(Handle, Bytes, Bytes, Out<U>);
    SKF_ClearSecureState(Handle);
    SKF_CreateFile(Handle, Bytes, U, U, U);
    SKF_DeleteFile(Handle, Bytes);
    SKF_EnumFiles(Handle, Bytes, Out<U>);
    SKF_GetFileInfo(Handle, Bytes, Bytes);
    SKF_ReadFile(Handle, Bytes, U, U, Bytes, Out<U>);
    SKF_WriteFile(Handle, Bytes, U, Bytes, U);
    SKF_CreateContainer(Handle, Bytes, Out<Handle>);
    SKF_DeleteContainer(Handle, Bytes);
    SKF_EnumContainer(Handle, Bytes, Out<U>);
    SKF_OpenContainer(Handle, Bytes, Out<Handle>);
    SKF_CloseContainer(Handle);
    SKF_GetContainerType(Handle, Out<U>);
    SKF_ImportCertificate(Handle, U, Bytes, U);
    SKF_ExportCertificate(Handle, U, Bytes, Out<U>);
    SKF_ExportPublicKey(Handle, U, Bytes, Out<U>);
    SKF_GenRSAKeyPair(Handle, U, Bytes);
    SKF_ImportRSAKeyPair(Handle, U, Bytes, U, Bytes, U);
    SKF_RSASignData(Handle, Bytes, U, Bytes, Out<U>);
    SKF_GenECCKeyPair(Handle, U, Bytes);
    SKF_ImportECCKeyPair(Handle, Bytes);
    SKF_ECCSignData(Handle, Bytes, U, Bytes);
    SKF_ECCDecrypt(Handle, U, Bytes, Bytes, Out<U>);
    SKF_PrvKeyDecrypt(Handle, U, Bytes, Bytes, Out<U>);
    SKF_ECCPrvKeyDecrypt(Handle, Bytes, Bytes, Out<U>);
    SKF_RSADecrypt(Handle, U, Bytes, U, Bytes, Out<U>);
    SKF_RSAPrvKeyDecrypt(Handle, Bytes, U, Bytes, Out<U>);
    SKF_DigestInit(Handle, U, Bytes, Bytes, U, Out<Handle>);
    SKF_Digest(Handle, Bytes, U, Bytes, Out<U>);
    SKF_ECCVerify(Handle, Bytes, Bytes, U, Bytes);
}

/// Whether the library exports `name`.
pub(super) fn has(library: &libloading::Library, name: &str) -> bool {
    // SAFETY: the address is looked up and not used.
    unsafe { library.get::<*const ()>(name.as_bytes()) }.is_ok()
}

/// Functions that cannot be called with nothing: they wait, or take a structure by value.
const TAKE_SOMETHING: [&str; 4] = [
    "SKF_WaitForDevEvent",
    "SKF_CancelWaitForDevEvent",
    "SKF_EncryptInit",
    "SKF_DecryptInit",
];

/// Whether [`call_with_nothing`] may call `name`.
pub(super) fn takes_nothing(name: &str) -> bool {
    // Where the callee clears the stack, the number of arguments would have to be right.
    let callee_clears = cfg!(all(windows, target_arch = "x86"));
    !callee_clears && STANDARD.contains(&name) && !TAKE_SOMETHING.contains(&name)
}

/// Calls `name` with zeros, at least as many as it takes: NULL for handles and pointers, 0 for numbers.
///
/// # Safety
/// [`takes_nothing`] must allow it.
pub(super) unsafe fn call_with_nothing(library: &libloading::Library, name: &str) -> Option<u32> {
    /// As many as the longest list of arguments has.
    type Zeros = unsafe extern "system" fn(
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
        usize,
    ) -> usize;
    // SAFETY: a function of GM/T 0016 takes at most ten numbers and pointers, zero means the same in all of them, and
    // what it does not take it does not see.
    let code = unsafe {
        let function = library.get::<Zeros>(name.as_bytes()).ok()?;
        function(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    };
    Some(code as u32)
}

/// The 71 functions of GM/T 0016-2012 and the seven of its drafts that every header has.
pub const STANDARD: &[&str] = &[
    "SKF_WaitForDevEvent",
    "SKF_CancelWaitForDevEvent",
    "SKF_EnumDev",
    "SKF_ConnectDev",
    "SKF_DisConnectDev",
    "SKF_GetDevState",
    "SKF_SetLabel",
    "SKF_GetDevInfo",
    "SKF_LockDev",
    "SKF_UnlockDev",
    "SKF_Transmit",
    "SKF_ChangeDevAuthKey",
    "SKF_DevAuth",
    "SKF_ChangePIN",
    "SKF_GetPINInfo",
    "SKF_VerifyPIN",
    "SKF_UnblockPIN",
    "SKF_ClearSecureState",
    "SKF_CreateApplication",
    "SKF_EnumApplication",
    "SKF_DeleteApplication",
    "SKF_OpenApplication",
    "SKF_CloseApplication",
    "SKF_CreateFile",
    "SKF_DeleteFile",
    "SKF_EnumFiles",
    "SKF_GetFileInfo",
    "SKF_ReadFile",
    "SKF_WriteFile",
    "SKF_CreateContainer",
    "SKF_DeleteContainer",
    "SKF_EnumContainer",
    "SKF_OpenContainer",
    "SKF_CloseContainer",
    "SKF_GetContainerType",
    "SKF_ImportCertificate",
    "SKF_ExportCertificate",
    "SKF_GenRandom",
    "SKF_GenExtRSAKey",
    "SKF_GenRSAKeyPair",
    "SKF_ImportRSAKeyPair",
    "SKF_RSASignData",
    "SKF_RSAVerify",
    "SKF_RSAExportSessionKey",
    "SKF_ExtRSAPubKeyOperation",
    "SKF_ExtRSAPriKeyOperation",
    "SKF_GenECCKeyPair",
    "SKF_ImportECCKeyPair",
    "SKF_ECCSignData",
    "SKF_ECCVerify",
    "SKF_ECCExportSessionKey",
    "SKF_ExtECCEncrypt",
    "SKF_ExtECCDecrypt",
    "SKF_ExtECCSign",
    "SKF_ExtECCVerify",
    "SKF_GenerateAgreementDataWithECC",
    "SKF_GenerateAgreementDataAndKeyWithECC",
    "SKF_GenerateKeyWithECC",
    "SKF_ExportPublicKey",
    "SKF_ImportSessionKey",
    "SKF_SetSymmKey",
    "SKF_EncryptInit",
    "SKF_Encrypt",
    "SKF_EncryptUpdate",
    "SKF_EncryptFinal",
    "SKF_DecryptInit",
    "SKF_Decrypt",
    "SKF_DecryptUpdate",
    "SKF_DecryptFinal",
    "SKF_DigestInit",
    "SKF_Digest",
    "SKF_DigestUpdate",
    "SKF_DigestFinal",
    "SKF_MacInit",
    "SKF_Mac",
    "SKF_MacUpdate",
    "SKF_MacFinal",
    "SKF_CloseHandle",
];

/// Functions of vendors that decide what can be done with a key: decryption, above all.
pub const EXTENSIONS: &[&str] = &[
    "SKF_ECCDecrypt",
    "SKF_PrvKeyDecrypt",
    "SKF_ECCPrvKeyDecrypt",
    "SKF_RSADecrypt",
    "SKF_RSAPrvKeyDecrypt",
    "SKF_ECCEncrypt",
    "SKF_GetFuncList",
    "SKF_ImportPlainECCKeyPair",
    "SKF_ImportPlainRSAKeyPair",
    "SKF_ECCExportSessionKeyByHandle",
    "SKF_RSAExportSessionKeyByHandle",
    "SKF_ImportCACertificate",
    "SKF_ExportCACertificate",
    "SKF_DeleteCertificate",
];
