//! 7.6 Random numbers and RSA.

use ukey_crypto::Error as CryptoError;
use ukey_ffi::Room;
use ukey_token::{AlgId, KeyUsage, view::PublicKey};
use zeroize::Zeroizing;

use super::{
    Answer,
    container::{ContainerKind, missing_key},
};
use crate::abi::types::{RSAPRIVATEKEYBLOB, RSAPUBLICKEYBLOB};
use crate::blob;
use crate::caller_key;
use crate::error::Error;
use crate::handles::{ContainerHandle, DeviceHandle, lock};

/// Most random bytes per call: what a token gives in reasonable time.
pub(crate) const MAX_RANDOM: usize = 1 << 20;
/// Most bytes that PKCS#1 v1.5 type 1 padding leaves room for in a 2048-bit signature.
pub(crate) const MAX_SIGN_INPUT: usize = 256 - 11;
/// Most bytes of the two inputs of SKF_ImportRSAKeyPair.
pub(crate) const MAX_WRAPPED: usize = 4096;

/// The only size of a key pair: the structures end at 2048 bits, and shorter keys are for verification.
const KEY_BITS: u32 = 2048;

/// Random bytes of the token, exactly as many as asked for: the last draw is the challenge of SKF_DevAuth.
pub(crate) fn random(device: &DeviceHandle, length: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
    if length == 0 {
        return Ok(Zeroizing::default());
    }
    // The lock keeps the note and the token's own memory in step.
    let mut auth = lock(&device.auth);
    let random = Zeroizing::new(device.token.random(length)?);
    auth.drawn(&random);
    Ok(random)
}

/// A new key pair in the clear, not kept anywhere.
pub(crate) fn generate_external(bits: u32) -> Result<Zeroizing<RSAPRIVATEKEYBLOB>, Error> {
    checked_bits(bits)?;
    caller_key::generate_rsa(bits)
}

pub(crate) fn generate(container: &ContainerHandle, bits: u32) -> Result<RSAPUBLICKEYBLOB, Error> {
    checked_bits(bits)?;
    blob::rsa_public_blob(&container.token.generate_rsa(bits)?)
}

fn checked_bits(bits: u32) -> Result<(), Error> {
    if bits == KEY_BITS {
        Ok(())
    } else {
        Err(Error::RsaBits(bits))
    }
}

pub(crate) fn import(
    container: &ContainerHandle,
    algorithm: u32,
    wrapped: &[u8],
    encrypted: &[u8],
) -> Result<(), Error> {
    let algorithm = super::symmetric::ecb_id(algorithm)?;
    if wrapped.is_empty() || encrypted.is_empty() {
        return Err(Error::InputLength("wrapped key"));
    }
    Ok(container
        .token
        .import_rsa(AlgId(algorithm), wrapped, encrypted)?)
}

/// PKCS#1 v1.5 type 1 over the caller's DigestInfo. The signature has the length of the modulus; it is only asked for
/// when the caller wants to know it.
pub(crate) fn sign(container: &ContainerHandle, data: &[u8], room: Room) -> Result<Answer, Error> {
    if data.is_empty() {
        return Err(Error::InputLength("data to sign"));
    }
    if room == Room::Query {
        return match container.token.public_key(KeyUsage::Signature)? {
            PublicKey::Rsa(key) => Ok(Answer::Length(key.size())),
            PublicKey::Sm2(_) => Err(Error::KeyType),
        };
    }
    let signature = container.token.sign_rsa(data);
    Ok(Answer::public(signature.map_err(|e| {
        missing_key(container, ContainerKind::Rsa, e)
    })?))
}

pub(crate) fn verify(key: &RSAPUBLICKEYBLOB, data: &[u8], signature: &[u8]) -> Result<(), Error> {
    let key = blob::rsa_public(key)?;
    if signature.len() != key.size() {
        return Err(Error::InputLength("signature"));
    }
    key.verify_pkcs1v15(data, signature)
        .map_err(|_| Error::Signature)
}

pub(crate) fn public_operation(key: &RSAPUBLICKEYBLOB, input: &[u8]) -> Result<Answer, Error> {
    Ok(Answer::public(blob::rsa_public(key)?.raw(input)?))
}

pub(crate) fn private_operation(
    key: &RSAPRIVATEKEYBLOB,
    input: &[u8],
    room: Room,
) -> Result<Answer, Error> {
    let key = caller_key::rsa_private(key)?;
    let length = key.public_key().size();
    if input.len() != length {
        return Err(Error::InputLength("RSA input"));
    }
    if room.fit(length)? == ukey_ffi::Fit::Answered {
        return Ok(Answer::Length(length));
    }
    match key.raw(input) {
        Ok(output) => Ok(Answer::Data(Zeroizing::new(output))),
        Err(CryptoError::InvalidLength) => Err(Error::InputData("RSA input")),
        Err(_) => Err(Error::RsaDecryption),
    }
}
