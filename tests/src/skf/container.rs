//! 7.5 and 7.6 of GM/T 0016: what a container does.

use libloading::{Library, Symbol};
use ukey_crypto::{rsa, sm2};

use super::blob::*;
use super::{Handle, Result, check};

/// `SGD_SM2_1`, the number that SKF_GenECCKeyPair takes for signing keys.
const SGD_SM2_1: u32 = 0x0002_0200;

/// An open container.
#[derive(Debug)]
pub struct SkfContainer<'a> {
    pub(super) library: &'a Library,
    pub(super) handle: Handle,
}

/// Which pair of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pair {
    /// The encryption pair (`bSignFlag` FALSE).
    Encryption,
    /// The signature pair (`bSignFlag` TRUE).
    Signature,
}

impl SkfContainer<'_> {
    /// SKF_GenECCKeyPair.
    ///
    /// # Errors
    /// The library's.
    pub fn generate_sm2(&self) -> Result<sm2::PublicKey> {
        let mut blob = [0; ECC_PUBLIC_LEN];
        call!(
            self.library,
            SKF_GenECCKeyPair(Handle: self.handle, u32: SGD_SM2_1, *mut u8: blob.as_mut_ptr())
        )?;
        Ok(ecc_public_key(&blob))
    }

    /// SKF_GenRSAKeyPair of 2048 bits.
    ///
    /// # Errors
    /// The library's.
    pub fn generate_rsa(&self) -> Result<rsa::PublicKey> {
        let mut blob = [0; RSA_PUBLIC_LEN];
        call!(
            self.library,
            SKF_GenRSAKeyPair(Handle: self.handle, u32: 2048, *mut u8: blob.as_mut_ptr())
        )?;
        Ok(rsa_public_key(&blob))
    }

    /// SKF_ExportPublicKey of an SM2 pair.
    ///
    /// # Errors
    /// The library's.
    pub fn sm2_public_key(&self, pair: Pair) -> Result<sm2::PublicKey> {
        let mut blob = [0; ECC_PUBLIC_LEN];
        self.export(pair, &mut blob)?;
        Ok(ecc_public_key(&blob))
    }

    /// SKF_ExportPublicKey of an RSA pair.
    ///
    /// # Errors
    /// The library's.
    pub fn rsa_public_key(&self, pair: Pair) -> Result<rsa::PublicKey> {
        let mut blob = [0; RSA_PUBLIC_LEN];
        self.export(pair, &mut blob)?;
        Ok(rsa_public_key(&blob))
    }

    fn export(&self, pair: Pair, blob: &mut [u8]) -> Result<()> {
        let mut length = blob.len() as u32;
        call!(
            self.library,
            SKF_ExportPublicKey(
                Handle: self.handle,
                i32: (pair == Pair::Signature).into(),
                *mut u8: blob.as_mut_ptr(),
                *mut u32: &mut length,
            )
        )?;
        assert_eq!(length as usize, blob.len(), "length of the exported blob");
        Ok(())
    }

    /// SKF_ECCSignData of a 32-byte digest: r ‖ s.
    ///
    /// # Errors
    /// The library's.
    pub fn sign_sm2(&self, digest: &[u8; 32]) -> Result<[u8; 64]> {
        let mut blob = [0xAA; ECC_SIGNATURE_LEN];
        call!(
            self.library,
            SKF_ECCSignData(
                Handle: self.handle,
                *const u8: digest.as_ptr(),
                u32: 32,
                *mut u8: blob.as_mut_ptr(),
            )
        )?;
        Ok(ecc_signature(&blob))
    }

    /// SKF_RSASignData of a DigestInfo.
    ///
    /// # Errors
    /// The library's.
    pub fn sign_rsa(&self, digest_info: &[u8]) -> Result<Vec<u8>> {
        let mut signature = vec![0; 256];
        let mut length = signature.len() as u32;
        call!(
            self.library,
            SKF_RSASignData(
                Handle: self.handle,
                *const u8: digest_info.as_ptr(),
                u32: digest_info.len() as u32,
                *mut u8: signature.as_mut_ptr(),
                *mut u32: &mut length,
            )
        )?;
        signature.truncate(length as usize);
        Ok(signature)
    }

    /// SKF_ECCDecrypt (extension).
    ///
    /// # Errors
    /// The library's.
    pub fn decrypt_sm2(&self, pair: Pair, cipher: &sm2::Ciphertext) -> Result<Vec<u8>> {
        let blob = ecc_cipher_blob(cipher);
        let mut plaintext = vec![0; cipher.data.len()];
        let mut length = plaintext.len() as u32;
        call!(
            self.library,
            SKF_ECCDecrypt(
                Handle: self.handle,
                i32: (pair == Pair::Signature).into(),
                *const u8: blob.as_ptr(),
                *mut u8: plaintext.as_mut_ptr(),
                *mut u32: &mut length,
            )
        )?;
        plaintext.truncate(length as usize);
        Ok(plaintext)
    }
}
