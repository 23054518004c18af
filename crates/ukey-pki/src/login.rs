//! What a key signs to log in at a site (a format of this project).
//!
//! ```text
//! "UKEY-AUTH-V1" 00 ‖ H(origin) ‖ H(nonce)      H = SM3 with SM2 keys, SHA-256 with RSA keys
//! ```
//!
//! The origin is what the browser says (`https://bid.example.cn`), so a signature made for one site is
//! worthless at another; the label keeps logins and documents, which the same key signs, apart.

use ukey_crypto::hash::HashAlg;

/// What the message of every login begins with, and no document that is signed may.
pub const AUTH_LABEL: &[u8] = b"UKEY-AUTH-V1\0";

/// The message that is signed for an origin and a nonce (the text of its base64, as it was sent).
#[must_use]
pub fn auth_message(hash: HashAlg, origin: &str, nonce: &str) -> Vec<u8> {
    [
        AUTH_LABEL,
        &hash.digest(origin.as_bytes()),
        &hash.digest(nonce.as_bytes()),
    ]
    .concat()
}
