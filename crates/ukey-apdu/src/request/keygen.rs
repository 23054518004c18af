//! Key pairs made in the token, and their public halves.

use crate::blob::{EccPublic, PublicKey, RsaPublic};
use crate::id::{AlgId, AppId, ContainerId, KeyUsage};
use crate::layout::request;
use crate::secret::Secret;

request! {
    /// GenExtRSAKey, GM/T 0017 9.6.3. Mark P. It would hand a private key out in the clear: our card
    /// answers 6A81, and no layout of the answer is defined.
    pub struct GenExtRsaKey: GenExtRsaKey => Secret {
        /// Size of the modulus.
        bits: u32,
    }
}

request! {
    /// GenRSAKeyPair, GM/T 0017 9.6.4. Mark P. Makes the signature pair.
    pub struct GenRsaKeyPair: GenRsaKeyPair => RsaPublic {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// Size of the modulus.
        bits: u32,
    }
}

request! {
    /// GenECCKeyPair, GM/T 0017 9.6.12. Mark P. Makes the signature pair.
    pub struct GenEccKeyPair: GenEccKeyPair => EccPublic {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// The curve: one of the SM2 numbers.
        alg: AlgId,
    }
}

request! {
    /// ExportPubKey, GM/T 0017 9.6.24. Mark O for an ECC answer, D for P1, P for an RSA answer.
    pub struct ExportPubKey: ExportPubKey => PublicKey {
        @p1
        /// Which pair.
        usage: KeyUsage,
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
    }
}
