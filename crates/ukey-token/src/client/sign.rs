//! Private-key operations: each is one exchange once the ids are known (GM/T 0017, 9.6.6, 9.6.14,
//! and the extension's PrivateKeyOperation). Where the token computes in this process it does so
//! when the link is free again: other threads' operations go on meanwhile.

use super::{import::wire_cipher, keygen::wrong_kind};
use crate::{container::Container, device::Run, error::Error};
use ukey_apdu::{
    Ins, Secret,
    id::KeyUsage,
    request::{
        extension::{PrivateInput, PrivateKeyOperation},
        sign::{EccSignData, RsaSignData, SignInput},
    },
};
use ukey_crypto::sm2;
use zeroize::Zeroizing;

impl Container {
    /// SM2 signature over `e` = SM3(Z ‖ message), with the signature key.
    ///
    /// # Errors
    /// [`Error::NotLoggedIn`], [`Error::KeyNotFound`]; link errors.
    pub fn sign_sm2(&self, e: &[u8; 32]) -> Result<sm2::Signature, Error> {
        let call = self.run_logged_in(Run::Single, |connection, app, container| {
            let request = EccSignData {
                app,
                container,
                input: SignInput::Digest(*e),
            };
            connection.start(&request).map_err(wrong_kind)
        })?;
        let signature = call.reply().map_err(wrong_kind)?;
        let (r, s) = signature.sm2_parts().ok_or(Error::Answer {
            ins: Ins::EccSignData as u8,
        })?;
        Ok(sm2::Signature { r, s })
    }

    /// RSA signature with the signature key: type-1 padding of `digest_info`, which the caller
    /// made, at most modulus − 11 bytes.
    ///
    /// # Errors
    /// As [`Container::sign_sm2`]; [`Error::InvalidLength`] for longer data.
    pub fn sign_rsa(&self, digest_info: &[u8]) -> Result<Vec<u8>, Error> {
        let call = self.run_logged_in(Run::Single, |connection, app, container| {
            let request = RsaSignData {
                app,
                container,
                digest_info: digest_info.to_vec(),
            };
            connection.start(&request).map_err(wrong_kind)
        })?;
        Ok(call.reply().map_err(wrong_kind)?.0)
    }

    /// SM2 decryption with either key (extension).
    ///
    /// # Errors
    /// As [`Container::sign_sm2`]; [`Error::InvalidData`] for a ciphertext that does not fit the
    /// key, [`Error::NotSupported`] without the extension.
    pub fn decrypt_sm2(
        &self,
        usage: KeyUsage,
        cipher: &sm2::Ciphertext,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.private_key(usage, || PrivateInput::Sm2Decrypt(wire_cipher(cipher)))
    }

    /// RSA decryption with PKCS#1 v1.5 padding, with either key (extension).
    ///
    /// # Errors
    /// As [`Container::decrypt_sm2`].
    pub fn decrypt_rsa(
        &self,
        usage: KeyUsage,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.private_key(usage, || PrivateInput::RsaDecrypt(Secret::from(ciphertext)))
    }

    /// RSA without padding: `input` is a number below the modulus, modulus length (extension).
    ///
    /// # Errors
    /// As [`Container::decrypt_sm2`].
    pub fn raw_rsa(&self, usage: KeyUsage, input: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.private_key(usage, || PrivateInput::RsaRaw(Secret::from(input)))
    }

    fn private_key(
        &self,
        usage: KeyUsage,
        input: impl Fn() -> PrivateInput,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let call = self.run_logged_in(Run::Single, |connection, app, container| {
            let request = PrivateKeyOperation {
                usage,
                app,
                container,
                input: input(),
            };
            connection.start(&request).map_err(wrong_kind)
        })?;
        Ok(call.reply().map_err(wrong_kind)?.into_zeroizing())
    }
}
