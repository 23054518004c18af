//! EnvelopedData: the tender envelope, GB/T 35275 (GM/T 0010) and RFC 5652.
//!
//! A file encrypted once with SM4-CBC under a fresh key, which is encrypted to each recipient's
//! encryption certificate, SM2 or RSA:
//!
//! ```text
//! ContentInfo      = SEQ { envelopedData OID, [0] EXPLICIT EnvelopedData }
//! EnvelopedData    = SEQ { version, recipientInfos SET OF RecipientInfo, encryptedContentInfo,
//!                          unprotectedAttrs [1] IMPLICIT SET OF Attribute OPTIONAL }
//! RecipientInfo    = SEQ { version, issuerAndSerialNumber, keyEncryptionAlgorithm, encryptedKey OCTET STRING }
//! EncryptedContentInfo = SEQ { data OID, SM4-CBC with IV, encryptedContent [0] IMPLICIT OCTET STRING }
//! ```
//!
//! # Integrity
//!
//! CBC alone lets anybody alter a file without the key, and neither standard offers a check for this
//! structure. An envelope made here carries one, in a form that other readers pass over:
//!
//! * `unprotectedAttrs` holds one attribute of type 2.25.304094549700593771060804725876061069604
//!   (ours), an OCTET STRING of 32 octets: HMAC-SM3 over the DER of everything from the outer content
//!   type to the content encryption algorithm (IV included), followed by the ciphertext octets. So
//!   the recipient list is covered too, and re-encoding lengths does not matter.
//! * The MAC key is HKDF-SM3(content key, no salt, info "ukey envelope mac 1", 32 octets).
//! * The IV is HKDF-SM3(content key, no salt, info "ukey envelope iv 1", 16 octets). It is as
//!   unpredictable as the content key, which is used once; and it tells the reader that there must be
//!   a MAC, so that cutting the attribute off is noticed. (Whoever changes the IV as well gets an
//!   envelope that opens as "not protected", with a first block that differs from the original.)
//!
//! Envelopes of other software have no MAC; they open with [`Integrity::NotProtected`], or not at all
//! if the caller demands the check. None of this says who made the envelope: sign the file first.
//!
//! # Streaming
//!
//! Both directions read their input once and hold a few buffers of 64 KiB, 2 MiB in all: encryption and
//! the check, whichever is slower, runs in a second thread while the caller's reads, writes and does the
//! other. Further recipients cost nothing of that. With the content length
//! known in advance [`seal()`] writes DER; without, BER with indefinite lengths. The reader takes
//! both. Plaintext comes out before the check at the end: **the output counts only after `Ok`**.

mod integrity;
mod open;
mod pipeline;
mod recipient;
mod seal;

pub use open::{Candidate, EnvelopeReader, Integrity, OpenOptions, Opened};
pub use seal::{SealOptions, Sealed, seal};

/// Names the structure in errors.
const WHAT: &str = "EnvelopedData";
