//! What can be done with a key in one command: P2 says what, parameters come before the input.

use super::KeyHash;
use crate::message::Selector;
use crate::wire::{DecodeError, Field, Reader, Writer};

/// How a block cipher works on the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CipherMode {
    /// Whole blocks, each by itself.
    Ecb,
    /// Whole blocks, chained. `iv(16)`.
    Cbc {
        /// Initial value.
        iv: [u8; 16],
    },
    /// Counter mode; any length. `counter(16), bits u8`.
    Ctr {
        /// First counter block.
        counter: [u8; 16],
        /// How many low bits count, 1 to 128.
        bits: u8,
    },
    /// Galois counter mode; ciphertext and tag together. `n8 iv, l32 aad, tag u8`.
    Gcm {
        /// Initial value, 1 to 255 bytes.
        iv: Vec<u8>,
        /// Authenticated, not encrypted.
        aad: Vec<u8>,
        /// Length of the tag in bytes.
        tag_bytes: u8,
    },
    /// Counter with CBC-MAC; ciphertext and tag together. `n8 nonce, l32 aad, tag u8`.
    Ccm {
        /// Nonce, 7 to 13 bytes.
        nonce: Vec<u8>,
        /// Authenticated, not encrypted.
        aad: Vec<u8>,
        /// Length of the tag in bytes.
        tag_bytes: u8,
    },
    /// RFC 3394, with its default initial value.
    KeyWrap,
    /// RFC 5649.
    KeyWrapPad,
}

impl CipherMode {
    fn number(&self) -> u8 {
        match self {
            Self::Ecb => 0,
            Self::Cbc { .. } => 1,
            Self::Ctr { .. } => 2,
            Self::Gcm { .. } => 3,
            Self::Ccm { .. } => 4,
            Self::KeyWrap => 5,
            Self::KeyWrapPad => 6,
        }
    }

    fn put(&self, writer: &mut Writer) {
        match self {
            Self::Ecb | Self::KeyWrap | Self::KeyWrapPad => {}
            Self::Cbc { iv } => drop(writer.bytes(iv)),
            Self::Ctr { counter, bits } => drop(writer.bytes(counter).u8(*bits)),
            Self::Gcm {
                iv: nonce,
                aad,
                tag_bytes,
            }
            | Self::Ccm {
                nonce,
                aad,
                tag_bytes,
            } => drop(writer.n8(nonce).l32(aad).u8(*tag_bytes)),
        }
    }

    fn get(number: u8, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let authenticated = |reader: &mut Reader<'_>| {
            let (nonce, aad) = (reader.n8()?.to_vec(), reader.l32()?.to_vec());
            Ok::<_, DecodeError>((nonce, aad, reader.u8()?))
        };
        Ok(match number {
            0 => Self::Ecb,
            1 => Self::Cbc {
                iv: reader.array()?,
            },
            2 => Self::Ctr {
                counter: reader.array()?,
                bits: reader.u8()?,
            },
            3 => {
                let (iv, aad, tag_bytes) = authenticated(reader)?;
                Self::Gcm { iv, aad, tag_bytes }
            }
            4 => {
                let (nonce, aad, tag_bytes) = authenticated(reader)?;
                Self::Ccm {
                    nonce,
                    aad,
                    tag_bytes,
                }
            }
            5 => Self::KeyWrap,
            6 => Self::KeyWrapPad,
            _ => return Err(DecodeError::Parameters),
        })
    }
}

/// A message authentication code; always in its full length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MacAlgorithm {
    /// CMAC of AES or SM4, 16 bytes.
    Cmac,
    /// HMAC with a secret of any kind but pairs.
    Hmac(KeyHash),
}

impl MacAlgorithm {
    fn put(self, writer: &mut Writer) {
        match self {
            Self::Cmac => drop(writer.u8(0)),
            Self::Hmac(hash) => hash.put(writer),
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.u8()? {
            0 => Ok(Self::Cmac),
            hash => KeyHash::from_parameter(hash)
                .map(Self::Hmac)
                .ok_or(DecodeError::Invalid("hash")),
        }
    }
}

/// One operation with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyOperation {
    /// 01: ECDSA of a digest (the leftmost bits count); answer r, s in the size of the curve.
    SignEcdsa,
    /// 02: SM2 of a digest of 32 bytes that Z went into; answer r, s.
    SignSm2,
    /// 03: RSA PKCS#1 v1.5, type 1 padding of the input (a DigestInfo).
    SignRsaPkcs1,
    /// 04: the bare RSA operation, as a signature.
    SignRsaRaw,
    /// 05: RSA PSS of a digest. `hash u8, mgf hash u8, salt length u16`.
    SignRsaPss {
        /// Hash that made the digest.
        hash: KeyHash,
        /// Hash of the mask.
        mgf: KeyHash,
        /// Length of the salt in bytes.
        salt_bytes: u16,
    },
    /// 06: a MAC.
    Mac(MacAlgorithm),
    /// 07: checks a MAC; no answer, or 6A98. `mac u8, n8 tag`. Tags of 8 bytes up to the full length.
    VerifyMac {
        /// Which.
        mac: MacAlgorithm,
        /// What it should be, or the beginning of that.
        tag: Vec<u8>,
    },
    /// 10: SM2 decryption of an SM2 cipher as it stands in data fields.
    DecryptSm2,
    /// 11: RSA PKCS#1 v1.5; wrong padding gives random bytes.
    DecryptRsaPkcs1,
    /// 12: RSA OAEP. `hash u8, mgf hash u8, l32 label`.
    DecryptRsaOaep {
        /// Hash of the label.
        hash: KeyHash,
        /// Hash of the mask.
        mgf: KeyHash,
        /// Label.
        label: Vec<u8>,
    },
    /// 13: the bare RSA operation, as a decryption.
    DecryptRsaRaw,
    /// 20: ECDH with the peer's `X, Y`; answer the X coordinate of the shared point.
    DeriveEcdh,
    /// 30 to 36: encryption with a block cipher.
    Encrypt(CipherMode),
    /// 40 to 46: decryption with a block cipher.
    Decrypt(CipherMode),
}

impl KeyOperation {
    /// P2.
    pub(crate) fn number(&self) -> u8 {
        match self {
            Self::SignEcdsa => 0x01,
            Self::SignSm2 => 0x02,
            Self::SignRsaPkcs1 => 0x03,
            Self::SignRsaRaw => 0x04,
            Self::SignRsaPss { .. } => 0x05,
            Self::Mac(_) => 0x06,
            Self::VerifyMac { .. } => 0x07,
            Self::DecryptSm2 => 0x10,
            Self::DecryptRsaPkcs1 => 0x11,
            Self::DecryptRsaOaep { .. } => 0x12,
            Self::DecryptRsaRaw => 0x13,
            Self::DeriveEcdh => 0x20,
            Self::Encrypt(mode) => 0x30 + mode.number(),
            Self::Decrypt(mode) => 0x40 + mode.number(),
        }
    }

    /// Whether P2 names an operation.
    pub(crate) fn is_known(number: u8) -> bool {
        matches!(number, 0x01..=0x07 | 0x10..=0x13 | 0x20 | 0x30..=0x36 | 0x40..=0x46)
    }

    pub(crate) fn put(&self, writer: &mut Writer) {
        match self {
            Self::SignRsaPss {
                hash,
                mgf,
                salt_bytes,
            } => {
                hash.put(writer);
                mgf.put(writer);
                writer.u16(*salt_bytes);
            }
            Self::Mac(mac) => mac.put(writer),
            Self::VerifyMac { mac, tag } => {
                mac.put(writer);
                writer.n8(tag);
            }
            Self::DecryptRsaOaep { hash, mgf, label } => {
                hash.put(writer);
                mgf.put(writer);
                writer.l32(label);
            }
            Self::Encrypt(mode) | Self::Decrypt(mode) => mode.put(writer),
            _ => {}
        }
    }

    pub(crate) fn get(number: u8, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match number {
            0x01 => Self::SignEcdsa,
            0x02 => Self::SignSm2,
            0x03 => Self::SignRsaPkcs1,
            0x04 => Self::SignRsaRaw,
            0x05 => Self::SignRsaPss {
                hash: Field::get(reader)?,
                mgf: Field::get(reader)?,
                salt_bytes: reader.u16()?,
            },
            0x06 => Self::Mac(MacAlgorithm::get(reader)?),
            0x07 => Self::VerifyMac {
                mac: MacAlgorithm::get(reader)?,
                tag: reader.n8()?.to_vec(),
            },
            0x10 => Self::DecryptSm2,
            0x11 => Self::DecryptRsaPkcs1,
            0x12 => Self::DecryptRsaOaep {
                hash: Field::get(reader)?,
                mgf: Field::get(reader)?,
                label: reader.l32()?.to_vec(),
            },
            0x13 => Self::DecryptRsaRaw,
            0x20 => Self::DeriveEcdh,
            0x30..=0x3F => Self::Encrypt(CipherMode::get(number - 0x30, reader)?),
            0x40..=0x4F => Self::Decrypt(CipherMode::get(number - 0x40, reader)?),
            _ => return Err(DecodeError::Parameters),
        })
    }
}
