//! SM2 key agreement, GB/T 32918.3 (GM/T 0017 9.6.21-23).
//!
//! The encryption pair takes part; where a container has none, the signature pair does, because
//! hosts in the field use containers that have nothing else.

use super::session_key::{keep, require_sm4};
use crate::card::{Card, crypto_status};
use crate::fs::container::Place;
use crate::keystore::{PrivateKey, ecc_public};
use crate::session::Agreement;
use std::sync::Arc;
use ukey_apdu::StatusWord;
use ukey_apdu::blob::Sm2Point;
use ukey_apdu::id::KeyUsage;
use ukey_apdu::request::agreement::{
    AgreementAnswered, AgreementBegun, GenerateAgreementDataAndKeyWithEcc,
    GenerateAgreementDataWithEcc, GenerateKeyWithEcc,
};
use ukey_apdu::request::session_key::SessionKey as KeyReply;
use ukey_crypto::sm2::agreement::{Ephemeral, Peer, Role, agree};
use ukey_crypto::{sm2, sm4};

/// The pair that takes part; needs the user.
fn own_key(card: &mut Card, place: Place) -> Result<Arc<PrivateKey>, StatusWord> {
    let user = card.require_user(place.application)?;
    let encryption = card.private_key(&user, place, KeyUsage::Encryption);
    let key = match encryption {
        Err(StatusWord::KEY_PAIR_NOT_FOUND) => card.private_key(&user, place, KeyUsage::Signature),
        found => found,
    }?;
    key.sm2()?;
    Ok(key)
}

fn point(point: &Sm2Point) -> Result<sm2::PublicKey, StatusWord> {
    sm2::PublicKey::from_xy(&point.x, &point.y).map_err(crypto_status)
}

/// GenerateAgreementDataWithECC, 9.6.21.
pub(crate) fn generate_agreement_data(
    card: &mut Card,
    request: GenerateAgreementDataWithEcc,
) -> Result<AgreementBegun, StatusWord> {
    let place = card.container(request.app, request.container)?;
    let own = own_key(card, place)?;
    require_sm4(request.sym_alg)?;
    own.sm2()?
        .public_key()
        .z(&request.id)
        .map_err(crypto_status)?;
    let ephemeral = Ephemeral::generate().map_err(crypto_status)?;
    let temporary = ecc_public(&ephemeral.public_key());
    let agreement = Agreement {
        place,
        alg: request.sym_alg,
        id: request.id,
        ephemeral,
    };
    let limit = card.config.max_agreements;
    let agreement = card.ram.sessions.add_agreement(agreement, limit)?;
    Ok(AgreementBegun {
        agreement,
        temporary,
    })
}

/// GenerateAgreementDataAndKeyWithECC, 9.6.22.
pub(crate) fn generate_agreement_data_and_key(
    card: &mut Card,
    request: GenerateAgreementDataAndKeyWithEcc,
) -> Result<AgreementAnswered, StatusWord> {
    let place = card.container(request.app, request.container)?;
    let own = own_key(card, place)?;
    require_sm4(request.sym_alg)?;
    let peer = Peer {
        public_key: point(&request.sponsor)?,
        ephemeral: point(&request.sponsor_temporary)?,
        id: &request.sponsor_id,
    };
    let ephemeral = Ephemeral::generate().map_err(crypto_status)?;
    let temporary = ecc_public(&ephemeral.public_key());
    let shared = agree(
        Role::Responder,
        own.sm2()?,
        &request.id,
        ephemeral,
        &peer,
        sm4::KEY_LEN,
    );
    let shared = shared.map_err(crypto_status)?;
    let key = keep(card, place.application, request.sym_alg, &shared.key)?;
    Ok(AgreementAnswered { temporary, key })
}

/// GenerateKeyWithECC, 9.6.23. Uses the agreement up, whatever comes of it.
pub(crate) fn generate_key(
    card: &mut Card,
    request: GenerateKeyWithEcc,
) -> Result<KeyReply, StatusWord> {
    let begun = card.ram.sessions.take_agreement(request.agreement)?;
    if !begun.place.exists(&card.flash) {
        return Err(StatusWord::CONTAINER_NOT_FOUND);
    }
    let own = own_key(card, begun.place)?;
    let peer = Peer {
        public_key: point(&request.peer)?,
        ephemeral: point(&request.peer_temporary)?,
        id: &request.peer_id,
    };
    let (role, length) = (Role::Initiator, sm4::KEY_LEN);
    let shared = agree(role, own.sm2()?, &begun.id, begun.ephemeral, &peer, length);
    let shared = shared.map_err(crypto_status)?;
    Ok(KeyReply {
        key: keep(card, begun.place.application, begun.alg, &shared.key)?,
    })
}
