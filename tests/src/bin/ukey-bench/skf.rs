//! libukey_skf.so through its C functions: a signature, a cipher and a digest against the bare algorithms, and what a file
//! of 64 KiB costs.

use crate::{alternate, pcsc, section};
use libloading::{Library, Symbol};
use std::{
    ffi::{c_char, c_void},
    path::Path,
    ptr::null_mut,
};
use ukey_crypto::{sm2, sm3, sm4};
use ukey_tests::{PcscLab, TokenImage, pcsc_environment, release_file};

/// Marks the inner process, which has the environment of the lab.
pub(crate) const INNER: &str = "skf-pcsc-inside";

const MIB: usize = 1 << 20;
const KEY: [u8; 16] = *b"1234567812345678";
const SM4_ECB: u32 = 0x401;
const SM4_CBC: u32 = 0x402;
const SM3: u32 = 1;
const SM2_SIGN: u32 = 0x0002_0200;

type Handle = *mut c_void;

/// Calls an exported function and insists on SAR_OK: `call!(library, NAME(type: value, …))`.
macro_rules! call {
    ($library:expr, $name:ident($($kind:ty: $value:expr),* $(,)?)) => {{
        let function = $library.get::<unsafe extern "C" fn($($kind),*) -> u32>(stringify!($name));
        // SAFETY: buffers are alive and as long as said.
        let code = unsafe { function($($value),*) };
        assert_eq!(code, 0, "{}: {code:#010x}", stringify!($name));
    }};
}

/// BLOCKCIPHERPARAM, which goes by value.
#[repr(C)]
struct BlockCipherParam {
    iv: [u8; 32],
    iv_len: u32,
    padding_type: u32,
    feed_bit_len: u32,
}

struct Skf(Library);

impl Skf {
    fn load() -> Self {
        let path = release_file("libukey_skf.so").unwrap();
        // SAFETY: our own library; its initialisers do nothing.
        Self(unsafe { Library::new(path) }.unwrap())
    }

    fn get<F>(&self, name: &str) -> Symbol<'_, F> {
        // SAFETY: the prototypes below are those of GM/T 0016.
        unsafe { self.0.get(name) }.unwrap()
    }

    /// The first device, with an application and a logged-in user in it.
    fn token(&self) -> (Handle, Handle) {
        let (mut names, mut len) = ([0u8; 4096], 4096);
        call!(self, SKF_EnumDev(i32: 1, *mut u8: names.as_mut_ptr(), *mut u32: &mut len));
        let (mut device, mut application) = (null_mut(), null_mut());
        call!(self, SKF_ConnectDev(*mut u8: names.as_mut_ptr(), *mut Handle: &mut device));
        let mut block = [0; 16];
        call!(self, SKF_GenRandom(Handle: device, *mut u8: block.as_mut_ptr(), u32: 8));
        sm4::ecb_encrypt(&sm4::Key::from(KEY), &mut block).unwrap();
        call!(self, SKF_DevAuth(Handle: device, *mut u8: block.as_mut_ptr(), u32: 16));
        let (name, admin, user) = (c"UKEY", c"87654321", c"12345678");
        call!(
            self,
            SKF_CreateApplication(
                Handle: device,
                *const c_char: name.as_ptr(), *const c_char: admin.as_ptr(), u32: 10,
                *const c_char: user.as_ptr(), u32: 10, u32: 0xFF, *mut Handle: &mut application,
            )
        );
        let mut left = 0;
        call!(
            self,
            SKF_VerifyPIN(Handle: application, u32: 1, *const c_char: user.as_ptr(), *mut u32: &mut left)
        );
        (device, application)
    }

    fn container(&self, application: Handle) -> Handle {
        let (mut container, mut key) = (null_mut(), [0u8; 132]);
        call!(
            self,
            SKF_CreateContainer(Handle: application, *const c_char: c"key".as_ptr(), *mut Handle: &mut container)
        );
        call!(
            self,
            SKF_GenECCKeyPair(Handle: container, u32: SM2_SIGN, *mut u8: key.as_mut_ptr())
        );
        container
    }
}

pub(crate) fn run() {
    // The library reads its environment with the first call: so a process of its own.
    let image = TokenImage::blank().unwrap();
    if std::env::var_os("UKEY_EMBEDDED").is_none() {
        inner("skf", image.environment());
        let folder = tempfile::tempdir().unwrap();
        let program = std::env::current_exe().unwrap();
        let status = std::process::Command::new(program)
            .arg(INNER)
            .arg(folder.path())
            .envs(pcsc_environment(folder.path()))
            .status()
            .unwrap();
        assert!(status.success());
        return;
    }
    section("SKF, embedded token");
    let skf = Skf::load();
    let (device, application) = skf.token();
    signature(&skf, application);
    cipher(&skf, device);
    digest(&skf, device);
    files(&skf, application);
}

fn inner(argument: &str, environment: Vec<(&'static str, std::ffi::OsString)>) {
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .arg(argument)
        .envs(environment)
        .status()
        .unwrap();
    assert!(status.success());
}

pub(crate) fn run_inside(folder: &Path) {
    section("SKF over PC/SC: pcscd, virtual reader, ukey-sim");
    let mut lab = PcscLab::start(folder).unwrap();
    lab.insert(0, &folder.join("token.img")).unwrap();
    let skf = Skf::load();
    let (_device, application) = skf.token();
    let container = skf.container(application);
    let (mut digest, mut blob) = ([0x5A; 32], [0u8; 128]);
    let (card, sign) = pcsc::bare(&lab, &digest);
    let mut buffer = [0; 512];
    alternate(
        1000,
        || sign_with(&skf, container, &mut digest, &mut blob),
        || {
            let answer = card.transmit(&sign, &mut buffer).unwrap();
            assert!(answer.ends_with(&[0x90, 0x00]), "{answer:02X?}");
        },
    )
    .print(
        "SM2: SKF_ECCSignData",
        "SCardTransmit",
        "ratio at most 1.25",
    );
    files(&skf, application);
}

fn sign_with(skf: &Skf, container: Handle, digest: &mut [u8; 32], blob: &mut [u8; 128]) {
    call!(
        skf,
        SKF_ECCSignData(
            Handle: container, *mut u8: digest.as_mut_ptr(), u32: 32, *mut u8: blob.as_mut_ptr(),
        )
    );
}

fn signature(skf: &Skf, application: Handle) {
    let container = skf.container(application);
    let bare = sm2::SecretKey::generate().unwrap();
    let (mut digest, mut blob) = ([0x5A; 32], [0u8; 128]);
    let same = digest;
    alternate(
        3000,
        || sign_with(skf, container, &mut digest, &mut blob),
        || {
            bare.sign_digest(&same).unwrap();
        },
    )
    .print("SM2: SKF_ECCSignData", "bare", "at most 10 us above");
}

fn cipher(skf: &Skf, device: Handle) {
    let goal = "ratio at most 1.11";
    for (name, algorithm, mode, goal) in [
        ("SM4-CBC 1 MiB: SKF_Encrypt", SM4_CBC, sm4::Mode::Cbc, goal),
        (
            "SM4-ECB 1 MiB: SKF_Encrypt",
            SM4_ECB,
            sm4::Mode::Ecb,
            "none",
        ),
    ] {
        let mut handle = null_mut();
        let mut key = KEY;
        call!(
            skf,
            SKF_SetSymmKey(
                Handle: device, *mut u8: key.as_mut_ptr(), u32: algorithm, *mut Handle: &mut handle,
            )
        );
        let (mut data, mut out) = (vec![0x5A; MIB], vec![0; MIB]);
        let (same, mut bare_out) = (data.clone(), Vec::with_capacity(MIB + 16));
        let bare = sm4::Key::from(KEY);
        alternate(
            60,
            || {
                let iv_len = if algorithm == SM4_CBC { 16 } else { 0 };
                let parameters = BlockCipherParam {
                    iv: [0; 32],
                    iv_len,
                    padding_type: 0,
                    feed_bit_len: 0,
                };
                call!(skf, SKF_EncryptInit(Handle: handle, BlockCipherParam: parameters));
                let mut len = MIB as u32;
                let (data, out) = (data.as_mut_ptr(), out.as_mut_ptr());
                call!(
                    skf,
                    SKF_Encrypt(
                        Handle: handle, *mut u8: data, u32: MIB as u32, *mut u8: out, *mut u32: &mut len,
                    )
                );
            },
            || {
                bare_out.clear();
                let encrypt = sm4::Direction::Encrypt;
                let none = sm4::Padding::None;
                let mut cipher = sm4::Cipher::new(encrypt, mode, &bare, &[0; 16], none);
                cipher.update_into(&same, &mut bare_out).unwrap();
            },
        )
        .print(name, "bare", goal);
        assert_eq!(out, bare_out, "the same ciphertext");
    }
}

fn digest(skf: &Skf, device: Handle) {
    let mut data = vec![0x5A; MIB];
    let (same, mut out) = (data.clone(), [0u8; 32]);
    alternate(
        60,
        || {
            let mut handle = null_mut();
            call!(
                skf,
                SKF_DigestInit(
                    Handle: device, u32: SM3, *mut u8: null_mut(), *mut u8: null_mut(), u32: 0,
                    *mut Handle: &mut handle,
                )
            );
            let (data, mut len) = (data.as_mut_ptr(), 32);
            call!(
                skf,
                SKF_Digest(
                    Handle: handle, *mut u8: data, u32: MIB as u32, *mut u8: out.as_mut_ptr(),
                    *mut u32: &mut len,
                )
            );
            call!(skf, SKF_CloseHandle(Handle: handle));
        },
        || {
            std::hint::black_box(sm3::digest(&same));
        },
    )
    .print("SM3 1 MiB: SKF_Digest", "bare", "ratio at most 1.11");
    assert_eq!(out, sm3::digest(&same));
}

/// The exchanges are counted by a test (`tests/tests/files.rs`); here is the time.
fn files(skf: &Skf, application: Handle) {
    const SIZE: usize = 64 * 1024;
    let name = c"seal";
    call!(
        skf,
        SKF_CreateFile(
            Handle: application, *const c_char: name.as_ptr(), u32: SIZE as u32, u32: 0xFF, u32: 0xFF,
        )
    );
    let mut data = vec![0x5A; SIZE];
    let mut back = vec![0; SIZE];
    alternate(
        30,
        || {
            let data = data.as_mut_ptr();
            call!(
                skf,
                SKF_WriteFile(
                    Handle: application, *const c_char: name.as_ptr(), u32: 0, *mut u8: data, u32: SIZE as u32,
                )
            );
        },
        || {
            let (out, mut len) = (back.as_mut_ptr(), SIZE as u32);
            call!(
                skf,
                SKF_ReadFile(
                    Handle: application, *const c_char: name.as_ptr(), u32: 0, u32: SIZE as u32, *mut u8: out,
                    *mut u32: &mut len,
                )
            );
        },
    )
    .print("64 KiB file: SKF_WriteFile", "SKF_ReadFile", "none");
    assert_eq!(data, back);
}
