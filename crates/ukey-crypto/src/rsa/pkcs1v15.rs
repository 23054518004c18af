//! PKCS#1 v1.5 (RFC 8017 sections 7.2 and 9.2), its decryption with implicit rejection
//! (draft-irtf-cfrg-rsa-guidance section 7).

use crate::hash::HashAlg;
use crate::mac::{Hmac, hmac};
use crate::{Error, rng};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq, ConstantTimeLess};
use zeroize::Zeroizing;

/// Bytes that the padding takes at least.
pub(super) const OVERHEAD: usize = 11;
/// Candidates for the length of a nonsense message.
const CANDIDATES: usize = 128;

/// Padding of type 1: `data` for a signature.
pub(super) fn signature_block(data: &[u8], size: usize) -> Result<Vec<u8>, Error> {
    if data.len() > size - OVERHEAD {
        return Err(Error::InvalidLength);
    }
    let mut block = vec![0xff; size];
    let separator = size - data.len() - 1;
    block[..2].copy_from_slice(&[0, 1]);
    block[separator] = 0;
    block[separator + 1..].copy_from_slice(data);
    Ok(block)
}

/// The data of a block with padding of type 1. All of it is public.
pub(super) fn recovered(block: &[u8]) -> Result<&[u8], Error> {
    let [0, 1, rest @ ..] = block else {
        return Err(Error::Verification);
    };
    let filling = rest.iter().take_while(|&&byte| byte == 0xff).count();
    match rest[filling..] {
        [0, ref data @ ..] if filling >= OVERHEAD - 3 => Ok(data),
        _ => Err(Error::Verification),
    }
}

/// Padding of type 2: `message` for encryption.
pub(super) fn encryption_block(message: &[u8], size: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
    if message.len() > size - OVERHEAD {
        return Err(Error::InvalidLength);
    }
    let mut block = Zeroizing::new(vec![0; size]);
    let separator = size - message.len() - 1;
    block[1] = 2;
    for byte in &mut block[2..separator] {
        while *byte == 0 {
            rng::fill(core::slice::from_mut(byte))?;
        }
    }
    block[separator + 1..].copy_from_slice(message);
    Ok(block)
}

/// The message of a block with padding of type 2, or, if the padding is wrong, a nonsense message
/// that depends on key and ciphertext only. Both ways take the same steps.
pub(super) fn message_or_nonsense(
    block: &[u8],
    private_exponent: &[u8],
    ciphertext: &[u8],
) -> Zeroizing<Vec<u8>> {
    let size = block.len();
    let (good, message_at) = find_message(block);
    let secret = Zeroizing::new(HashAlg::Sha256.digest(private_exponent));
    let seed = Zeroizing::new(hmac(HashAlg::Sha256, &secret, ciphertext));
    let nonsense = expand(&seed, b"message", size);
    let nonsense_at = size as u32 - nonsense_len(&seed, size);

    let at = u32::conditional_select(&nonsense_at, &message_at, good);
    let mut chosen = Zeroizing::new(vec![0; size]);
    for ((out, real), fake) in chosen.iter_mut().zip(block).zip(nonsense.iter()) {
        *out = u8::conditional_select(fake, real, good);
    }
    chosen.drain(..at as usize);
    chosen
}

/// Whether the padding is right, and where the message begins. Looks at every byte.
fn find_message(block: &[u8]) -> (Choice, u32) {
    let mut good = block[0].ct_eq(&0) & block[1].ct_eq(&2);
    let mut found = Choice::from(0);
    let mut message_at = 0u32;
    for (at, byte) in (0u32..).zip(block).skip(2) {
        let zero = byte.ct_eq(&0);
        message_at.conditional_assign(&(at + 1), zero & !found);
        found |= zero;
    }
    good &= found & !message_at.ct_lt(&(OVERHEAD as u32));
    (good, message_at)
}

/// The length of the nonsense message: the last candidate that is short enough.
fn nonsense_len(seed: &[u8], size: usize) -> u32 {
    let most = (size - OVERHEAD + 1) as u32;
    let mask = most.next_power_of_two() - 1;
    let candidates = expand(seed, b"length", 2 * CANDIDATES);
    let mut len = 0u32;
    for pair in candidates.chunks_exact(2) {
        let candidate = u32::from(u16::from_be_bytes([pair[0], pair[1]])) & mask;
        len.conditional_assign(&candidate, candidate.ct_lt(&most));
    }
    len
}

/// The draft's pseudorandom function: `len` bytes from `seed`.
fn expand(seed: &[u8], label: &[u8], len: usize) -> Zeroizing<Vec<u8>> {
    let bits = (len as u16 * 8).to_be_bytes();
    let keyed = Hmac::new(HashAlg::Sha256, seed);
    let mut out = Zeroizing::new(Vec::with_capacity(len + 32));
    for number in 0u16.. {
        if out.len() >= len {
            break;
        }
        let mut mac = keyed.clone();
        mac.update(&number.to_be_bytes());
        mac.update(label);
        mac.update(&bits);
        out.extend_from_slice(&Zeroizing::new(mac.finish()));
    }
    out.truncate(len);
    out
}
