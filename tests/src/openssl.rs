//! OpenSSL as the judge of our signatures, by its command line.

use std::path::Path;

use crate::{HarnessError, Program};

/// The user ID that GM/T 0009 prescribes, as an option of OpenSSL.
pub const DISTID: &str = "distid:1234567812345678";

/// Writes `content` to a file in `folder` and gives its path as an argument.
///
/// # Panics
/// When it cannot be written.
pub fn file(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    path.to_str().expect("tests use plain names").to_owned()
}

/// `openssl` with these arguments.
pub fn openssl(arguments: &[&str]) -> Program {
    Program::new("openssl").args(arguments)
}

/// Whether OpenSSL finds an SM2 signature (DER) over `message` good under this public key
/// (SubjectPublicKeyInfo).
///
/// # Errors
/// When OpenSSL fails for another reason than the signature.
pub fn verifies_sm2(
    folder: &Path,
    public_key_info: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<bool, HarnessError> {
    verifies(
        folder,
        public_key_info,
        message,
        signature,
        &["-digest", "sm3", "-pkeyopt", DISTID],
    )
}

/// Whether OpenSSL finds an RSA PKCS#1 v1.5 signature with SHA-256 over `message` good.
///
/// # Errors
/// When OpenSSL fails for another reason than the signature.
pub fn verifies_rsa(
    folder: &Path,
    public_key_info: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<bool, HarnessError> {
    verifies(
        folder,
        public_key_info,
        message,
        signature,
        &["-digest", "sha256"],
    )
}

fn verifies(
    folder: &Path,
    public_key_info: &[u8],
    message: &[u8],
    signature: &[u8],
    options: &[&str],
) -> Result<bool, HarnessError> {
    let key = file(folder, "key.der", public_key_info);
    let message = file(folder, "message", message);
    let signature = file(folder, "signature", signature);
    let finished = openssl(&["pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER"])
        .args(["-inkey", &key, "-in", &message, "-sigfile", &signature])
        .args(options)
        .run()?;
    let said = finished.all_text();
    let good = said.contains("Signature Verified Successfully");
    let bad = said.contains("Signature Verification Failure");
    assert!(
        good != bad && good == finished.status.success(),
        "OpenSSL said neither yes nor no:\n{said}"
    );
    Ok(good)
}
