//! 7.6 SM2.

use ukey_crypto::sm2;
use ukey_ffi::{Fit, Room};
use ukey_token::{AlgId, EnvelopedSm2Key};
use zeroize::Zeroizing;

use super::{
    Answer,
    container::{ContainerKind, missing_key, usage},
    symmetric::ecb_id,
};
use crate::abi::types::{ECCPRIVATEKEYBLOB, ECCPUBLICKEYBLOB, ECCSIGNATUREBLOB};
use crate::blob;
use crate::caller_key;
use crate::error::Error;
use crate::handles::ContainerHandle;

/// Longest SM2 plaintext in bytes (DEVINFO.MaxECCBufferSize).
pub(crate) const MAX_ECC_PLAINTEXT: usize = 32 * 1024;
/// Input of the signing functions: SM3(Z || message).
pub(crate) const DIGEST_LEN: usize = 32;
/// The wrapped session key of an ENVELOPEDKEYBLOB: one block cipher key.
pub(crate) const SESSION_KEY_LEN: usize = 16;
/// Bits that are common to every SM2 number of both families, and to no other algorithm's.
const SM2_FAMILY: u32 = 0x0002_0000;

/// Any SM2 number is taken: clients use two families of them, and only signature pairs are made here.
pub(crate) fn check_sm2_id(algorithm: u32) -> Result<(), Error> {
    let sm2 = algorithm & 0xFFFF_00FF == SM2_FAMILY;
    if sm2 {
        Ok(())
    } else {
        Err(Error::NotSupported("key pair algorithm"))
    }
}

pub(crate) fn generate(
    container: &ContainerHandle,
    algorithm: u32,
) -> Result<ECCPUBLICKEYBLOB, Error> {
    check_sm2_id(algorithm)?;
    Ok(blob::ecc_public_blob(&container.token.generate_sm2()?))
}

/// An ENVELOPEDKEYBLOB, taken apart by its layout.
pub(crate) struct Enveloped<'a> {
    pub(crate) version: u32,
    pub(crate) algorithm: u32,
    pub(crate) bits: u32,
    pub(crate) private: &'a [u8; 64],
    pub(crate) public: &'a ECCPUBLICKEYBLOB,
    pub(crate) session_key: sm2::Ciphertext,
}

pub(crate) fn import(container: &ContainerHandle, key: &Enveloped<'_>) -> Result<(), Error> {
    if key.version != 1 {
        return Err(Error::InputData("version of the enveloped key"));
    }
    let algorithm = ecb_id(key.algorithm)?;
    if key.bits != 256 {
        return Err(Error::EccBits(key.bits));
    }
    let public_key = blob::ecc_public(key.public)?;
    Ok(container.token.import_sm2(&EnvelopedSm2Key {
        sym_alg: AlgId(algorithm),
        encrypted_private: key.private,
        public_key: &public_key,
        session_key: &key.session_key,
    })?)
}

/// The caller's digest; a shorter or longer input is an error, never a guess.
pub(crate) fn digest(data: &[u8]) -> Result<&[u8; DIGEST_LEN], Error> {
    data.try_into().map_err(|_| Error::InputLength("digest"))
}

/// The number that a caller's own key signs. The printed standard says "shorter than the modulus", and clients of the
/// drafts' functions hand over less than a digest.
pub(crate) fn number(data: &[u8]) -> Result<[u8; DIGEST_LEN], Error> {
    let mut number = [0; DIGEST_LEN];
    match DIGEST_LEN.checked_sub(data.len()) {
        Some(zeros) if !data.is_empty() => number[zeros..].copy_from_slice(data),
        _ => return Err(Error::InputLength("digest")),
    }
    Ok(number)
}

pub(crate) fn sign(container: &ContainerHandle, data: &[u8]) -> Result<ECCSIGNATUREBLOB, Error> {
    let signature = container.token.sign_sm2(digest(data)?);
    let signature = signature.map_err(|e| missing_key(container, ContainerKind::Sm2, e))?;
    Ok(blob::ecc_signature_blob(&signature))
}

pub(crate) fn verify(
    key: &ECCPUBLICKEYBLOB,
    e: &[u8; DIGEST_LEN],
    signature: &ECCSIGNATUREBLOB,
) -> Result<(), Error> {
    let key = blob::ecc_public(key)?;
    key.verify_digest(e, &blob::ecc_signature(signature)?)
        .map_err(|_| Error::Signature)
}

/// Decryption with a pair of the container, in the token.
pub(crate) fn decrypt(
    container: &ContainerHandle,
    signing: bool,
    cipher: &sm2::Ciphertext,
    room: Room,
) -> Result<Answer, Error> {
    if room.fit(cipher.data.len())? == Fit::Answered {
        return Ok(Answer::Length(cipher.data.len()));
    }
    Ok(Answer::Data(
        container.token.decrypt_sm2(usage(signing), cipher)?,
    ))
}

/// The bytes of the ECCCIPHERBLOB.
pub(crate) fn external_encrypt(key: &ECCPUBLICKEYBLOB, plaintext: &[u8]) -> Result<Vec<u8>, Error> {
    if plaintext.is_empty() {
        return Err(Error::InputLength("plaintext"));
    }
    Ok(blob::ecc_cipher_bytes(
        &blob::ecc_public(key)?.encrypt(plaintext)?,
    ))
}

pub(crate) fn external_decrypt(
    key: &ECCPRIVATEKEYBLOB,
    cipher: &sm2::Ciphertext,
    room: Room,
) -> Result<Answer, Error> {
    let key = caller_key::ecc_private(key)?;
    if room.fit(cipher.data.len())? == Fit::Answered {
        return Ok(Answer::Length(cipher.data.len()));
    }
    Ok(Answer::Data(key.decrypt(cipher)?))
}

pub(crate) fn external_sign(
    key: &Zeroizing<ECCPRIVATEKEYBLOB>,
    data: &[u8],
) -> Result<ECCSIGNATUREBLOB, Error> {
    Ok(blob::ecc_signature_blob(
        &caller_key::ecc_private(key)?.sign_digest(&number(data)?)?,
    ))
}
