//! Escrow of encryption pairs, the task of the key management centre (KMC) in GM/T 0014.

use ukey_crypto::seal::{self, SealKey};

use crate::certificate::Certificate;
use crate::enveloped_key::EnvelopedKey;
use crate::error::{Error, Result};
use crate::key::{PublicKey, SoftwareKey};

/// Where the authority leaves a copy of every encryption pair it makes.
pub trait Escrow {
    /// Keeps `key`, the pair certified by `certificate`.
    ///
    /// # Errors
    /// Any; issuing then fails, so that no pair is handed out that could not be recovered.
    fn deposit(&mut self, certificate: &Certificate, key: &SoftwareKey) -> Result<()>;
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoEscrow;

impl Escrow for NoEscrow {
    fn deposit(&mut self, _certificate: &Certificate, _key: &SoftwareKey) -> Result<()> {
        Ok(())
    }
}

/// One escrowed pair. The caller stores both parts wherever it likes.
#[derive(Clone, Debug)]
pub struct EscrowRecord {
    /// The encryption certificate.
    pub certificate: Certificate,
    /// The PKCS#8 key, sealed (AES-256-GCM) under the KMC key with the certificate as context.
    pub sealed_key: Vec<u8>,
}

/// Escrow records in memory under one KMC key.
pub struct EscrowTable {
    kmc_key: SealKey,
    records: Vec<EscrowRecord>,
}

impl EscrowTable {
    /// A table with the records stored earlier under the same key.
    pub fn new(kmc_key: SealKey, records: Vec<EscrowRecord>) -> Self {
        Self { kmc_key, records }
    }

    /// All records, oldest first.
    pub fn records(&self) -> &[EscrowRecord] {
        &self.records
    }

    /// Wraps the escrowed pair of `certificate` again, to the signing key of another token.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the pair was never deposited, [`Error::Decryption`] when the record
    /// was altered or sealed under another key, [`Error::Mismatch`] for another key family.
    pub fn recover(
        &self,
        certificate: &Certificate,
        signing_key: &PublicKey,
    ) -> Result<EnvelopedKey> {
        let record = self
            .records
            .iter()
            .find(|record| record.certificate == *certificate)
            .ok_or_else(|| Error::invalid("escrow", "no such certificate"))?;
        let pkcs8 = seal::open(&self.kmc_key, certificate.as_der(), &record.sealed_key)
            .map_err(|_| Error::Decryption)?;
        EnvelopedKey::make(&SoftwareKey::from_pkcs8(&pkcs8)?, signing_key)
    }
}

impl Escrow for EscrowTable {
    fn deposit(&mut self, certificate: &Certificate, key: &SoftwareKey) -> Result<()> {
        let sealed_key = seal::seal(&self.kmc_key, certificate.as_der(), &key.to_pkcs8_der())?;
        self.records.push(EscrowRecord {
            certificate: certificate.clone(),
            sealed_key,
        });
        Ok(())
    }
}

impl std::fmt::Debug for EscrowTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EscrowTable")
            .field("records", &self.records.len())
            .finish_non_exhaustive()
    }
}
