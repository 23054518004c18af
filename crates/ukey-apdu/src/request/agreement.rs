//! SM2 key agreement (GB/T 32918.3) between two tokens.

use crate::blob::{EccPublic, Sm2Point};
use crate::id::{AgreementId, AlgId, AppId, ContainerId, SessionKeyId};
use crate::layout::{reply, request};
use crate::request::session_key::SessionKey;

request! {
    /// GenerateAgreementDataWithECC, GM/T 0017 9.6.21. Mark P. The sponsor begins.
    pub struct GenerateAgreementDataWithEcc: GenerateAgreementDataWithEcc => AgreementBegun {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// What the agreed key is for.
        sym_alg: AlgId,
        /// The sponsor's ID.
        id: Vec<u8> as l32,
    }
}

reply! {
    /// Answer of GenerateAgreementDataWithECC (P).
    #[derive(Clone)]
    pub struct AgreementBegun ne 70 {
        /// To be given to GenerateKeyWithECC.
        agreement: AgreementId,
        /// The sponsor's ephemeral key.
        temporary: EccPublic,
    }
}

request! {
    /// GenerateAgreementDataAndKeyWithECC, GM/T 0017 9.6.22. Mark P. The responder answers and has
    /// the key.
    pub struct GenerateAgreementDataAndKeyWithEcc:
        GenerateAgreementDataAndKeyWithEcc => AgreementAnswered
    {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// What the agreed key is for.
        sym_alg: AlgId,
        /// The sponsor's encryption public key.
        sponsor: Sm2Point,
        /// The sponsor's ephemeral key.
        sponsor_temporary: Sm2Point,
        /// The responder's ID.
        id: Vec<u8> as l32,
        /// The sponsor's ID.
        sponsor_id: Vec<u8> as l32,
    }
}

reply! {
    /// Answer of GenerateAgreementDataAndKeyWithECC (P).
    #[derive(Clone)]
    pub struct AgreementAnswered ne 70 {
        /// The responder's ephemeral key.
        temporary: EccPublic,
        /// The agreed key.
        key: SessionKeyId,
    }
}

request! {
    /// GenerateKeyWithECC, GM/T 0017 9.6.23. Mark P. The sponsor has the key too.
    pub struct GenerateKeyWithEcc: GenerateKeyWithEcc => SessionKey {
        /// From GenerateAgreementDataWithECC.
        agreement: AgreementId,
        /// The responder's encryption public key.
        peer: Sm2Point,
        /// The responder's ephemeral key.
        peer_temporary: Sm2Point,
        /// The responder's ID.
        peer_id: Vec<u8> as l32,
    }
}
