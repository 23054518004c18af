//! What the authority remembers. The engine sees only these traits; all changes of one act, and
//! their link of the log, are made in one transaction.

pub mod sqlite;

use crate::error::Result;
use crate::log::Link;
use crate::request::Act;

/// A place that keeps state.
pub trait State {
    /// Starts a transaction. Only one at a time, over all processes; others wait.
    ///
    /// # Errors
    /// [`crate::Error::State`].
    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>>;
}

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Role {
    /// Signing certificate of a holder.
    Sign = 0,
    /// Encryption certificate of a holder.
    Encrypt = 1,
    /// Service certificate (time stamping, OCSP).
    Service = 2,
}

/// Whether a certificate is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// In force.
    Active,
    /// Suspended since then (seconds since 1970).
    Held {
        /// Since when.
        since: i64,
    },
    /// Ended, or ending at a time to come.
    Revoked {
        /// Since when.
        since: i64,
        /// CRLReason.
        reason: u8,
    },
}

impl Status {
    /// Whether the certificate is in force at `at`.
    pub fn is_in_force(self, at: i64) -> bool {
        match self {
            Self::Active => true,
            Self::Held { .. } => false,
            Self::Revoked { since, .. } => at < since,
        }
    }

    /// `active`, `held` or `revoked`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Held { .. } => "held",
            Self::Revoked { .. } => "revoked",
        }
    }

    /// Since when, unless active.
    pub fn since(self) -> Option<i64> {
        match self {
            Self::Active => None,
            Self::Held { since } | Self::Revoked { since, .. } => Some(since),
        }
    }
}

/// An issued certificate.
#[derive(Clone, Debug)]
pub struct CertificateRecord {
    /// Serial number in upper-case hexadecimal digits.
    pub serial: String,
    /// Which of the authority's issuing certificates signed it.
    pub issuer: String,
    /// What it is for.
    pub role: Role,
    /// Serial number of the first signing certificate of the same holder: stays the same over
    /// renewals and replacements.
    pub holder: String,
    /// The other certificate of a double certificate.
    pub partner: Option<String>,
    /// What took its place.
    pub successor: Option<String>,
    /// SM3 of its SubjectPublicKeyInfo.
    pub key: [u8; 32],
    /// Subject, for people.
    pub subject: String,
    /// End of validity, seconds since 1970.
    pub not_after: i64,
    /// Whether it is in force.
    pub status: Status,
    /// The certificate.
    pub der: Vec<u8>,
}

/// A granted request.
#[derive(Clone, Debug)]
pub struct RequestRecord {
    /// Its id.
    pub id: String,
    /// What was asked for.
    pub act: Act,
    /// Digest of what was asked for.
    pub meaning: [u8; 32],
    /// Signing certificate (or the only one) handed out.
    pub sign: Option<String>,
    /// Encryption certificate handed out.
    pub encrypt: Option<String>,
    /// The wrapped key handed out, DER.
    pub enveloped_key: Option<Vec<u8>>,
}

/// An escrowed encryption pair.
#[derive(Clone, Debug)]
pub struct EscrowRecord {
    /// Serial number of its certificate.
    pub serial: String,
    /// See [`crate::kmc`].
    pub sealed: Vec<u8>,
    /// Signing certificate of whoever had it recovered last.
    pub recovered_by: Option<String>,
}

/// One transaction; dropped without [`Transaction::commit`], nothing of it happened.
pub trait Transaction {
    /// A granted request.
    ///
    /// # Errors
    /// [`crate::Error::State`], here and below.
    fn request(&mut self, id: &str) -> Result<Option<RequestRecord>>;
    /// Remembers a granted request; its id is new.
    fn add_request(&mut self, record: &RequestRecord) -> Result<()>;
    /// The certificate with this serial number.
    fn certificate(&mut self, serial: &str) -> Result<Option<CertificateRecord>>;
    /// The newest certificate over this key.
    fn certificate_of_key(&mut self, key: &[u8; 32]) -> Result<Option<CertificateRecord>>;
    /// All certificates over this key, oldest first.
    fn certificates_of_key(&mut self, key: &[u8; 32]) -> Result<Vec<CertificateRecord>>;
    /// Adds a certificate. A serial number that is taken is an error: none is used twice.
    fn add_certificate(&mut self, record: &CertificateRecord) -> Result<()>;
    /// Changes whether a certificate is in force.
    fn set_status(&mut self, serial: &str, status: Status) -> Result<()>;
    /// Names what took a certificate's place.
    fn set_successor(&mut self, serial: &str, successor: &str) -> Result<()>;
    /// Certificates of `issuer` that are not in force at `at` and not yet past their end.
    fn not_in_force(&mut self, issuer: &str, at: i64) -> Result<Vec<CertificateRecord>>;
    /// All certificates, as many as `limit` after `after` in the order of their serial numbers.
    fn certificates(&mut self, after: &str, limit: u32) -> Result<Vec<CertificateRecord>>;
    /// The escrowed pair of an encryption certificate.
    fn escrow(&mut self, serial: &str) -> Result<Option<EscrowRecord>>;
    /// Adds an escrowed pair.
    fn add_escrow(&mut self, record: &EscrowRecord) -> Result<()>;
    /// Names who had a pair recovered.
    fn set_recovered(&mut self, serial: &str, by: &str) -> Result<()>;
    /// The next number of a series, from 1.
    fn next_number(&mut self, series: &str) -> Result<u64>;
    /// The newest link of the log.
    fn last_link(&mut self) -> Result<Option<Link>>;
    /// Adds a link.
    fn add_link(&mut self, link: &Link) -> Result<()>;
    /// Links from number `from`, oldest first.
    fn links(&mut self, from: u64, limit: u32) -> Result<Vec<Link>>;
    /// Makes everything durable at once.
    fn commit(self: Box<Self>) -> Result<()>;
}
