//! Encryption and decryption: session keys of the token, and keys that come with the command.

use crate::blob::{EccPublic, RsaPublic, Sm2Cipher};
use crate::command::CommandApdu;
use crate::id::{AppId, ContainerId, SessionKeyId};
use crate::instruction::Ins;
use crate::layout::request;
use crate::message::{Bytes, Empty, Request};
use crate::secret::{Secret, SecretArray};
use crate::wire::{DecodeError, Field, Reader, Writer};

request! {
    /// EncryptInit, GM/T 0017 9.6.27. Mark P. Begins an encryption.
    pub struct EncryptInit: EncryptInit => Empty {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// The session key; it knows its algorithm.
        key: SessionKeyId,
        /// Initial value; empty where the mode has none.
        iv: Vec<u8> as n8,
        /// 0 = none, 1 = PKCS#5.
        padding: u32,
        /// Feedback unit of CFB and OFB, in bits; 0 otherwise.
        feedback_bits: u32,
    }
}

request! {
    /// DecryptInit, GM/T 0017 9.6.31. Mark P. Begins a decryption.
    pub struct DecryptInit: DecryptInit => Empty {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// The session key; it knows its algorithm.
        key: SessionKeyId,
        /// Initial value; empty where the mode has none.
        iv: Vec<u8> as n8,
        /// 0 = none, 1 = PKCS#5.
        padding: u32,
        /// Feedback unit of CFB and OFB, in bits; 0 otherwise.
        feedback_bits: u32,
    }
}

request! {
    /// Encrypt, GM/T 0017 9.6.28. Mark P. Encrypts all at once.
    pub struct Encrypt: Encrypt => Bytes {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// The session key.
        key: SessionKeyId,
        /// Plaintext.
        data: Secret as rest,
    }
}

request! {
    /// EncryptUpdate, GM/T 0017 9.6.29. Mark P. Encrypts a part; the answer is what is ready.
    pub struct EncryptUpdate: EncryptUpdate => Bytes {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// The session key.
        key: SessionKeyId,
        /// Plaintext.
        data: Secret as rest,
    }
}

request! {
    /// EncryptFinal, GM/T 0017 9.6.30. Mark P. Encrypts the last part, which may be empty.
    pub struct EncryptFinal: EncryptFinal => Bytes {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// The session key.
        key: SessionKeyId,
        /// Plaintext.
        data: Secret as rest,
    }
}

request! {
    /// Decrypt, GM/T 0017 9.6.32. Mark P. Decrypts all at once.
    pub struct Decrypt: Decrypt => Secret {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// The session key.
        key: SessionKeyId,
        /// Ciphertext.
        data: Vec<u8> as rest,
    }
}

request! {
    /// DecryptUpdate, GM/T 0017 9.6.33. Mark P. Decrypts a part; the answer is what is ready.
    pub struct DecryptUpdate: DecryptUpdate => Secret {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// The session key.
        key: SessionKeyId,
        /// Ciphertext.
        data: Vec<u8> as rest,
    }
}

request! {
    /// DecryptFinal, GM/T 0017 9.6.34. Mark P. Decrypts the last part, which may be empty.
    pub struct DecryptFinal: DecryptFinal => Secret {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// The session key.
        key: SessionKeyId,
        /// Ciphertext.
        data: Vec<u8> as rest,
    }
}

request! {
    /// ExtRSAPubKeyOperation, GM/T 0017 9.6.10. Mark P. The bare RSA operation.
    pub struct ExtRsaPubKeyOperation: ExtRsaPubKeyOperation => Bytes {
        /// The key.
        public: RsaPublic,
        /// As long as the modulus.
        input: Vec<u8> as rest,
    }
}

/// ExtRSAPriKeyOperation, GM/T 0017 9.6.11. Mark P: `bits u32, n, e(4), d(bits/8), input`. The
/// private key comes in the clear: our card answers 6A81.
#[derive(Debug, PartialEq, Eq)]
pub struct ExtRsaPriKeyOperation {
    /// The public half.
    pub public: RsaPublic,
    /// The private exponent, as long as the modulus.
    pub private_exponent: Secret,
    /// As long as the modulus.
    pub input: Secret,
}

impl Request for ExtRsaPriKeyOperation {
    type Reply = Secret;
    const INS: Ins = Ins::ExtRsaPriKeyOperation;

    fn write_data(&self, writer: &mut Writer) {
        self.public.put(writer);
        writer
            .bytes(self.private_exponent.expose())
            .bytes(self.input.expose());
    }

    fn read_data(_: &CommandApdu, data: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let public = RsaPublic::get(data)?;
        let private_exponent = Secret::from(data.bytes(public.modulus_bytes())?);
        Ok(Self {
            public,
            private_exponent,
            input: Secret::from(data.rest()),
        })
    }
}

request! {
    /// ExtECCEncrypt, GM/T 0017 9.6.18. Mark P. SM2 encryption to any key.
    pub struct ExtEccEncrypt: ExtEccEncrypt => Sm2Cipher {
        /// The recipient's key.
        public: EccPublic,
        /// What to encrypt.
        plaintext: Secret as rest,
    }
}

request! {
    /// ExtECCDecrypt, GM/T 0017 9.6.19. Mark P: `bits u32, d(32), SM2 cipher`. The private key comes
    /// in the clear: our card answers 6A81.
    pub struct ExtEccDecrypt: ExtEccDecrypt => Secret {
        /// Size of the key: 256.
        bits: u32,
        /// The private key.
        private: SecretArray<32>,
        /// The ciphertext.
        cipher: Sm2Cipher,
    }
}
