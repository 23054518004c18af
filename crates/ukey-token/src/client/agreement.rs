//! SM2 key agreement between two tokens (GB/T 32918.3; GM/T 0017, 9.6.21 to 9.6.23). The agreed key stays in the token.

use super::{
    keygen::{sm2_public, wrong_kind},
    session_key::SessionKey,
};
use crate::{container::Container, device::Run, error::Error};
use ukey_apdu::{
    Ins,
    blob::Sm2Point,
    id::{AgreementId, AlgId},
    request::agreement::{
        GenerateAgreementDataAndKeyWithEcc, GenerateAgreementDataWithEcc, GenerateKeyWithEcc,
    },
};
use ukey_crypto::sm2;

/// What one side knows of the other.
#[derive(Debug, Clone, Copy)]
pub struct AgreementPeer<'a> {
    /// The pair that lasts: encryption pair, or signature pair where there is no other.
    pub public_key: &'a sm2::PublicKey,
    /// The pair of this agreement.
    pub temporary_key: &'a sm2::PublicKey,
    /// Name by which it takes part.
    pub id: &'a [u8],
}

/// A key agreement that this side began. Its temporary key is in the token and good for one answer.
#[derive(Debug)]
pub struct Agreement {
    container: Container,
    id: AgreementId,
    epoch: u64,
}

fn point(key: &sm2::PublicKey) -> Sm2Point {
    Sm2Point {
        x: key.x(),
        y: key.y(),
    }
}

impl Container {
    /// Begins an agreement as the one who asks, under the name `id`; needs the user's login. Gives the temporary key
    /// to send.
    ///
    /// # Errors
    /// [`Error::NotLoggedIn`], [`Error::KeyNotFound`], [`Error::KeyType`], [`Error::NoSpace`]; link errors.
    pub fn begin_agreement(
        &self,
        alg: AlgId,
        id: &[u8],
    ) -> Result<(Agreement, sm2::PublicKey), Error> {
        let begun = self.run_logged_in(Run::Once, |connection, app, container| {
            let request = GenerateAgreementDataWithEcc {
                app,
                container,
                sym_alg: alg,
                id: id.to_vec(),
            };
            connection.call(&request).map_err(wrong_kind)
        })?;
        let agreement = Agreement {
            container: self.clone(),
            id: begun.agreement,
            epoch: self.application().device().epoch(),
        };
        let temporary = sm2_public(&begun.temporary, Ins::GenerateAgreementDataWithEcc)?;
        Ok((agreement, temporary))
    }

    /// Answers an agreement that `sponsor` began, under the name `id`; needs the user's login. Gives the temporary key
    /// to send back, and the agreed key.
    ///
    /// # Errors
    /// As [`Container::begin_agreement`].
    pub fn answer_agreement(
        &self,
        alg: AlgId,
        id: &[u8],
        sponsor: &AgreementPeer<'_>,
    ) -> Result<(sm2::PublicKey, SessionKey), Error> {
        let answered = self.run_logged_in(Run::Once, |connection, app, container| {
            let request = GenerateAgreementDataAndKeyWithEcc {
                app,
                container,
                sym_alg: alg,
                sponsor: point(sponsor.public_key),
                sponsor_temporary: point(sponsor.temporary_key),
                id: id.to_vec(),
                sponsor_id: sponsor.id.to_vec(),
            };
            connection.call(&request).map_err(wrong_kind)
        })?;
        let key = SessionKey::new(self, answered.key);
        let ins = Ins::GenerateAgreementDataAndKeyWithEcc;
        Ok((sm2_public(&answered.temporary, ins)?, key))
    }
}

impl Agreement {
    /// Ends the agreement with what the other side sent: the agreed key. Works once, whatever comes of it.
    ///
    /// # Errors
    /// [`Error::Conditions`] when the token has forgotten the agreement, [`Error::NotLoggedIn`]; link errors.
    pub fn finish(self, peer: &AgreementPeer<'_>) -> Result<SessionKey, Error> {
        let device = self.container.application().device();
        let agreed = self
            .container
            .run_logged_in(Run::Once, |connection, _, _| {
                if device.epoch() != self.epoch {
                    return Err(Error::Conditions);
                }
                connection.call(&GenerateKeyWithEcc {
                    agreement: self.id,
                    peer: point(peer.public_key),
                    peer_temporary: point(peer.temporary_key),
                    peer_id: peer.id.to_vec(),
                })
            })?;
        Ok(SessionKey::new(&self.container, agreed.key))
    }
}
