//! ECDH on the NIST curves and X25519 (PKCS#11 3.2, "Elliptic curve Diffie-Hellman"), with no derivation or that of
//! X9.63.

use super::Mechanism;
use super::derivation::{Derivation, Encapsulated};
use super::parameter::Ecdh as Parameter;
use crate::object::curve::Curve;
use crate::object::key::{PublicKey, on_curve};
use crate::object::material::{HostKey, KeyMaterial};
use crate::rv::Error;
use ukey_crypto::{ec, kdf, x25519};
use ukey_token::key::KeyOperation;
use zeroize::Zeroizing;

/// CKM_ECDH1_DERIVE and, the cofactors of these curves being one, CKM_ECDH1_COFACTOR_DERIVE.
pub(super) struct Ecdh;

impl Mechanism for Ecdh {
    fn derive(&self, derivation: &Derivation<'_>) -> Result<Zeroizing<Vec<u8>>, Error> {
        let parameter = derivation.using.parameter.ecdh()?;
        let shared = agree(derivation, &parameter.public)?;
        finish(derivation, parameter, shared)
    }

    /// With a pair of this one call, whose public key is the ciphertext.
    fn encapsulate(&self, derivation: &Derivation<'_>) -> Result<Encapsulated, Error> {
        let parameter = without_peer(derivation)?;
        let failed = |_| Error::FunctionFailed;
        let (ciphertext, shared) = match derivation.using.key.public_key()? {
            PublicKey::Ec(owner) => {
                let own = ec::PrivateKey::generate(owner.curve()).map_err(failed)?;
                let shared = own.diffie_hellman(owner).map_err(failed)?;
                (own.public_key().to_sec1().to_vec(), shared)
            }
            PublicKey::Montgomery(owner) => {
                let own = x25519::PrivateKey::generate().map_err(failed)?;
                // A key of small order agrees on zero with everybody.
                let shared = own.diffie_hellman(owner);
                let shared = shared.map_err(|_| Error::KeyHandleInvalid)?;
                (own.public_key().to_vec(), Zeroizing::new(shared.to_vec()))
            }
            _ => return Err(Error::KeyTypeInconsistent),
        };
        Ok(Encapsulated {
            ciphertext,
            value: finish(derivation, parameter, shared)?,
        })
    }

    fn decapsulate(
        &self,
        derivation: &Derivation<'_>,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let parameter = without_peer(derivation)?;
        let shared = agree(derivation, ciphertext).map_err(|error| match error {
            Error::MechanismParamInvalid => Error::WrappedKeyInvalid,
            other => other,
        })?;
        finish(derivation, parameter, shared)
    }
}

/// The parameter of an encapsulation: the other public key is its ciphertext.
fn without_peer<'a>(derivation: &Derivation<'a>) -> Result<&'a Parameter, Error> {
    let parameter = derivation.using.parameter.ecdh()?;
    if parameter.public.is_empty() {
        Ok(parameter)
    } else {
        Err(Error::MechanismParamInvalid)
    }
}

/// From the shared value to the key.
fn finish(
    derivation: &Derivation<'_>,
    parameter: &Parameter,
    mut shared: Zeroizing<Vec<u8>>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    match (parameter.kdf, derivation.len) {
        (None, None) => Ok(shared),
        (None, Some(len)) => {
            // The standard cuts bytes off the leading end.
            let surplus = shared.len().checked_sub(len);
            shared.drain(..surplus.ok_or(Error::TemplateInconsistent)?);
            Ok(shared)
        }
        (Some(_), None) => Err(Error::TemplateIncomplete),
        (Some(hash), Some(len)) => kdf::x963(hash, &shared, &parameter.shared_data, len)
            .map_err(|_| Error::TemplateInconsistent),
    }
}

/// The shared value with a peer's public key.
fn agree(derivation: &Derivation<'_>, peer: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let key = derivation.using.key;
    let invalid = |_| Error::MechanismParamInvalid;
    match (key.material()?, key.public_key()?) {
        (KeyMaterial::Host(HostKey::Ec(private)), PublicKey::Ec(public)) => {
            let peer = nist_point(public, peer)?;
            private.diffie_hellman(&peer).map_err(invalid)
        }
        (KeyMaterial::Host(HostKey::Montgomery(private)), _) => {
            let Ok(PublicKey::Montgomery(peer)) = on_curve(Curve::Montgomery, peer) else {
                return Err(Error::MechanismParamInvalid);
            };
            let shared = private.diffie_hellman(&peer).map_err(invalid)?;
            Ok(Zeroizing::new(shared.to_vec()))
        }
        (KeyMaterial::Token { id, .. }, PublicKey::Ec(public)) => {
            let peer = nist_point(public, peer)?;
            let application = derivation.using.token.application()?;
            let point = &peer.to_sec1()[1..];
            Ok(application.use_key(*id, &KeyOperation::DeriveEcdh, point)?)
        }
        _ => Err(Error::KeyTypeInconsistent),
    }
}

/// The peer's point on the curve of our own key.
fn nist_point(own: &ec::PublicKey, peer: &[u8]) -> Result<ec::PublicKey, Error> {
    match on_curve(Curve::Nist(own.curve()), peer) {
        Ok(PublicKey::Ec(peer)) => Ok(peer),
        _ => Err(Error::MechanismParamInvalid),
    }
}
