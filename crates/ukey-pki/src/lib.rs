//! Certificates, requests, enveloped keys and messages of the GM (国密) and RSA worlds.
//!
//! | module | what | standard |
//! |---|---|---|
//! | [`key`] | SubjectPublicKeyInfo, PKCS#8, the [`Signer`] and [`Decryptor`] traits | GM/T 0009, RFC 5480, RFC 5958 |
//! | [`login`] | what is signed to log in at a site | ours |
//! | [`name`] | distinguished names | RFC 5280 |
//! | [`certificate`] | certificates, key usage, paths | GB/T 20518, RFC 5280 |
//! | [`crl`] | certificate revocation lists | RFC 5280 |
//! | [`ocsp`] | online certificate status | RFC 6960 |
//! | [`request`] | certification requests | RFC 2986, GM/T 0092 |
//! | [`csr_response`] | answer with the double certificate | GM/T 0092 |
//! | [`enveloped_key`] | wrapped encryption pair | GM/T 0009, GM/T 0016 |
//! | [`signed_data`] | signed messages | GB/T 35275, RFC 5652 |
//! | [`mod@envelope`] | the tender envelope | GB/T 35275, RFC 5652 |
//! | [`ca`] | core of the test CA | GM/T 0014 |
//!
//! This crate knows no transports, tokens or files: private-key operations go through two small
//! traits, and large contents through `Read` and `Write`. All cryptography is `ukey-crypto`'s.
//! The SM2 user ID is the default one throughout, as GM/T 0009 demands for certificates, requests
//! and messages.
#![forbid(unsafe_code)]

mod algorithm;
mod asn1;
mod ber;
pub mod ca;
pub mod certificate;
pub mod crl;
pub mod csr_response;
pub mod envelope;
pub mod enveloped_key;
mod error;
mod flavour;
mod identifier;
mod instant;
pub mod key;
pub mod login;
pub mod name;
pub mod ocsp;
pub mod oid;
mod pem;
pub mod request;
mod signature;
mod signed;
pub mod signed_data;

pub use algorithm::SignatureAlgorithm;
pub use certificate::Certificate;
pub use error::{Error, Result};
pub use flavour::Flavour;
pub use identifier::CertificateId;
pub use key::{Decryptor, PublicKey, Signer, SoftwareKey};
pub use name::Name;
pub use request::CertificationRequest;
