//! Sequences of SKF calls: handles of every kind, open, closed and closed twice, in any order, on one token in a file.
//!
//! The bytes are a program: each step is a function and which of the handles made so far it gets, of the right kind or not.

// Each target uses a part of it.
#[allow(dead_code)]
#[path = "skf_token.rs"]
mod skf_token;

use skf_token::{Handle, Source, Start, check, start};
use std::ptr::null_mut;
use ukey_skf::*;

const ALGORITHMS: [u32; 7] = [0x401, 0x402, 0x404, 0x408, 0x410, 0x101, 0];
const LENGTHS: [u32; 8] = [16, 0, 1, 15, 17, 64, 160, 256];
const NAMES: [&std::ffi::CStr; 5] = [c"c", c"d", c"e", c"", c"nothing of this name"];

/// Handles so far, closed ones too.
struct Pool(Vec<Handle>);

impl Pool {
    fn pick(&self, source: &mut Source<'_>) -> Handle {
        let n = usize::from(source.byte());
        match n {
            254 => null_mut(),
            255 => std::ptr::without_provenance_mut(0x1234),
            n => self.0[n % self.0.len()],
        }
    }
}

/// Runs one program.
pub(crate) fn run(data: &[u8]) {
    let start = start();
    let mut source = Source(data);
    let mut pool = Pool(vec![start.device, start.application, start.container]);
    while !source.0.is_empty() {
        let made = step(&start, &mut pool, &mut source);
        if !made.is_null() {
            pool.0.push(made);
        }
    }
    for handle in pool.0.split_off(3) {
        // SAFETY: no memory. One of the three is right, unless it is closed already.
        unsafe {
            SKF_CloseHandle(handle);
            SKF_CloseContainer(handle);
            SKF_CloseApplication(handle);
            SKF_DisConnectDev(handle);
        }
    }
    let user = c"12345678".as_ptr().cast_mut().cast();
    // SAFETY: a text with its NUL; a program may have logged out.
    let code = unsafe { SKF_VerifyPIN(start.application, 1, user, &mut 0) };
    assert_eq!(code, 0, "the application is still there");
}

fn parameters(source: &mut Source<'_>) -> BLOCKCIPHERPARAM {
    BLOCKCIPHERPARAM {
        IV: [source.byte(); 32],
        IVLen: source.pick(&[16, 0, 8, 32, u32::MAX]),
        PaddingType: source.pick(&[0, 1, 2]),
        FeedBitLen: source.pick(&[0, 128, 8]),
    }
}

/// One call; the handle that it made, if any.
fn step(start: &Start, pool: &mut Pool, source: &mut Source<'_>) -> Handle {
    let operation = source.byte() % 24;
    let (handle, mut made) = (pool.pick(source), null_mut());
    let out_handle = &raw mut made;
    let (mut data, mut out) = ([source.byte(); 256], [0u8; 512]);
    let (len, mut room) = (
        source.pick(&LENGTHS),
        source.pick(&[512_u32, 0, 15, 16, 32]),
    );
    let (bytes, result, room) = (data.as_mut_ptr(), out.as_mut_ptr(), &raw mut room);
    let result = if source.byte().is_multiple_of(8) {
        null_mut()
    } else {
        result
    };
    let algorithm = source.pick(&ALGORITHMS);
    let name = source.pick(&NAMES).as_ptr().cast_mut().cast::<u8>();
    let mut key = start.key;
    let key = &raw mut key;
    // The three handles that every program begins with stay open.
    let is_ours = [start.device, start.application, start.container].contains(&handle);
    // SAFETY: texts have their NUL; buffers have at least the room that is said, and 512 bytes where nothing is said.
    let (what, code) = unsafe {
        match operation {
            0 => (
                "set key",
                SKF_SetSymmKey(handle, bytes, algorithm, out_handle),
            ),
            1 => ("encrypt init", SKF_EncryptInit(handle, parameters(source))),
            2 => ("encrypt", SKF_Encrypt(handle, bytes, len, result, room)),
            3 => (
                "encrypt update",
                SKF_EncryptUpdate(handle, bytes, len, result, room),
            ),
            4 => ("encrypt final", SKF_EncryptFinal(handle, result, room)),
            5 => ("decrypt init", SKF_DecryptInit(handle, parameters(source))),
            6 => ("decrypt", SKF_Decrypt(handle, bytes, len, result, room)),
            7 => (
                "decrypt update",
                SKF_DecryptUpdate(handle, bytes, len, result, room),
            ),
            8 => ("decrypt final", SKF_DecryptFinal(handle, result, room)),
            9 => (
                "digest init",
                SKF_DigestInit(handle, 1, key, bytes, len, out_handle),
            ),
            10 => ("digest update", SKF_DigestUpdate(handle, bytes, len)),
            11 => ("digest final", SKF_DigestFinal(handle, result, room)),
            12 => (
                "MAC init",
                SKF_MacInit(handle, &mut parameters(source), out_handle),
            ),
            13 => ("MAC update", SKF_MacUpdate(handle, bytes, len)),
            14 => ("MAC final", SKF_MacFinal(handle, result, room)),
            15 => {
                let blob = out.as_mut_ptr().cast();
                let code = SKF_ECCExportSessionKey(handle, algorithm, key, blob, out_handle);
                ("export key", code)
            }
            16 => {
                let blob = out.as_mut_ptr().cast();
                let code = SKF_GenerateAgreementDataWithECC(
                    handle, algorithm, blob, bytes, len, out_handle,
                );
                ("agreement", code)
            }
            17 => {
                let code = SKF_GenerateKeyWithECC(handle, key, key, bytes, len, out_handle);
                ("agreed key", code)
            }
            18 => (
                "open application",
                SKF_OpenApplication(handle, c"FUZZ".as_ptr().cast_mut().cast(), out_handle),
            ),
            19 => (
                "open container",
                SKF_OpenContainer(handle, name, out_handle),
            ),
            20 => (
                "create container",
                SKF_CreateContainer(handle, name, out_handle),
            ),
            21 => (
                "sign",
                SKF_ECCSignData(handle, bytes, len, out.as_mut_ptr().cast()),
            ),
            22 => ("logout", SKF_ClearSecureState(handle)),
            _ if is_ours => ("close container", SKF_CloseContainer(null_mut())),
            _ => {
                SKF_CloseContainer(handle);
                SKF_CloseApplication(handle);
                ("close handle", SKF_CloseHandle(handle))
            }
        }
    };
    check(what, code);
    made
}
