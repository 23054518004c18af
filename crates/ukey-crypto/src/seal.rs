//! Sealing of small secrets at rest: AES-256-GCM (NIST SP 800-38D) with a random nonce.

use crate::{Error, rng};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroizing;

/// Length of a sealing key in bytes.
pub const KEY_LEN: usize = 32;
/// Bytes that sealing adds: nonce (12) and tag (16).
pub const OVERHEAD: usize = NONCE_LEN + TAG_LEN;

const NONCE_LEN: usize = 12;
const TAG_LEN: usize = 16;

/// A 256-bit sealing key. Zeroised on drop.
///
/// Nonces are random, so one key must not seal more than about 2^32 values (SP 800-38D section 8.3).
pub struct SealKey(Zeroizing<[u8; KEY_LEN]>);

impl SealKey {
    /// A fresh random key.
    ///
    /// # Errors
    /// [`Error::Rng`].
    pub fn generate() -> Result<Self, Error> {
        let mut key = Zeroizing::new([0; KEY_LEN]);
        rng::fill(&mut key[..])?;
        Ok(Self(key))
    }

    /// The key's bytes, to store it.
    #[must_use]
    pub fn expose_bytes(&self) -> &[u8; KEY_LEN] {
        &self.0
    }

    fn cipher(&self) -> LessSafeKey {
        let key = UnboundKey::new(&AES_256_GCM, &*self.0).expect("the key has the right length");
        LessSafeKey::new(key)
    }
}

impl From<[u8; KEY_LEN]> for SealKey {
    fn from(key: [u8; KEY_LEN]) -> Self {
        Self(Zeroizing::new(key))
    }
}

impl TryFrom<&[u8]> for SealKey {
    type Error = Error;

    /// Fails with [`Error::InvalidLength`] unless `key` is 32 bytes long.
    fn try_from(key: &[u8]) -> Result<Self, Error> {
        Ok(Self(Zeroizing::new(
            key.try_into().map_err(|_| Error::InvalidLength)?,
        )))
    }
}

impl core::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SealKey(..)")
    }
}

/// Seals `plaintext` and binds it to `aad`. Result: nonce (12 bytes), ciphertext, tag (16 bytes).
///
/// # Errors
/// [`Error::Rng`]; [`Error::InvalidLength`] above the limit of GCM (64 GiB).
pub fn seal(key: &SealKey, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, Error> {
    let mut nonce = [0; NONCE_LEN];
    rng::fill(&mut nonce)?;
    let mut sealed = Vec::with_capacity(plaintext.len() + OVERHEAD);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(plaintext);
    let tag = key
        .cipher()
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(aad),
            &mut sealed[NONCE_LEN..],
        )
        .map_err(|_| Error::InvalidLength)?;
    sealed.extend_from_slice(tag.as_ref());
    Ok(sealed)
}

/// Opens what [`seal`] made with the same key and `aad`.
///
/// # Errors
/// [`Error::Decryption`] if anything at all was changed, or the input is too short.
pub fn open(key: &SealKey, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let (nonce, text) = sealed
        .split_first_chunk::<NONCE_LEN>()
        .ok_or(Error::Decryption)?;
    let mut text = Zeroizing::new(text.to_vec());
    let len = key
        .cipher()
        .open_in_place(
            Nonce::assume_unique_for_key(*nonce),
            Aad::from(aad),
            &mut text,
        )
        .map_err(|_| Error::Decryption)?
        .len();
    text.truncate(len);
    Ok(text)
}
