//! SignedData: GB/T 35275 (GM/T 0010) and RFC 5652, SM2 and RSA signers.
//!
//! ```text
//! ContentInfo  = SEQ { contentType OID, content [0] EXPLICIT SignedData }
//! SignedData   = SEQ { version, digestAlgorithms SET, contentInfo SEQ { OID, content [0] EXPLICIT OPT },
//!                      certificates [0] OPT, crls [1] OPT, signerInfos SET }
//! SignerInfo   = SEQ { version, issuerAndSerialNumber, digestAlgorithm, authenticatedAttributes [0] OPT,
//!                      digestEncryptionAlgorithm, encryptedDigest OCTET STRING, … }
//! ```
//!
//! What is signed: with attributes the DER of the SET OF attributes, among them the plain digest of the
//! content (without Z); without attributes the content itself. For SM2 that means SM3(Z ‖ …) in both
//! cases.
//!
//! [`mod@write`] makes one strict form per [`Flavour`](crate::Flavour); [`SignedMessage`] reads what is met in
//! the field: content types of either family and mixed, signature algorithm 301.1, 301, .501 or SM3, SM2
//! signatures as DER or as 64 raw bytes, with and without attributes, definite and indefinite lengths, and
//! signatures over the digest of a file instead of the file. Content is never held in memory.

mod attributes;
mod hashing;
mod parse;
mod report;
mod verify;
pub mod write;

pub use parse::SignedMessage;
pub use report::{Check, Outcome, SignerReport, Verification};
pub use verify::{Content, VerifyOptions};

/// Names the structure in errors.
const WHAT: &str = "SignedData";
