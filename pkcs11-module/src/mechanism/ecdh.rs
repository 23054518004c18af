//! ECDH on the NIST curves and X25519 (PKCS#11 3.2, "Elliptic curve Diffie-Hellman"), with no derivation or that of
//! X9.63.

use super::Mechanism;
use super::derivation::Derivation;
use super::parameter::Ecdh as Parameter;
use crate::object::key::PublicKey;
use crate::object::material::{HostKey, KeyMaterial};
use crate::rv::Error;
use der::Decode;
use der::asn1::OctetStringRef;
use ukey_crypto::{ec, kdf, x25519};
use ukey_token::key::KeyOperation;
use zeroize::Zeroizing;

/// CKM_ECDH1_DERIVE and, the cofactors of these curves being one, CKM_ECDH1_COFACTOR_DERIVE.
pub(super) struct Ecdh;

impl Mechanism for Ecdh {
    fn derive(&self, derivation: &Derivation<'_>) -> Result<Zeroizing<Vec<u8>>, Error> {
        let parameter = derivation.using.parameter.ecdh()?;
        let mut shared = agree(derivation, parameter)?;
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
}

/// The shared value.
fn agree(derivation: &Derivation<'_>, parameter: &Parameter) -> Result<Zeroizing<Vec<u8>>, Error> {
    let key = derivation.using.key;
    let invalid = |_| Error::MechanismParamInvalid;
    let peer = &parameter.public[..];
    let inner = <&OctetStringRef>::from_der(peer).map_or(peer, |octets| octets.as_bytes());
    match (key.material()?, key.public_key()?) {
        (KeyMaterial::Host(HostKey::Ec(private)), PublicKey::Ec(public)) => {
            let peer = ec::PublicKey::from_sec1(public.curve(), inner).map_err(invalid)?;
            private.diffie_hellman(&peer).map_err(invalid)
        }
        (KeyMaterial::Host(HostKey::Montgomery(private)), _) => {
            // 32 bytes may look like an octet string by chance.
            let bare: Result<&[u8; x25519::KEY_LEN], _> = peer.try_into();
            let peer = bare
                .or_else(|_| inner.try_into())
                .map_err(|_| Error::MechanismParamInvalid)?;
            let shared = private.diffie_hellman(peer).map_err(invalid)?;
            Ok(Zeroizing::new(shared.to_vec()))
        }
        (KeyMaterial::Token { id, .. }, PublicKey::Ec(public)) => {
            let peer = ec::PublicKey::from_sec1(public.curve(), inner).map_err(invalid)?;
            let application = derivation.using.token.application()?;
            let point = &peer.to_sec1()[1..];
            Ok(application.use_key(*id, &KeyOperation::DeriveEcdh, point)?)
        }
        _ => Err(Error::KeyTypeInconsistent),
    }
}
