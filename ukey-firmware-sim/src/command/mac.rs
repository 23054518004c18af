//! CBC-MAC under session keys (GM/T 0017 9.6.39-42).

use super::cipher::{padding, session_key};
use crate::card::{Card, crypto_status};
use crate::session::{MacRun, SessionKey};
use ukey_apdu::request::mac::{Mac, MacFinal, MacInit, MacUpdate};
use ukey_apdu::{Bytes, Empty, StatusWord};
use ukey_crypto::sm4;

/// MacInit, 9.6.39. Any SM4 key will do; an absent IV is zeros.
pub(crate) fn mac_init(card: &mut Card, request: MacInit) -> Result<Empty, StatusWord> {
    let padded = padding(request.padding)? == sm4::Padding::Pkcs7;
    let iv = match request.iv.as_slice() {
        [] => [0; sm4::BLOCK],
        iv => iv.try_into().map_err(|_| StatusWord::BAD_DATA)?,
    };
    let key = session_key(card, request.app, request.container, request.key)?;
    key.mac = Some(MacRun {
        mac: sm4::CbcMac::new(&key.key, &iv),
        padded,
        length: 0,
    });
    Ok(Empty)
}

fn update(key: &mut SessionKey, data: &[u8]) -> Result<(), StatusWord> {
    let run = key.mac.as_mut().ok_or(StatusWord::CONDITIONS)?;
    run.mac.update(data);
    run.length += data.len() as u64;
    Ok(())
}

fn finish(key: &mut SessionKey, data: &[u8]) -> Result<Bytes, StatusWord> {
    update(key, data)?;
    let mut run = key.mac.take().ok_or(StatusWord::CONDITIONS)?;
    if run.padded {
        let count = sm4::BLOCK - (run.length % sm4::BLOCK as u64) as usize;
        run.mac.update(&vec![count as u8; count]);
    }
    run.mac
        .finish()
        .map(|mac| Bytes(mac.to_vec()))
        .map_err(crypto_status)
}

/// Mac, 9.6.40.
pub(crate) fn mac(card: &mut Card, request: Mac) -> Result<Bytes, StatusWord> {
    finish(
        session_key(card, request.app, request.container, request.key)?,
        &request.data,
    )
}

/// MacUpdate, 9.6.41.
pub(crate) fn mac_update(card: &mut Card, request: MacUpdate) -> Result<Empty, StatusWord> {
    let key = session_key(card, request.app, request.container, request.key)?;
    update(key, &request.data).map(|()| Empty)
}

/// MacFinal, 9.6.42.
pub(crate) fn mac_final(card: &mut Card, request: MacFinal) -> Result<Bytes, StatusWord> {
    finish(
        session_key(card, request.app, request.container, request.key)?,
        &request.data,
    )
}
