//! C_EncryptInit and C_Encrypt of 1 MiB with SM4-GCM through `libukey_pkcs11.so`, against the bare kernel in place.

use crate::module::Module;
use cryptoki_sys::*;
use gm_kernels::{ghash, sm4};
use std::ptr::null_mut;
use ukey_tests::{TokenImage, release_file};

/// CKM_SM4_GCM and CKK_SM4 of docs/pkcs11-profile.md.
const CKM_SM4_GCM: CK_MECHANISM_TYPE = 0xD54B_0013;
const CKK_SM4: CK_KEY_TYPE = 0x8000_0015;
const LEN: usize = 1 << 20;

pub(super) fn run() {
    let image = TokenImage::blank().unwrap();
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .arg("kernels")
        .envs(image.environment())
        .status()
        .unwrap();
    assert!(status.success());
}

pub(super) fn run_inside() {
    let path = release_file("libukey_pkcs11.so").unwrap();
    let module = Module::load(&path);
    module.initialize();
    module.initialize_token();
    let session = module.open();
    module.login(session);
    let encrypting = Encrypting::new(&path, session);
    let plain = vec![0x5a; LEN];
    let mut sealed = vec![0; LEN + 16];
    let key = sm4::Key::new(&[7; 16]);
    let mut blocks = vec![[0x5a; 16]; LEN / 16];
    let (ours, bare) = super::both(
        || encrypting.run(&plain, &mut sealed),
        || {
            let (mut h, mut counter) = ([0; 16], [2; 16]);
            key.encrypt_block(&mut h);
            let mut hash = ghash::Hash::new(&h);
            key.gcm_encrypt(&mut counter, &mut hash, &mut blocks);
            std::hint::black_box(hash.value());
        },
    );
    let rate = |seconds: f64| LEN as f64 / 1e6 / seconds;
    let name = "C_Encrypt SM4-GCM 1 MiB : bare kernel";
    super::row(name, "MB/s", rate(ours), rate(bare), Some((0.9, 0.97)));
    module.finalize();
}

/// A session key, and the functions that use it.
struct Encrypting {
    table: *const CK_FUNCTION_LIST,
    session: CK_SESSION_HANDLE,
    key: CK_OBJECT_HANDLE,
    _library: libloading::Library,
}

impl Encrypting {
    fn new(path: &std::path::Path, session: CK_SESSION_HANDLE) -> Self {
        // SAFETY: our own library, loaded already.
        let library = unsafe { libloading::Library::new(path) }.unwrap();
        let mut table = null_mut();
        // SAFETY: the prototype is that of PKCS#11.
        unsafe {
            let get: libloading::Symbol<
                '_,
                unsafe extern "C" fn(*mut *mut CK_FUNCTION_LIST) -> CK_RV,
            > = library.get(b"C_GetFunctionList\0").unwrap();
            assert_eq!(get(&mut table), CKR_OK);
        }
        let (mut class, mut kind) = (CKO_SECRET_KEY, CKK_SM4);
        let (mut yes, mut value) = (CK_TRUE, [7_u8; 16]);
        let mut template = [
            attribute(CKA_CLASS, &mut class),
            attribute(CKA_KEY_TYPE, &mut kind),
            attribute(CKA_ENCRYPT, &mut yes),
            attribute(CKA_VALUE, &mut value),
        ];
        let mut key = 0;
        // SAFETY: the table is that of the loaded module; arguments are as PKCS#11 asks.
        let rv = unsafe {
            let create = (*table).C_CreateObject.unwrap();
            create(
                session,
                template.as_mut_ptr(),
                template.len() as CK_ULONG,
                &mut key,
            )
        };
        assert_eq!(rv, CKR_OK, "C_CreateObject: {rv:#x}");
        Self {
            table,
            session,
            key,
            _library: library,
        }
    }

    fn run(&self, plain: &[u8], sealed: &mut [u8]) {
        let mut iv = [1_u8; 12];
        let mut parameters = CK_GCM_PARAMS {
            pIv: iv.as_mut_ptr(),
            ulIvLen: 12,
            ulIvBits: 96,
            pAAD: null_mut(),
            ulAADLen: 0,
            ulTagBits: 128,
        };
        let mut mechanism = CK_MECHANISM {
            mechanism: CKM_SM4_GCM,
            pParameter: (&raw mut parameters).cast(),
            ulParameterLen: size_of::<CK_GCM_PARAMS>() as CK_ULONG,
        };
        let mut length = sealed.len() as CK_ULONG;
        // SAFETY: as above.
        unsafe {
            let rv = (*self.table).C_EncryptInit.unwrap()(self.session, &mut mechanism, self.key);
            assert_eq!(rv, CKR_OK, "C_EncryptInit: {rv:#x}");
            let rv = (*self.table).C_Encrypt.unwrap()(
                self.session,
                plain.as_ptr().cast_mut(),
                plain.len() as CK_ULONG,
                sealed.as_mut_ptr(),
                &mut length,
            );
            assert_eq!(rv, CKR_OK, "C_Encrypt: {rv:#x}");
        }
        assert_eq!(length as usize, plain.len() + 16);
    }
}

fn attribute<T>(kind: CK_ATTRIBUTE_TYPE, value: &mut T) -> CK_ATTRIBUTE {
    CK_ATTRIBUTE {
        type_: kind,
        pValue: std::ptr::from_mut(value).cast(),
        ulValueLen: size_of::<T>() as CK_ULONG,
    }
}
