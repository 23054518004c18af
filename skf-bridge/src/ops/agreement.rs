//! 7.6 SM2 key agreement, in the token.

use std::ffi::c_void;
use std::sync::{Arc, Mutex};

use ukey_crypto::sm2;
use ukey_token::AgreementPeer;

use super::symmetric::{self, token_algorithm};
use crate::abi::types::ECCPUBLICKEYBLOB;
use crate::blob;
use crate::error::Error;
use crate::handles::{AgreementHandle, ContainerHandle, lock};
use crate::library::Library;

/// Longest ID of a party in bytes (7.6.14 to 7.6.16).
pub(crate) const MAX_AGREEMENT_ID: usize = 32;

/// The other party, as its blobs say.
pub(crate) struct Party<'a> {
    public_key: sm2::PublicKey,
    temporary_key: sm2::PublicKey,
    id: &'a [u8],
}

impl<'a> Party<'a> {
    pub(crate) fn new(
        public_key: &ECCPUBLICKEYBLOB,
        temporary_key: &ECCPUBLICKEYBLOB,
        id: &'a [u8],
    ) -> Result<Self, Error> {
        Ok(Self {
            public_key: blob::ecc_public(public_key)?,
            temporary_key: blob::ecc_public(temporary_key)?,
            id,
        })
    }

    fn as_peer(&self) -> AgreementPeer<'_> {
        AgreementPeer {
            public_key: &self.public_key,
            temporary_key: &self.temporary_key,
            id: self.id,
        }
    }
}

/// SKF_GenerateAgreementDataWithECC: the temporary key to send, and the handle.
pub(crate) fn begin(
    library: &Library,
    container: &Arc<ContainerHandle>,
    algorithm: u32,
    id: &[u8],
) -> Result<(ECCPUBLICKEYBLOB, *mut c_void), Error> {
    let algorithm = symmetric::meant(library, algorithm);
    let alg = token_algorithm(algorithm)?;
    let (agreement, temporary) = container.token.begin_agreement(alg, id)?;
    let handle = AgreementHandle {
        device: container.device,
        container: Arc::clone(container),
        algorithm,
        agreement: Mutex::new(Some(agreement)),
    };
    let handle = library.adopt(&library.agreements, handle)?;
    Ok((blob::ecc_public_blob(&temporary), handle))
}

/// SKF_GenerateAgreementDataAndKeyWithECC: the temporary key to send back, and the key.
pub(crate) fn answer(
    library: &Library,
    container: &ContainerHandle,
    algorithm: u32,
    id: &[u8],
    sponsor: &Party<'_>,
) -> Result<(ECCPUBLICKEYBLOB, *mut c_void), Error> {
    let algorithm = symmetric::meant(library, algorithm);
    let alg = token_algorithm(algorithm)?;
    let (temporary, key) = container
        .token
        .answer_agreement(alg, id, &sponsor.as_peer())?;
    let handle = symmetric::adopt(library, container, algorithm, key)?;
    Ok((blob::ecc_public_blob(&temporary), handle))
}

/// SKF_GenerateKeyWithECC. The temporary key of an agreement serves once.
pub(crate) fn finish(
    library: &Library,
    begun: &AgreementHandle,
    responder: &Party<'_>,
) -> Result<*mut c_void, Error> {
    let agreement = lock(&begun.agreement).take().ok_or(Error::NotInitialized)?;
    let key = agreement.finish(&responder.as_peer())?;
    symmetric::adopt(library, &begun.container, begun.algorithm, key)
}
