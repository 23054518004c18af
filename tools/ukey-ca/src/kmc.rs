//! Escrow of encryption keys (the key management centre of GM/T 0014).
//!
//! The centre has an SM2 pair. Every escrowed key is sealed under a key of its own, which is
//! encrypted to the public half: depositing needs no secret. The private half exists only sealed,
//! once for each two officers, under a key that both of their secrets enter: no officer alone, and
//! nobody with the state directory, can open an escrowed key.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use ukey_crypto::hash::HashAlg;
use ukey_crypto::seal::{self, SealKey};
use ukey_crypto::{mac, rng, sm2};
use ukey_pki::{Certificate, SoftwareKey};
use zeroize::Zeroizing;

use crate::error::{Error, Refusal, Result};

/// First word of an officer's key file.
const OFFICER_WORD: &str = "ukey-officer-key";
/// Context under which the centre's private key is sealed.
const SHARE_CONTEXT: &[u8] = b"ukey-ca kmc share 1";
/// Octets of an officer's secret.
const SECRET_LEN: usize = 32;

/// The secret of one officer.
pub struct OfficerKey {
    name: String,
    secret: Zeroizing<[u8; SECRET_LEN]>,
}

impl OfficerKey {
    /// A new random secret.
    ///
    /// # Errors
    /// [`Error::Crypto`] when the generator fails.
    pub fn generate(name: &str) -> Result<Self> {
        let mut secret = Zeroizing::new([0; SECRET_LEN]);
        rng::fill(&mut *secret)?;
        Ok(Self {
            name: name.to_owned(),
            secret,
        })
    }

    /// The officer's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// One line of text to be kept by the officer alone.
    pub fn to_text(&self) -> Zeroizing<String> {
        let digits = Zeroizing::new(STANDARD.encode(*self.secret));
        Zeroizing::new(format!("{OFFICER_WORD} {} {}\n", self.name, *digits))
    }

    /// Reads [`OfficerKey::to_text`]; `None` when it is something else.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        if words.next()? != OFFICER_WORD {
            return None;
        }
        let name = words.next()?.to_owned();
        let secret = Zeroizing::new(STANDARD.decode(words.next()?).ok()?);
        let secret = Zeroizing::new(<[u8; SECRET_LEN]>::try_from(secret.as_slice()).ok()?);
        Some(Self { name, secret })
    }
}

impl fmt::Debug for OfficerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OfficerKey")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The public side of the centre, and the shares.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kmc {
    /// `04 ‖ X ‖ Y`, base64.
    public_key: String,
    shares: Vec<Share>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Share {
    officers: [String; 2],
    sealed: String,
}

impl Kmc {
    /// Makes a centre for these officers; any two of them can open what is escrowed.
    ///
    /// # Errors
    /// [`Refusal::TwoOfficers`] for fewer than two, or two of one name; [`Error::Crypto`].
    pub fn create(officers: &[OfficerKey]) -> Result<Self> {
        let key = sm2::SecretKey::generate()?;
        let mut shares = Vec::new();
        for (position, first) in officers.iter().enumerate() {
            for second in &officers[position + 1..] {
                if first.name == second.name {
                    return Err(Refusal::TwoOfficers.into());
                }
                let sealed = seal::seal(
                    &joint_key(first, second)?,
                    SHARE_CONTEXT,
                    &*key.expose_bytes(),
                )?;
                shares.push(Share {
                    officers: [first.name.clone(), second.name.clone()],
                    sealed: STANDARD.encode(sealed),
                });
            }
        }
        if shares.is_empty() {
            return Err(Refusal::TwoOfficers.into());
        }
        Ok(Self {
            public_key: STANDARD.encode(key.public_key().to_sec1()),
            shares,
        })
    }

    /// The public half, ready for depositing.
    ///
    /// # Errors
    /// [`Error::Crypto`] when the stored key is none.
    pub fn depositor(&self) -> Result<Depositor> {
        let octets = STANDARD
            .decode(&self.public_key)
            .map_err(|_| ukey_crypto::Error::InvalidKey)?;
        Ok(Depositor {
            public_key: sm2::PublicKey::from_sec1(&octets)?,
        })
    }

    /// Opens the centre with the secrets of two officers.
    ///
    /// # Errors
    /// [`Refusal::TwoOfficers`] when they are one, unknown, or have wrong secrets.
    pub fn open(&self, first: &OfficerKey, second: &OfficerKey) -> Result<OpenKmc> {
        let refused = || Error::Refused(Refusal::TwoOfficers);
        if first.name == second.name {
            return Err(refused());
        }
        let share = self
            .shares
            .iter()
            .find(|share| {
                share.officers.contains(&first.name) && share.officers.contains(&second.name)
            })
            .ok_or_else(refused)?;
        let sealed = STANDARD.decode(&share.sealed).map_err(|_| refused())?;
        let private = seal::open(&joint_key(first, second)?, SHARE_CONTEXT, &sealed)
            .map_err(|_| refused())?;
        Ok(OpenKmc {
            key: sm2::SecretKey::from_bytes(&private)?,
            officers: [first.name.clone(), second.name.clone()],
        })
    }
}

/// One key of two secrets, the same in whichever order.
fn joint_key(a: &OfficerKey, b: &OfficerKey) -> Result<SealKey> {
    let (first, second) = if a.name < b.name { (a, b) } else { (b, a) };
    let joint = Zeroizing::new(mac::hmac(HashAlg::Sm3, &*first.secret, &*second.secret));
    Ok(SealKey::try_from(joint.as_slice())?)
}

/// Deposits keys; knows no secret.
#[derive(Clone, Copy, Debug)]
pub struct Depositor {
    public_key: sm2::PublicKey,
}

impl Depositor {
    /// Seals `key`, the pair certified by `certificate`:
    /// length (2 octets) ‖ SM2Cipher of the seal key ‖ sealed PKCS#8, bound to the certificate.
    ///
    /// # Errors
    /// Those of the cryptographic operations.
    pub fn seal(&self, certificate: &Certificate, key: &SoftwareKey) -> ukey_pki::Result<Vec<u8>> {
        let once = SealKey::generate()?;
        let wrapped = self.public_key.encrypt(once.expose_bytes())?.to_der();
        let sealed = seal::seal(&once, certificate.as_der(), &key.to_pkcs8_der())?;
        let length = u16::try_from(wrapped.len()).map_err(|_| ukey_crypto::Error::InvalidLength)?;
        Ok([&length.to_be_bytes()[..], &wrapped, &sealed].concat())
    }
}

/// The centre, opened by two officers.
pub struct OpenKmc {
    key: sm2::SecretKey,
    officers: [String; 2],
}

impl OpenKmc {
    /// Who opened it.
    pub fn officers(&self) -> &[String; 2] {
        &self.officers
    }

    /// The pair of `certificate`.
    ///
    /// # Errors
    /// [`Error::Pki`] when the record was altered or belongs to another certificate.
    pub fn recover(&self, certificate: &Certificate, sealed: &[u8]) -> Result<SoftwareKey> {
        let altered = || Error::Pki(ukey_pki::Error::Decryption);
        let (length, rest) = sealed.split_at_checked(2).ok_or_else(altered)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        let (wrapped, sealed) = rest.split_at_checked(length).ok_or_else(altered)?;
        let wrapped = sm2::Ciphertext::from_der(wrapped).map_err(|_| altered())?;
        let once = self.key.decrypt(&wrapped).map_err(|_| altered())?;
        let once = SealKey::try_from(once.as_slice()).map_err(|_| altered())?;
        let pkcs8 = seal::open(&once, certificate.as_der(), sealed).map_err(|_| altered())?;
        Ok(SoftwareKey::from_pkcs8(&pkcs8)?)
    }
}

impl fmt::Debug for OpenKmc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenKmc")
            .field("officers", &self.officers)
            .finish_non_exhaustive()
    }
}
