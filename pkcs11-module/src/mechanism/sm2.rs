//! SM2 signatures and encryption (GB/T 32918; forms of GM/T 0009), wherever the private key lives.

use super::parameter::{Parameter, Sm2Layout};
use super::role::WholeCipher;
use super::rsa::decryption_error;
use super::signature::{Input, KeySignature, SignatureKey};
use super::{Ciphering, Mechanism, Signing, Using, Verifying};
use crate::abi::vendor::{SM2_LAYOUT_C1C2C3, SM2_LAYOUT_C1C3C2, SM2_LAYOUT_DER};
use crate::object::Object;
use crate::object::key::PublicKey as AnyPublicKey;
use crate::object::material::{HostKey, KeyMaterial};
use crate::rv::Error;
use crate::slot::token::Token;
use std::sync::Arc;
use ukey_crypto::sm2::{Ciphertext, DEFAULT_ID, FIELD_LEN, PublicKey, Signature};
use ukey_token::KeyUsage;
use ukey_token::key::KeyOperation;
use zeroize::Zeroizing;

/// Length of r ‖ s.
const SIGNATURE_LEN: usize = 2 * FIELD_LEN;
/// Longest DER form of a signature: two integers of 33 bytes.
const SIGNATURE_DER_MAX: usize = 72;
/// What C1 ‖ C3 adds to the plaintext.
const OVERHEAD: usize = 1 + 3 * FIELD_LEN;
/// What the DER form adds at most: three headers more, two leading zeros.
const DER_OVERHEAD: usize = 3 * FIELD_LEN + 24;
/// Longest plaintext: what one command to the token carries.
const LONGEST_PLAINTEXT: usize = 60_000;

/// A key on the SM2 curve with its token.
#[derive(Clone)]
struct Sm2Key {
    object: Arc<Object>,
    token: Arc<Token>,
    public: PublicKey,
}

impl Sm2Key {
    fn new(using: Using<'_>) -> Result<Self, Error> {
        let AnyPublicKey::Sm2(public) = using.key.public_key()? else {
            return Err(Error::KeyTypeInconsistent);
        };
        Ok(Self {
            object: Arc::clone(using.key),
            token: Arc::clone(using.token),
            public: *public,
        })
    }

    /// Signs e; with a key of the token, one exchange.
    fn sign(&self, e: &[u8; 32]) -> Result<Signature, Error> {
        match self.object.material()? {
            KeyMaterial::Host(HostKey::Sm2(key)) => {
                key.sign_digest(e).map_err(|_| Error::FunctionFailed)
            }
            KeyMaterial::Pair(_) => {
                let (container, usage) = self.token.container_of(&self.object)?;
                if usage != KeyUsage::Signature {
                    return Err(Error::KeyFunctionNotPermitted);
                }
                Ok(container.sign_sm2(e)?)
            }
            KeyMaterial::Token { id, .. } => {
                let application = self.token.application()?;
                let made = application.use_key(*id, &KeyOperation::SignSm2, e)?;
                Signature::from_bytes(&made).map_err(|_| Error::DeviceError)
            }
            _ => Err(Error::KeyTypeInconsistent),
        }
    }

    fn decrypt(&self, cipher: &Ciphertext) -> Result<Zeroizing<Vec<u8>>, Error> {
        match self.object.material()? {
            KeyMaterial::Host(HostKey::Sm2(key)) => {
                key.decrypt(cipher).map_err(|_| Error::EncryptedDataInvalid)
            }
            KeyMaterial::Pair(_) => {
                let (container, usage) = self.token.container_of(&self.object)?;
                container
                    .decrypt_sm2(usage, cipher)
                    .map_err(decryption_error)
            }
            KeyMaterial::Token { id, .. } => self
                .token
                .application()?
                .decrypt_sm2_with_key(*id, cipher)
                .map_err(decryption_error),
            _ => Err(Error::KeyTypeInconsistent),
        }
    }
}

/// A key with the form of its signatures.
struct Signer {
    key: Sm2Key,
    der: bool,
}

impl SignatureKey for Signer {
    fn length(&self) -> usize {
        if self.der {
            SIGNATURE_DER_MAX
        } else {
            SIGNATURE_LEN
        }
    }

    fn sign(&self, input: &[u8]) -> Result<Vec<u8>, Error> {
        let signature = self.key.sign(e(input)?)?;
        Ok(if self.der {
            signature.to_der()
        } else {
            signature.to_bytes().to_vec()
        })
    }

    fn verify(&self, input: &[u8], signature: &[u8]) -> Result<(), Error> {
        let e = e(input)?;
        if !self.der && signature.len() != SIGNATURE_LEN {
            return Err(Error::SignatureLenRange);
        }
        let read = if self.der {
            Signature::from_der
        } else {
            Signature::from_bytes
        };
        let signature = read(signature).map_err(|_| Error::SignatureInvalid)?;
        self.key
            .public
            .verify_digest(e, &signature)
            .map_err(|_| Error::SignatureInvalid)
    }
}

fn e(input: &[u8]) -> Result<&[u8; 32], Error> {
    input.try_into().map_err(|_| Error::DataLenRange)
}

/// CKM_SM2: a signature over e, which the caller has computed.
pub(super) struct Sm2;

impl Sm2 {
    fn begin(&self, using: Using<'_>) -> Result<Box<KeySignature<Signer>>, Error> {
        let key = Sm2Key::new(using)?;
        Ok(Box::new(KeySignature {
            input: Input::bytes(32, false),
            key: Signer { key, der: false },
        }))
    }
}

impl Mechanism for Sm2 {
    fn sign(&self, using: Using<'_>) -> Result<Box<dyn Signing>, Error> {
        Ok(self.begin(using)?)
    }

    fn verify(&self, using: Using<'_>) -> Result<Box<dyn Verifying>, Error> {
        Ok(self.begin(using)?)
    }
}

/// CKM_SM2_SM3 and its DER form: a signature over a message. The parameter is the signer's identifier.
pub(super) struct Sm2Sm3 {
    /// The signature is DER.
    pub(super) der: bool,
}

impl Sm2Sm3 {
    fn begin(&self, using: Using<'_>) -> Result<Box<KeySignature<Signer>>, Error> {
        let key = Sm2Key::new(using)?;
        let identifier = using.parameter.optional_bytes().unwrap_or(DEFAULT_ID);
        let hasher = key
            .public
            .message_hasher(identifier)
            .map_err(|_| Error::MechanismParamInvalid)?;
        Ok(Box::new(KeySignature {
            input: Input::Sm2(Box::new(hasher)),
            key: Signer { key, der: self.der },
        }))
    }
}

impl Mechanism for Sm2Sm3 {
    fn sign(&self, using: Using<'_>) -> Result<Box<dyn Signing>, Error> {
        Ok(self.begin(using)?)
    }

    fn verify(&self, using: Using<'_>) -> Result<Box<dyn Verifying>, Error> {
        Ok(self.begin(using)?)
    }
}

/// CKM_SM2_ENCRYPT, whose layout is a parameter, and CKM_SM2_ENCRYPT_DER.
pub(super) struct Sm2Encrypt {
    /// The layout is DER.
    pub(super) der: bool,
}

impl Sm2Encrypt {
    fn begin(&self, using: Using<'_>, encrypts: bool) -> Result<Box<dyn Ciphering>, Error> {
        let layout = if self.der {
            Sm2Layout::Der
        } else {
            layout(using.parameter)?
        };
        Ok(Box::new(Cipher {
            key: Sm2Key::new(using)?,
            layout,
            encrypts,
        }))
    }
}

impl Mechanism for Sm2Encrypt {
    fn encrypt(&self, using: Using<'_>) -> Result<Box<dyn Ciphering>, Error> {
        self.begin(using, true)
    }

    fn decrypt(&self, using: Using<'_>) -> Result<Box<dyn Ciphering>, Error> {
        self.begin(using, false)
    }
}

fn layout(parameter: &Parameter) -> Result<Sm2Layout, Error> {
    match parameter {
        Parameter::None | Parameter::Number(SM2_LAYOUT_C1C3C2) => Ok(Sm2Layout::C1C3C2),
        Parameter::Number(SM2_LAYOUT_C1C2C3) => Ok(Sm2Layout::C1C2C3),
        Parameter::Number(SM2_LAYOUT_DER) => Ok(Sm2Layout::Der),
        _ => Err(Error::MechanismParamInvalid),
    }
}

/// A key with the layout of its ciphertexts.
#[derive(Clone)]
struct Cipher {
    key: Sm2Key,
    layout: Sm2Layout,
    encrypts: bool,
}

impl Cipher {
    fn overhead(&self) -> usize {
        if self.layout == Sm2Layout::Der {
            DER_OVERHEAD
        } else {
            OVERHEAD
        }
    }

    fn encrypt(&self, plaintext: &[u8]) -> Result<Vec<u8>, Error> {
        if plaintext.is_empty() || plaintext.len() > LONGEST_PLAINTEXT {
            return Err(Error::DataLenRange);
        }
        let cipher = self
            .key
            .public
            .encrypt(plaintext)
            .map_err(|_| Error::FunctionFailed)?;
        Ok(match self.layout {
            Sm2Layout::C1C3C2 => cipher.to_c1c3c2(),
            Sm2Layout::C1C2C3 => cipher.to_c1c2c3(),
            Sm2Layout::Der => cipher.to_der(),
        })
    }

    fn decrypt(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let longest = LONGEST_PLAINTEXT + self.overhead();
        if ciphertext.len() <= OVERHEAD || ciphertext.len() > longest {
            return Err(Error::EncryptedDataLenRange);
        }
        let cipher = match self.layout {
            Sm2Layout::C1C3C2 => Ciphertext::from_c1c3c2(ciphertext),
            Sm2Layout::C1C2C3 => Ciphertext::from_c1c2c3(ciphertext),
            Sm2Layout::Der => Ciphertext::from_der(ciphertext),
        };
        self.key
            .decrypt(&cipher.map_err(|_| Error::EncryptedDataInvalid)?)
    }
}

impl WholeCipher for Cipher {
    fn length(&self, data_len: usize) -> usize {
        if self.encrypts {
            data_len.saturating_add(self.overhead())
        } else {
            data_len.saturating_sub(OVERHEAD)
        }
    }

    fn run(&self, data: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        if self.encrypts {
            out.extend_from_slice(&self.encrypt(data)?);
        } else {
            out.extend_from_slice(&self.decrypt(data)?);
        }
        Ok(())
    }
}
