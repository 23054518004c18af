//! Session keys: symmetric keys in the token's working memory.

use crate::blob::{EccPublic, RsaPublic, Sm2Cipher};
use crate::command::CommandApdu;
use crate::id::{AlgId, AppId, ContainerId, KeyWrap, SessionKeyId};
use crate::instruction::Ins;
use crate::layout::{reply, request};
use crate::message::{Empty, Parameters, Request, Selector};
use crate::secret::Secret;
use crate::wire::{DecodeError, Field, Reader, Writer};

reply! {
    /// Answer of a command that leaves a session key in the token (P).
    #[derive(Clone, Copy)]
    pub struct SessionKey ne 2 {
        /// The key.
        key: SessionKeyId,
    }
}

reply! {
    /// Answer of RSAExportSessionKey and RSAExportSessionKeyEx (P).
    #[derive(Clone)]
    pub struct RsaWrappedKey {
        /// The key.
        key: SessionKeyId,
        /// The key under the given public key, PKCS#1 v1.5.
        wrapped: Vec<u8> as rest,
    }
}

reply! {
    /// Answer of ECCExportSessionKey and ECCExportSessionKeyEx (P).
    #[derive(Clone)]
    pub struct EccWrappedKey {
        /// The key.
        key: SessionKeyId,
        /// The key under the given public key.
        wrapped: Sm2Cipher,
    }
}

request! {
    /// RSAExportSessionKey, GM/T 0017 9.6.8. Mark P. Makes a session key and exports it wrapped.
    pub struct RsaExportSessionKey: RsaExportSessionKey => RsaWrappedKey {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// What the key is for.
        sym_alg: AlgId,
        /// Whom it is wrapped to.
        public: RsaPublic,
    }
}

request! {
    /// RSAExportSessionKeyEx, GM/T 0017 9.6.9. Mark P. Exports a session key that exists.
    pub struct RsaExportSessionKeyEx: RsaExportSessionKeyEx => RsaWrappedKey {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// The key.
        key: SessionKeyId,
        /// Whom it is wrapped to.
        public: RsaPublic,
    }
}

request! {
    /// ECCExportSessionKey, GM/T 0017 9.6.16. Mark P. Makes a session key and exports it wrapped.
    pub struct EccExportSessionKey: EccExportSessionKey => EccWrappedKey {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// What the key is for.
        sym_alg: AlgId,
        /// Whom it is wrapped to.
        public: EccPublic,
    }
}

request! {
    /// ECCExportSessionKeyEx, GM/T 0017 9.6.17. Mark P. Exports a session key that exists.
    pub struct EccExportSessionKeyEx: EccExportSessionKeyEx => EccWrappedKey {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// The key.
        key: SessionKeyId,
        /// Whom it is wrapped to.
        public: EccPublic,
    }
}

/// A wrapped session key.
#[derive(Debug, PartialEq, Eq)]
pub enum WrappedKey {
    /// PKCS#1 v1.5 to the container's RSA encryption key.
    Rsa(Vec<u8>),
    /// SM2 to the container's encryption key.
    Ecc(Sm2Cipher),
}

/// ImportSessionKey, GM/T 0017 9.6.25. Mark P. P1 = 00: RSA, 01: ECC. Data: app, container,
/// `symAlg u32`, then the wrapped key. Unwrapped with the encryption pair.
#[derive(Debug, PartialEq, Eq)]
pub struct ImportSessionKey {
    /// The application.
    pub app: AppId,
    /// The container.
    pub container: ContainerId,
    /// What the key is for.
    pub sym_alg: AlgId,
    /// The key.
    pub wrapped: WrappedKey,
}

impl Request for ImportSessionKey {
    type Reply = SessionKey;
    const INS: Ins = Ins::ImportSessionKey;
    const PARAMETERS: Parameters = Parameters::P1Selects;

    fn selected(&self) -> (u8, u8) {
        let wrap = match self.wrapped {
            WrappedKey::Rsa(_) => KeyWrap::Rsa,
            WrappedKey::Ecc(_) => KeyWrap::Ecc,
        };
        (wrap.to_parameter(), 0)
    }

    fn write_data(&self, writer: &mut Writer) {
        self.app.put(writer);
        self.container.put(writer);
        self.sym_alg.put(writer);
        match &self.wrapped {
            WrappedKey::Rsa(wrapped) => {
                writer.bytes(wrapped);
            }
            WrappedKey::Ecc(cipher) => cipher.put(writer),
        }
    }

    fn read_data(command: &CommandApdu, data: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let wrap = KeyWrap::from_parameter(command.p1).ok_or(DecodeError::Parameters)?;
        let (app, container, sym_alg) = (Field::get(data)?, Field::get(data)?, Field::get(data)?);
        let wrapped = match wrap {
            KeyWrap::Rsa => WrappedKey::Rsa(data.rest().to_vec()),
            KeyWrap::Ecc => WrappedKey::Ecc(Field::get(data)?),
        };
        Ok(Self {
            app,
            container,
            sym_alg,
            wrapped,
        })
    }
}

request! {
    /// ImportSymmKey, GM/T 0017 9.6.26. Mark P. The key comes in the clear.
    pub struct ImportSymmKey: ImportSymmKey => SessionKey {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// What the key is for.
        sym_alg: AlgId,
        /// The key.
        key: Secret as n8,
    }
}

request! {
    /// DestroySessionKey, GM/T 0017 9.6.43. Mark P.
    pub struct DestroySessionKey: DestroySessionKey => Empty {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// The key.
        key: SessionKeyId,
    }
}
