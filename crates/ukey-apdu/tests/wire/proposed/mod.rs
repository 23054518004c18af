//! Marks D and P: our own layouts, as `docs/apdu.md` writes them. Here are the values in common.

mod bulk;
mod extension;
mod key_object;
mod keys;
mod structure;

use ukey_apdu::Secret;
use ukey_apdu::blob::{EccPublic, RsaPublic, Sm2Cipher, Sm2Point};
use ukey_apdu::id::{AlgId, AppId, ContainerId, SessionKeyId};
use ukey_apdu::secure::SecuredField;

const APP: AppId = AppId(0x1000);
const CON: ContainerId = ContainerId(0x3001);
const KEY: SessionKeyId = SessionKeyId(0x5002);
const SM4_CBC: AlgId = AlgId::SGD_SM4_CBC;

fn secured() -> SecuredField {
    SecuredField {
        cipher: Secret::new(vec![0xEE; 16]),
        mac: [1, 2, 3, 4],
    }
}

fn cipher() -> Sm2Cipher {
    Sm2Cipher {
        x: [0x11; 32],
        y: [0x22; 32],
        hash: [0x33; 32],
        data: vec![0xC2, 0xC3],
    }
}
const CIPHER: &str = "11*32 22*32 33*32 00 00 00 02 C2 C3";

fn ecc() -> EccPublic {
    EccPublic::sm2(&[0x11; 32], &[0x22; 32])
}
const ECC: &str = "00 00 01 00 11*32 22*32";

fn rsa() -> RsaPublic {
    RsaPublic {
        bits: 1024,
        n: vec![0x99; 128],
        e: [0, 1, 0, 1],
    }
}
const RSA: &str = "00 00 04 00 99*128 00 01 00 01";

fn point(byte: u8) -> Sm2Point {
    Sm2Point {
        x: [byte; 32],
        y: [byte + 1; 32],
    }
}
