//! Structures of any bytes through the exports of SKF, on one token in a file.
//!
//! The bytes are a program: each step is a function, and for each structure its lengths and numbers, right or wrong. The
//! memory of a structure is exactly as long as the standard asks of its caller, so that a sanitizer sees a read beyond it.

// Each target uses a part of it.
#[allow(dead_code)]
#[path = "skf_token.rs"]
mod skf_token;

use skf_token::{Source, Start, check, start};
use std::ptr::null_mut;
use ukey_skf::*;

/// Most plaintext that a ciphertext may hold; a length beyond is refused unread, so there is no memory for it.
const MAX_CIPHER: u32 = 32_768;
const BITS: [u32; 8] = [256, 0, 257, u32::MAX, 255, 1024, 2048, 1];
const LENGTHS: [u32; 8] = [
    16,
    0,
    1,
    33,
    MAX_CIPHER,
    MAX_CIPHER + 1,
    0x8000_0000,
    u32::MAX,
];
const ALGORITHMS: [u32; 6] = [0x401, 0x402, 0x410, 0x101, 0, u32::MAX];

impl Source<'_> {
    /// A number's field: right-aligned, or any bytes.
    fn field(&mut self, good: &[u8; 64]) -> [u8; 64] {
        let mut field = *good;
        match self.byte() % 4 {
            0 => {}
            1 => field = [self.byte(); 64],
            2 => field[usize::from(self.byte()) % 64] ^= self.byte(),
            _ => {
                let bytes = self.bytes(64);
                field[..bytes.len()].copy_from_slice(bytes);
            }
        }
        field
    }

    fn public(&mut self, start: &Start) -> Vec<u8> {
        let bits = self.pick(&BITS);
        let (x, y) = ({ start.key.XCoordinate }, { start.key.YCoordinate });
        let (x, y) = (self.field(&x), self.field(&y));
        [&bits.to_ne_bytes()[..], &x, &y].concat()
    }

    fn private(&mut self) -> Vec<u8> {
        let mut one = [0; 64];
        one[63] = 1;
        [&self.pick(&BITS).to_ne_bytes()[..], &self.field(&one)].concat()
    }

    fn cipher(&mut self, start: &Start) -> Vec<u8> {
        let len = self.pick(&LENGTHS);
        let point = self.public(start);
        let there = if len <= MAX_CIPHER { len } else { 1 };
        let mut blob = point[4..].to_vec();
        blob.extend([self.byte(); 32]);
        blob.extend(len.to_ne_bytes());
        blob.resize(blob.len() + there.max(1) as usize, self.byte());
        blob
    }

    fn enveloped(&mut self, start: &Start) -> Vec<u8> {
        let mut blob = self.pick(&[1_u32, 0, 2, u32::MAX]).to_ne_bytes().to_vec();
        blob.extend(self.pick(&ALGORITHMS).to_ne_bytes());
        blob.extend(self.pick(&BITS).to_ne_bytes());
        blob.extend([self.byte(); 64]);
        blob.extend(self.public(start));
        blob.extend(self.cipher(start));
        blob
    }

    fn rsa(&mut self, size: usize) -> Vec<u8> {
        let mut blob = 0x10000_u32.to_ne_bytes().to_vec();
        blob.extend(self.pick(&BITS).to_ne_bytes());
        // Odd, mostly: what is even is no modulus.
        blob.resize(size, self.byte());
        blob[263] |= 1;
        blob[264..268].copy_from_slice(&[0, 1, 0, self.pick(&[1, 0, 3])]);
        blob
    }
}

/// Runs one program.
pub(crate) fn run(data: &[u8]) {
    let start = start();
    let mut source = Source(data);
    while !source.0.is_empty() {
        step(&start, &mut source);
    }
}

fn step(start: &Start, source: &mut Source<'_>) {
    let operation = source.byte() % 14;
    let (mut public, mut other) = (source.public(start), source.public(start));
    let (mut private, mut cipher) = (source.private(), source.cipher(start));
    let mut enveloped = source.enveloped(start);
    let (mut rsa, mut rsa_private) = (source.rsa(268), source.rsa(1164));
    let mut input = vec![source.byte(); 256];
    let (mut out, mut len) = (vec![0u8; 1024], 1024);
    let data_len = source.pick(&[32, 0, 31, 33, 128, 256]);
    let algorithm = source.pick(&ALGORITHMS);
    let (device, container, mut handle) = (start.device, start.container, null_mut());
    let (key, temporary) = (public.as_mut_ptr().cast(), other.as_mut_ptr().cast());
    let (data, result) = (input.as_mut_ptr(), out.as_mut_ptr());
    let blob = cipher.as_mut_ptr();
    // SAFETY: structures are as long as their lengths say, up to what must be refused unread; the output has room for 164
    // bytes and the input.
    let (name, code) = unsafe {
        match operation {
            0 => (
                "import",
                SKF_ImportECCKeyPair(container, enveloped.as_mut_ptr().cast()),
            ),
            1 => (
                "verify",
                SKF_ECCVerify(device, key, data, data_len, blob.cast()),
            ),
            2 => (
                "encrypt",
                SKF_ExtECCEncrypt(device, key, data, data_len, result.cast()),
            ),
            3 => {
                let d = private.as_mut_ptr().cast();
                (
                    "decrypt",
                    SKF_ExtECCDecrypt(device, d, blob.cast(), null_mut(), &raw mut len),
                )
            }
            4 => {
                let d = private.as_mut_ptr().cast();
                (
                    "sign",
                    SKF_ExtECCSign(device, d, data, data_len, result.cast()),
                )
            }
            5 => {
                let out = &raw mut len;
                (
                    "token decrypt",
                    SKF_ECCDecrypt(container, 1, blob.cast(), null_mut(), out),
                )
            }
            6 => {
                let made = &raw mut handle;
                (
                    "export",
                    SKF_ECCExportSessionKey(container, algorithm, key, result.cast(), made),
                )
            }
            7 => {
                let (made, size) = (&raw mut handle, cipher.len() as u32);
                (
                    "import key",
                    SKF_ImportSessionKey(container, algorithm, blob, size, made),
                )
            }
            8 => {
                let (id, made) = ((data, data_len), &raw mut handle);
                let own = result.cast();
                let code = SKF_GenerateAgreementDataAndKeyWithECC(
                    container, algorithm, key, temporary, own, id.0, id.1, id.0, id.1, made,
                );
                ("agree", code)
            }
            9 => {
                let made = &raw mut handle;
                (
                    "digest",
                    SKF_DigestInit(device, 1, key, data, data_len, made),
                )
            }
            10 => {
                let key = rsa.as_mut_ptr().cast();
                (
                    "RSA verify",
                    SKF_RSAVerify(device, key, data, data_len, data, 256),
                )
            }
            11 => {
                let (key, len) = (rsa.as_mut_ptr().cast(), &raw mut len);
                let code = SKF_ExtRSAPubKeyOperation(device, key, data, data_len, result, len);
                ("RSA public", code)
            }
            12 => {
                let (key, len) = (rsa_private.as_mut_ptr().cast(), &raw mut len);
                let code = SKF_ExtRSAPriKeyOperation(device, key, data, data_len, result, len);
                ("RSA private", code)
            }
            _ => {
                let code =
                    SKF_ImportRSAKeyPair(container, algorithm, data, data_len, data, data_len);
                ("RSA import", code)
            }
        }
    };
    check(name, code);
    if code == 0 && !handle.is_null() {
        // SAFETY: no memory.
        unsafe { SKF_CloseHandle(handle) };
    }
}
