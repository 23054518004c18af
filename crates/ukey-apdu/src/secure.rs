//! Framing of PIN and key commands: profile "P1" (mark P throughout, ours until the standard's own
//! is known).
//!
//! Only bytes are arranged here; SM4, SM2 and the hashes are the caller's. Notation: R8 is the
//! challenge (GenRandom), K the PIN key or device authentication key, Ks the key of one command.
//!
//! * VerifyPin: cryptogram = SM4-ECB(K, [`verify_pin_block`]).
//! * DevAuth: cryptogram = SM4-ECB(K, [`device_auth_block`]).
//! * Class 84: Ks = SM4-ECB(K, [`session_key_block`]); field = SM4-CBC(Ks, IV 0, [`frame`]);
//!   MAC = first 4 bytes of SM4-CBC-MAC(Ks, IV [`mac_iv`], [`mac_input`]), the last in the data.
//! * Extension: field = SM2(transport key, [`bind_challenge`]).

use zeroize::Zeroizing;

use crate::command::CommandApdu;
use crate::layout::structure;
use crate::secret::Secret;
use crate::wire::{DecodeError, Field, Reader, Writer};

/// The cipher block, in bytes.
pub const BLOCK: usize = 16;
/// The MAC of a class 84 command, in bytes.
pub const MAC_LENGTH: usize = 4;
/// The challenge, in bytes.
pub const CHALLENGE_LENGTH: usize = 8;

/// A challenge: the first 8 bytes of the last GenRandom of at least 8 bytes.
pub type Challenge = [u8; CHALLENGE_LENGTH];

/// What ends every class 84 data field: whole cipher blocks, then the MAC.
#[derive(Debug, PartialEq, Eq)]
pub struct SecuredField {
    /// The encrypted field.
    pub cipher: Secret,
    /// The first bytes of the CBC-MAC.
    pub mac: [u8; MAC_LENGTH],
}

impl Field for SecuredField {
    fn put(&self, writer: &mut Writer) {
        writer.bytes(self.cipher.expose()).bytes(&self.mac);
    }

    /// Takes all that is left.
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let length = reader
            .remaining()
            .checked_sub(MAC_LENGTH)
            .ok_or(DecodeError::Truncated)?;
        if length == 0 || !length.is_multiple_of(BLOCK) {
            return Err(DecodeError::Length("encrypted field"));
        }
        Ok(Self {
            cipher: Secret::from(reader.bytes(length)?),
            mac: reader.array()?,
        })
    }
}

/// The block behind a VerifyPin cryptogram: `R8, 80, seven zeros`.
pub fn verify_pin_block(challenge: &Challenge) -> [u8; BLOCK] {
    let mut block = device_auth_block(challenge);
    block[CHALLENGE_LENGTH] = 0x80;
    block
}

/// The block behind a DevAuth cryptogram: `R8, eight zeros`. (A card also takes 16 bytes of random
/// as they are, which is what some hosts encrypt.)
pub fn device_auth_block(challenge: &Challenge) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    block[..CHALLENGE_LENGTH].copy_from_slice(challenge);
    block
}

/// The block that K encrypts to Ks: `R8, complement of R8`.
pub fn session_key_block(challenge: &Challenge) -> [u8; BLOCK] {
    let mut block = device_auth_block(challenge);
    for (complement, byte) in block[CHALLENGE_LENGTH..].iter_mut().zip(challenge) {
        *complement = !byte;
    }
    block
}

/// The initial value of the MAC: `R8, eight zeros`.
pub fn mac_iv(challenge: &Challenge) -> [u8; BLOCK] {
    device_auth_block(challenge)
}

/// Frames a plaintext for encryption: `length u16, plaintext, 80, zeros` to whole blocks.
///
/// # Errors
/// [`DecodeError::Length`] for more than 65535 bytes.
pub fn frame(plaintext: &[u8]) -> Result<Zeroizing<Vec<u8>>, DecodeError> {
    let length = u16::try_from(plaintext.len()).map_err(|_| DecodeError::Length("plaintext"))?;
    let mut framed = Zeroizing::new(Vec::with_capacity(plaintext.len() + 2 + BLOCK));
    framed.extend_from_slice(&length.to_be_bytes());
    framed.extend_from_slice(plaintext);
    pad(&mut framed);
    Ok(framed)
}

/// Takes the plaintext out of a decrypted frame. Check the MAC before.
///
/// # Errors
/// [`DecodeError`] when length and padding do not agree exactly.
pub fn unframe(framed: &[u8]) -> Result<Zeroizing<Vec<u8>>, DecodeError> {
    let mut reader = Reader::new(framed);
    let length = reader.u16()?;
    let plaintext = reader.bytes(usize::from(length))?;
    let padding = reader.rest();
    let exact = framed.len().is_multiple_of(BLOCK) && padding.len() <= BLOCK;
    match padding.split_first() {
        Some((0x80, zeros)) if exact && zeros.iter().all(|byte| *byte == 0) => {
            Ok(Zeroizing::new(plaintext.to_vec()))
        }
        _ => Err(DecodeError::Invalid("padding")),
    }
}

/// What the MAC of a class 84 command covers: `CLA INS P1 P2, Lc (00 hi lo, MAC included), data
/// before the MAC`, then `80, zeros` to whole blocks.
///
/// `command` is the whole command with its MAC, or with anything in its place when the MAC is still
/// to be made: its last four bytes are not looked at.
///
/// # Errors
/// [`DecodeError::Truncated`] when there is no room for a MAC, [`DecodeError::Length`] for more
/// than 65535 bytes of data.
pub fn mac_input(command: &CommandApdu) -> Result<Zeroizing<Vec<u8>>, DecodeError> {
    let lc = u16::try_from(command.data.len()).map_err(|_| DecodeError::Length("data"))?;
    let before = command
        .data
        .len()
        .checked_sub(MAC_LENGTH)
        .ok_or(DecodeError::Truncated)?;
    let mut input = Zeroizing::new(Vec::with_capacity(7 + before + BLOCK));
    let class = command.class.without_chaining();
    input.extend_from_slice(&[class.0, command.ins, command.p1, command.p2, 0]);
    input.extend_from_slice(&lc.to_be_bytes());
    input.extend_from_slice(&command.data[..before]);
    pad(&mut input);
    Ok(input)
}

/// Appends 80 and zeros up to whole blocks. Callers have reserved the room.
fn pad(bytes: &mut Vec<u8>) {
    bytes.push(0x80);
    bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
}

/// The plaintext of a field sent under the transport key: `R8, secret`.
pub fn bind_challenge(challenge: &Challenge, secret: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut bound = Zeroizing::new(Vec::with_capacity(CHALLENGE_LENGTH + secret.len()));
    bound.extend_from_slice(challenge);
    bound.extend_from_slice(secret);
    bound
}

structure! {
    /// A plaintext sent under the transport key: `R8, secret`.
    pub struct BoundSecret {
        /// The challenge it answers.
        challenge: [u8; CHALLENGE_LENGTH],
        /// What it carries; may be empty.
        secret: Secret as rest,
    }
}
