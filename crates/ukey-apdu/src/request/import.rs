//! Encryption key pairs that arrive in an envelope.

use crate::blob::EnvelopedKey;
use crate::id::{AlgId, AppId, ContainerId};
use crate::layout::request;
use crate::message::Empty;
use crate::secret::Secret;

request! {
    /// ImportRSAKeyPair, GM/T 0017 9.6.5. Mark P. Becomes the encryption pair.
    pub struct ImportRsaKeyPair: ImportRsaKeyPair => Empty {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// The cipher of `encrypted`.
        sym_alg: AlgId,
        /// The session key under the signature public key.
        wrapped: Secret as l32,
        /// The private key under the session key.
        encrypted: Secret as l32,
    }
}

request! {
    /// ImportECCKeyPair, GM/T 0017 9.6.13. Mark P. Becomes the encryption pair.
    pub struct ImportEccKeyPair: ImportEccKeyPair => Empty {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// The pair, protected end to end by the CA.
        key: EnvelopedKey,
    }
}
