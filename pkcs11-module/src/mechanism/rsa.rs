//! RSA with token keys and public keys (RFC 8017; PKCS#11 3.2, "RSA").

use super::pss;
use crate::object::Object;
use crate::rv::Error;
use crate::session::operation::SignatureForm;
use crate::slot::token::Token;
use ukey_crypto::ct;
use ukey_crypto::rsa::PublicKey;
use ukey_token::KeyUsage;
use zeroize::Zeroizing;

/// What PKCS#1 v1.5 padding takes at least.
pub(crate) const PKCS1_OVERHEAD: usize = 11;

/// Signs, one exchange. `input` is what the form says: bytes, a block or a digest.
pub(crate) fn sign(
    token: &Token,
    key: &Object,
    public: &PublicKey,
    form: SignatureForm,
    input: &[u8],
) -> Result<Vec<u8>, Error> {
    match form {
        SignatureForm::RsaPkcs => sign_padded(token, key, public, input),
        SignatureForm::RsaPkcsDigest(alg) => {
            let digest_info = alg.digest_info(input).map_err(|_| Error::DataLenRange)?;
            sign_padded(token, key, public, &digest_info)
        }
        SignatureForm::RsaRaw => raw(token, key, &block(public, input)?),
        SignatureForm::RsaPss(parameters) => {
            let encoded = pss::encode(parameters, input, public.bits())?;
            raw(token, key, &block(public, &encoded)?)
        }
        SignatureForm::Sm2 | SignatureForm::Sm2Der => Err(Error::KeyTypeInconsistent),
    }
}

fn sign_padded(
    token: &Token,
    key: &Object,
    public: &PublicKey,
    data: &[u8],
) -> Result<Vec<u8>, Error> {
    let size = public.size();
    if data.len() + PKCS1_OVERHEAD > size {
        return Err(Error::DataLenRange);
    }
    let (container, usage) = token.container_of(key)?;
    if usage == KeyUsage::Signature {
        return Ok(container.sign_rsa(data)?);
    }
    // The token's signing command knows only the signature pair: pad here (EMSA-PKCS1-v1_5, RFC 8017, 9.2).
    let mut padded = vec![0, 1];
    padded.resize(size - data.len() - 1, 0xFF);
    padded.push(0);
    padded.extend_from_slice(data);
    raw(token, key, &padded)
}

fn raw(token: &Token, key: &Object, block: &[u8]) -> Result<Vec<u8>, Error> {
    let (container, usage) = token.container_of(key)?;
    Ok(container.raw_rsa(usage, block)?.to_vec())
}

/// Left-pads with zeros to the length of the modulus.
fn block(public: &PublicKey, data: &[u8]) -> Result<Vec<u8>, Error> {
    let size = public.size();
    let mut block = vec![0; size.checked_sub(data.len()).ok_or(Error::DataLenRange)?];
    block.extend_from_slice(data);
    // PKCS#11, "X.509 (raw) RSA": a number not below the modulus is data that is not valid.
    if block >= public.n() {
        Err(Error::DataInvalid)
    } else {
        Ok(block)
    }
}

/// Verifies in this process.
pub(crate) fn verify(
    public: &PublicKey,
    form: SignatureForm,
    input: &[u8],
    signature: &[u8],
) -> Result<(), Error> {
    if signature.len() != public.size() {
        return Err(Error::SignatureLenRange);
    }
    let invalid = |_| Error::SignatureInvalid;
    match form {
        SignatureForm::RsaPkcs => {
            if input.len() + PKCS1_OVERHEAD > public.size() {
                return Err(Error::DataLenRange);
            }
            public.verify_pkcs1v15(input, signature).map_err(invalid)
        }
        SignatureForm::RsaPkcsDigest(alg) => {
            let digest_info = alg.digest_info(input).map_err(|_| Error::DataLenRange)?;
            public
                .verify_pkcs1v15(&digest_info, signature)
                .map_err(invalid)
        }
        SignatureForm::RsaRaw => {
            let expected = block(public, input)?;
            let recovered = public.raw(signature).map_err(invalid)?;
            if ct::eq(&recovered, &expected) {
                Ok(())
            } else {
                Err(Error::SignatureInvalid)
            }
        }
        SignatureForm::RsaPss(parameters) => {
            let recovered = public.raw(signature).map_err(invalid)?;
            pss::verify(parameters, input, &recovered, public.bits())
        }
        SignatureForm::Sm2 | SignatureForm::Sm2Der => Err(Error::KeyTypeInconsistent),
    }
}

/// Encrypts in this process; `padded`: PKCS#1 v1.5.
pub(crate) fn encrypt(
    public: &PublicKey,
    padded: bool,
    plaintext: &[u8],
) -> Result<Vec<u8>, Error> {
    if !padded {
        return public
            .raw(&block(public, plaintext)?)
            .map_err(|_| Error::DataInvalid);
    }
    if plaintext.len() + PKCS1_OVERHEAD > public.size() {
        return Err(Error::DataLenRange);
    }
    public
        .encrypt_pkcs1v15(plaintext)
        .map_err(|_| Error::FunctionFailed)
}

/// Decrypts in the token, one exchange.
pub(crate) fn decrypt(
    token: &Token,
    key: &Object,
    public: &PublicKey,
    padded: bool,
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
    if ciphertext.len() != public.size() {
        return Err(Error::EncryptedDataLenRange);
    }
    if ciphertext >= &public.n()[..] {
        return Err(Error::EncryptedDataInvalid);
    }
    let (container, usage) = token.container_of(key)?;
    let plain = if padded {
        container.decrypt_rsa(usage, ciphertext)
    } else {
        container.raw_rsa(usage, ciphertext)
    };
    plain.map_err(decryption_error)
}

/// One code for everything that can be wrong with a ciphertext.
pub(super) fn decryption_error(error: ukey_token::Error) -> Error {
    match error {
        ukey_token::Error::InvalidData
        | ukey_token::Error::InvalidLength
        | ukey_token::Error::Crypto(_) => Error::EncryptedDataInvalid,
        other => other.into(),
    }
}
