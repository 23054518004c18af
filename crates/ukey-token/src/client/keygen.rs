//! Key pairs made in the token, and their public halves (GM/T 0017, 9.6.4, 9.6.12, 9.6.24).

use super::Connection;
use crate::{container::Container, device::Run, error::Error, view::PublicKey};
use ukey_apdu::{
    Ins,
    blob::{self, EccPublic, RsaPublic},
    id::{AlgId, AppId, ContainerId, KeyUsage},
    request::keygen::{ExportPubKey, GenEccKeyPair, GenRsaKeyPair},
};
use ukey_crypto::{rsa, sm2};

/// A public key from the wire, checked to be on the curve.
pub(super) fn sm2_public(key: &EccPublic, ins: Ins) -> Result<sm2::PublicKey, Error> {
    let (x, y) = key
        .sm2_coordinates()
        .ok_or(Error::Answer { ins: ins as u8 })?;
    Ok(sm2::PublicKey::from_xy(&x, &y)?)
}

fn rsa_public(key: &RsaPublic) -> Result<rsa::PublicKey, Error> {
    Ok(rsa::PublicKey::from_components(&key.n, &key.e)?)
}

/// An RSA public key for the wire; its exponent must fit four bytes.
pub(super) fn wire_rsa_public(key: &rsa::PublicKey) -> Result<RsaPublic, Error> {
    let exponent = key.e();
    let mut e = [0; 4];
    let at = e
        .len()
        .checked_sub(exponent.len())
        .ok_or(Error::InvalidData)?;
    e[at..].copy_from_slice(&exponent);
    Ok(RsaPublic {
        bits: u32::try_from(key.bits()).map_err(|_| Error::InvalidData)?,
        n: key.n(),
        e,
    })
}

impl Connection {
    pub(super) fn export_public_key(
        &mut self,
        app: AppId,
        container: ContainerId,
        usage: KeyUsage,
    ) -> Result<PublicKey, Error> {
        match self.call(&ExportPubKey {
            usage,
            app,
            container,
        })? {
            blob::PublicKey::Ecc(key) => sm2_public(&key, Ins::ExportPubKey).map(PublicKey::Sm2),
            blob::PublicKey::Rsa(key) => rsa_public(&key).map(PublicKey::Rsa),
        }
    }
}

impl Container {
    /// Makes a new SM2 signature pair in the token, in place of the one that is there.
    ///
    /// # Errors
    /// [`Error::NotLoggedIn`], [`Error::KeyType`] in a container of RSA keys, [`Error::NoSpace`]; link errors.
    pub fn generate_sm2(&self) -> Result<sm2::PublicKey, Error> {
        self.run_logged_in(Run::Single, |connection, app, container| {
            let request = GenEccKeyPair {
                app,
                container,
                alg: AlgId::SGD_SM2_1,
            };
            let key = connection.call(&request).map_err(wrong_kind)?;
            sm2_public(&key, Ins::GenEccKeyPair)
        })
    }

    /// Makes a new RSA signature pair of `bits` in the token, in place of the one that is there.
    ///
    /// # Errors
    /// As [`Container::generate_sm2`]; [`Error::InvalidData`] for a size that the token does not make.
    pub fn generate_rsa(&self, bits: u32) -> Result<rsa::PublicKey, Error> {
        // In a transaction, since the answer may be long and the command must not be repeated.
        self.run_logged_in(Run::Sequence, |connection, app, container| {
            let request = GenRsaKeyPair {
                app,
                container,
                bits,
            };
            rsa_public(&connection.call(&request).map_err(wrong_kind)?)
        })
    }
}

/// 6985 to a key command: the container holds the other kind.
pub(super) fn wrong_kind(e: Error) -> Error {
    if e == Error::Conditions {
        Error::KeyType
    } else {
        e
    }
}
