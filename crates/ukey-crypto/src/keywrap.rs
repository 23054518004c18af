//! Key wrapping with a block cipher: KW and KWP (SP 800-38F, RFC 3394, RFC 5649).

use crate::cipher::{BLOCK, Block, BlockCipher, Key};
use crate::{Error, ct};
use zeroize::{Zeroize, Zeroizing};

#[cfg(test)]
mod tests;

/// Half a block, the unit of wrapping.
const SEMIBLOCK: usize = 8;

/// The initial value of KW (RFC 3394 section 2.2.3.1).
pub const DEFAULT_IV: [u8; 8] = [0xa6; 8];
/// The initial value of KWP (RFC 5649 section 3), which the length follows.
pub const DEFAULT_PADDED_IV: [u8; 4] = [0xa6, 0x59, 0x59, 0xa6];

/// Wraps `data`, at least 16 bytes and a multiple of 8 (KW). Adds 8 bytes.
///
/// # Errors
/// [`Error::InvalidLength`].
pub fn wrap<K: Key>(key: &K, iv: &[u8; 8], data: &[u8]) -> Result<Vec<u8>, Error> {
    if data.len() < 2 * SEMIBLOCK || !data.len().is_multiple_of(SEMIBLOCK) {
        return Err(Error::InvalidLength);
    }
    let mut wrapped = [&iv[..], data].concat();
    forward(key.cipher(), &mut wrapped);
    Ok(wrapped)
}

/// Unwraps what [`wrap`] made with the same `iv`.
///
/// # Errors
/// [`Error::InvalidLength`] unless `wrapped` is a multiple of 8 bytes, at least 24;
/// [`Error::Decryption`] if anything was changed.
pub fn unwrap<K: Key>(key: &K, iv: &[u8; 8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    if wrapped.len() < 3 * SEMIBLOCK || !wrapped.len().is_multiple_of(SEMIBLOCK) {
        return Err(Error::InvalidLength);
    }
    let mut data = Zeroizing::new(wrapped.to_vec());
    backward(key.cipher(), &mut data);
    if !ct::eq(&data[..SEMIBLOCK], iv) {
        return Err(Error::Decryption);
    }
    data.drain(..SEMIBLOCK);
    Ok(data)
}

/// Wraps `data` of 1 byte or more (KWP): zeros fill the last 8 bytes, the length goes into the
/// initial value.
///
/// # Errors
/// [`Error::InvalidLength`] for empty data and above 4 GiB.
pub fn wrap_padded<K: Key>(key: &K, iv: &[u8; 4], data: &[u8]) -> Result<Vec<u8>, Error> {
    let len = u32::try_from(data.len()).map_err(|_| Error::InvalidLength)?;
    if len == 0 {
        return Err(Error::InvalidLength);
    }
    let wrapped_len = SEMIBLOCK + data.len().next_multiple_of(SEMIBLOCK);
    // Room for the filling from the start: a buffer that grows leaves the key behind.
    let mut wrapped = Vec::with_capacity(wrapped_len);
    wrapped.extend_from_slice(iv);
    wrapped.extend_from_slice(&len.to_be_bytes());
    wrapped.extend_from_slice(data);
    wrapped.resize(wrapped_len, 0);
    if let Ok(block) = <&mut Block>::try_from(&mut wrapped[..]) {
        key.cipher().encrypt_block(block);
    } else {
        forward(key.cipher(), &mut wrapped);
    }
    Ok(wrapped)
}

/// Unwraps what [`wrap_padded`] made with the same `iv`.
///
/// # Errors
/// [`Error::InvalidLength`] unless `wrapped` is a multiple of 8 bytes, at least 16;
/// [`Error::Decryption`] if anything was changed.
pub fn unwrap_padded<K: Key>(
    key: &K,
    iv: &[u8; 4],
    wrapped: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
    if wrapped.len() < 2 * SEMIBLOCK || !wrapped.len().is_multiple_of(SEMIBLOCK) {
        return Err(Error::InvalidLength);
    }
    let mut data = Zeroizing::new(wrapped.to_vec());
    if let Ok(block) = <&mut Block>::try_from(&mut data[..]) {
        key.cipher().decrypt_blocks(core::slice::from_mut(block));
    } else {
        backward(key.cipher(), &mut data);
    }
    let (head, body) = data.split_at(SEMIBLOCK);
    let len = u32::from_be_bytes([head[4], head[5], head[6], head[7]]) as usize;
    let len_fits = len <= body.len() && len + SEMIBLOCK > body.len();
    // Reads every byte that may be filling, whatever the length says.
    let filling = body[body.len() - SEMIBLOCK..]
        .iter()
        .enumerate()
        .filter(|(at, _)| body.len() - SEMIBLOCK + at >= len)
        .fold(0, |sum, (_, byte)| sum | byte);
    if !(ct::eq(&head[..4], iv) & len_fits & (filling == 0)) {
        return Err(Error::Decryption);
    }
    data.truncate(SEMIBLOCK + len);
    data.drain(..SEMIBLOCK);
    Ok(data)
}

/// Wraps `data` of any length with KW after PKCS#7 padding to a multiple of 8 bytes, as
/// `CKM_AES_KEY_WRAP_PKCS7` of PKCS#11 3.0 does.
///
/// # Errors
/// [`Error::InvalidLength`] if the padded data is shorter than KW takes: `data` below 8 bytes.
pub fn wrap_pkcs7<K: Key>(key: &K, iv: &[u8; 8], data: &[u8]) -> Result<Vec<u8>, Error> {
    let filling = SEMIBLOCK - data.len() % SEMIBLOCK;
    let mut padded = Zeroizing::new(Vec::with_capacity(data.len() + filling));
    padded.extend_from_slice(data);
    padded.resize(data.len() + filling, filling as u8);
    wrap(key, iv, &padded)
}

/// Unwraps what [`wrap_pkcs7`] made with the same `iv`.
///
/// # Errors
/// As [`unwrap`]; [`Error::Decryption`] if the padding is wrong.
pub fn unwrap_pkcs7<K: Key>(
    key: &K,
    iv: &[u8; 8],
    wrapped: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut data = unwrap(key, iv, wrapped)?;
    // No oracle here: what reaches this point was authenticated by the initial value.
    let filling = usize::from(data.last().copied().unwrap_or(0));
    let good = (1..=SEMIBLOCK).contains(&filling)
        && data[data.len() - filling..]
            .iter()
            .all(|&byte| usize::from(byte) == filling);
    if !good {
        return Err(Error::Decryption);
    }
    let len = data.len() - filling;
    data.truncate(len);
    Ok(data)
}

/// The wrapping function W of SP 800-38F section 6.1, in place.
fn forward<C: BlockCipher>(cipher: &C, data: &mut [u8]) {
    let (head, rows) = data.split_at_mut(SEMIBLOCK);
    let mut block = [0; BLOCK];
    block[..SEMIBLOCK].copy_from_slice(head);
    let mut step = 0u64;
    for _ in 0..6 {
        for row in rows.chunks_exact_mut(SEMIBLOCK) {
            block[SEMIBLOCK..].copy_from_slice(row);
            cipher.encrypt_block(&mut block);
            step += 1;
            count(&mut block, step);
            row.copy_from_slice(&block[SEMIBLOCK..]);
        }
    }
    head.copy_from_slice(&block[..SEMIBLOCK]);
    block.zeroize();
}

/// The inverse of [`forward`].
fn backward<C: BlockCipher>(cipher: &C, data: &mut [u8]) {
    let (head, rows) = data.split_at_mut(SEMIBLOCK);
    let mut block = [0; BLOCK];
    block[..SEMIBLOCK].copy_from_slice(head);
    let mut step = (6 * rows.len() / SEMIBLOCK) as u64;
    for _ in 0..6 {
        for row in rows.chunks_exact_mut(SEMIBLOCK).rev() {
            block[SEMIBLOCK..].copy_from_slice(row);
            count(&mut block, step);
            step -= 1;
            cipher.decrypt_blocks(core::slice::from_mut(&mut block));
            row.copy_from_slice(&block[SEMIBLOCK..]);
        }
    }
    head.copy_from_slice(&block[..SEMIBLOCK]);
    block.zeroize();
}

/// Adds the number of the step to the first half of the block.
fn count(block: &mut Block, step: u64) {
    for (byte, number) in block.iter_mut().zip(step.to_be_bytes()) {
        *byte ^= number;
    }
}
