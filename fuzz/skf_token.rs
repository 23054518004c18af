//! The token of the SKF targets: in a file, with an application, a logged-in user and a container with both SM2 pairs.

use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use ukey_skf::sar::*;
use ukey_skf::*;

pub(crate) type Handle = *mut c_void;

/// What every program begins with. One program runs at a time.
#[derive(Clone, Copy)]
pub(crate) struct Start {
    pub(crate) device: Handle,
    pub(crate) application: Handle,
    pub(crate) container: Handle,
    /// A public key that is a point of the curve.
    pub(crate) key: ECCPUBLICKEYBLOB,
}

// SAFETY: handles are numbers that any thread may use.
unsafe impl Send for Start {}

static START: OnceLock<Mutex<Start>> = OnceLock::new();

/// The token, for one program.
pub(crate) fn start() -> MutexGuard<'static, Start> {
    START
        .get_or_init(initialise)
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
}

fn initialise() -> Mutex<Start> {
    let folder = tempfile::tempdir().expect("a temporary folder").keep();
    let config = folder.join("ukey.toml");
    std::fs::write(&config, "").expect("a file");
    let (mut names, mut len) = ([0u8; 4096], 4096);
    let (mut device, mut application, mut container) = (null_mut(), null_mut(), null_mut());
    let mut key = ECCPUBLICKEYBLOB {
        BitLen: 0,
        XCoordinate: [0; 64],
        YCoordinate: [0; 64],
    };
    let (mut block, mut factory, mut cryptogram) = ([0u8; 16], *b"1234567812345678", [0u8; 16]);
    let (mut session, mut written, mut left) = (null_mut(), 16, 0);
    let text = |text: &'static std::ffi::CStr| text.as_ptr().cast_mut().cast::<u8>();
    let (admin, user) = (text(c"87654321"), text(c"12345678"));
    let plain = BLOCKCIPHERPARAM {
        IV: [0; 32],
        IVLen: 0,
        PaddingType: 0,
        FeedBitLen: 0,
    };
    // SAFETY: no other thread reads the environment yet; every pointer leads to what the call asks for.
    let codes = unsafe {
        std::env::set_var("UKEY_CONFIG", &config);
        std::env::set_var("UKEY_PCSC", "off");
        std::env::set_var("UKEY_EMBEDDED", folder.join("token.img"));
        [
            SKF_EnumDev(1, names.as_mut_ptr(), &raw mut len),
            SKF_ConnectDev(names.as_mut_ptr(), &raw mut device),
            SKF_GenRandom(device, block.as_mut_ptr(), 8),
            SKF_SetSymmKey(device, factory.as_mut_ptr(), 0x401, &raw mut session),
            SKF_EncryptInit(session, plain),
            SKF_Encrypt(
                session,
                block.as_mut_ptr(),
                16,
                cryptogram.as_mut_ptr(),
                &raw mut written,
            ),
            SKF_DevAuth(device, cryptogram.as_mut_ptr(), 16),
            SKF_CreateApplication(
                device,
                text(c"FUZZ"),
                admin,
                15,
                user,
                15,
                0xFF,
                &raw mut application,
            ),
            SKF_VerifyPIN(application, 1, user, &raw mut left),
            SKF_CreateContainer(application, text(c"c"), &raw mut container),
            SKF_GenECCKeyPair(container, 0x20200, &raw mut key),
        ]
    };
    assert_eq!(codes, [SAR_OK; 11]);
    Mutex::new(Start {
        device,
        application,
        container,
        key,
    })
}

/// Bytes that become decisions; zeros when they have run out.
pub(crate) struct Source<'a>(pub(crate) &'a [u8]);

impl<'a> Source<'a> {
    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    pub(crate) fn bytes(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        taken
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::from(self.byte()) % from.len()]
    }
}

/// Codes that no argument, however wrong, may lead to.
pub(crate) fn check(name: &str, code: u32) {
    let ours = [SAR_FAIL, SAR_UNKNOWNERR, SAR_MEMORYERR, SAR_DEVICE_REMOVED];
    assert!(!ours.contains(&code), "{name}: {code:#010x}");
}
