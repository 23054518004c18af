//! CKM_SM2_KEY_AGREE (GB/T 32918.3), with keys of this process: a token that holds the long-term key runs the exchange
//! by itself, with a temporary key that it makes, which no mechanism of Cryptoki has a place for.

use super::Mechanism;
use super::derivation::Derivation;
use crate::abi::types::*;
use crate::abi::vendor::CKM_SM2_KEY_AGREE;
use crate::object::Object;
use crate::object::curve::Curve;
use crate::object::key::{PublicKey, on_curve};
use crate::object::material::{HostKey, KeyMaterial};
use crate::rv::Error;
use ukey_crypto::kdf::MAX_LEN;
use ukey_crypto::sm2;
use ukey_crypto::sm2::agreement::{Ephemeral, Peer, Role, agree};
use zeroize::Zeroizing;

/// CKM_SM2_KEY_AGREE.
pub(super) struct Sm2Agreement;

impl Mechanism for Sm2Agreement {
    fn derive(&self, derivation: &Derivation<'_>) -> Result<Zeroizing<Vec<u8>>, Error> {
        let parameter = derivation.using.parameter.sm2_agreement()?;
        let own = secret(derivation.using.key)?;
        let ephemeral = derivation.session.key(parameter.ephemeral)?;
        let own_ephemeral = Ephemeral::from_secret(secret(&ephemeral)?);
        ephemeral.permits(CKA_DERIVE, CKM_SM2_KEY_AGREE)?;
        let len = derivation.needed_len()?;
        if len > MAX_LEN {
            return Err(Error::TemplateInconsistent);
        }
        let peer = Peer {
            public_key: point(&parameter.peer_public)?,
            ephemeral: point(&parameter.peer_ephemeral)?,
            id: &parameter.peer_id,
        };
        let role = if parameter.initiator {
            Role::Initiator
        } else {
            Role::Responder
        };
        agree(role, own, &parameter.id, own_ephemeral, &peer, len)
            .map(|shared| shared.key)
            .map_err(|_| Error::MechanismParamInvalid)
    }
}

fn secret(key: &Object) -> Result<&sm2::SecretKey, Error> {
    match key.material()? {
        KeyMaterial::Host(HostKey::Sm2(secret)) => Ok(secret),
        _ => Err(Error::KeyTypeInconsistent),
    }
}

/// A public key of the peer's, bare or in an OCTET STRING.
fn point(given: &[u8]) -> Result<sm2::PublicKey, Error> {
    match on_curve(Curve::Sm2, given) {
        Ok(PublicKey::Sm2(public)) => Ok(public),
        _ => Err(Error::MechanismParamInvalid),
    }
}
