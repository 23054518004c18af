//! Keys generated in this process, which live as long as their session.

use super::key::Making;
use super::key_new::{Origin, add_key};
use super::key_token;
use crate::abi::types::*;
use crate::abi::vendor::CKK_SM4;
use crate::mechanism::{Requested, kdf};
use crate::object::attribute::Attributes;
use crate::object::material::HostKey;
use crate::rv::Error;
use crate::session::OpenSession;
use ukey_crypto::{ec, ed25519, rng, rsa, sm2, x25519};
use zeroize::Zeroizing;

/// Longest secret key that is generated.
const LONGEST: usize = 4096;

/// Makes a random secret key.
///
/// # Errors
/// [`Error::TemplateIncomplete`] without a length where the type has several; [`Error::KeySizeRange`].
pub(super) fn generate_secret(
    session: &OpenSession,
    key_type: CK_KEY_TYPE,
    mechanism: CK_MECHANISM_TYPE,
    template: &Attributes,
) -> Result<CK_OBJECT_HANDLE, Error> {
    // A generic secret may be for HMAC with one hash.
    let key_type = match (key_type, template.number(CKA_KEY_TYPE)) {
        (CKK_GENERIC_SECRET, Some(named)) if is_hmac(named) => named,
        _ => key_type,
    };
    let len = match (key_type, template.number(CKA_VALUE_LEN)) {
        (CKK_SM4, None) => 16,
        (_, Some(len)) => usize::try_from(len).map_err(|_| Error::KeySizeRange)?,
        (_, None) => return Err(Error::TemplateIncomplete),
    };
    let fits = match key_type {
        CKK_AES => matches!(len, 16 | 24 | 32),
        CKK_SM4 => matches!(len, 16 | 32),
        CKK_AES_XTS => matches!(len, 32 | 64),
        _ => (1..=LONGEST).contains(&len),
    };
    if !fits {
        return Err(Error::KeySizeRange);
    }
    if template.flag(CKA_TOKEN) {
        return key_token::generate_secret(session, key_type, len, mechanism, template);
    }
    let mut value = Zeroizing::new(vec![0; len]);
    rng::fill(&mut value).map_err(|_| Error::FunctionFailed)?;
    let content = secret_content(key_type, &value);
    let origin = Origin::Generated { mechanism };
    add_key(session, CKO_SECRET_KEY, template, &content, origin)
}

/// Makes a secret key from a password.
///
/// # Errors
/// [`Error::TemplateIncomplete`] without type or length; [`Error::TemplateInconsistent`].
pub(super) fn from_password(
    session: &OpenSession,
    mechanism: &Requested,
    template: &Attributes,
) -> Result<CK_OBJECT_HANDLE, Error> {
    let key_type = template
        .number(CKA_KEY_TYPE)
        .ok_or(Error::TemplateIncomplete)?;
    let len = match (key_type, template.number(CKA_VALUE_LEN)) {
        (CKK_SM4, None) => 16,
        (_, Some(len)) => usize::try_from(len).map_err(|_| Error::KeySizeRange)?,
        (_, None) => return Err(Error::TemplateIncomplete),
    };
    if !(1..=LONGEST).contains(&len) {
        return Err(Error::KeySizeRange);
    }
    let value = kdf::from_password(mechanism.parameter.pbkdf2()?, len)?;
    let content = secret_content(key_type, &value);
    // The caller knows the password: the key has not always been sensitive.
    add_key(
        session,
        CKO_SECRET_KEY,
        template,
        &content,
        Origin::Unwrapped,
    )
}

fn is_hmac(key_type: CK_KEY_TYPE) -> bool {
    matches!(
        key_type,
        CKK_SHA_1_HMAC
            | CKK_SHA224_HMAC
            | CKK_SHA256_HMAC
            | CKK_SHA384_HMAC
            | CKK_SHA512_HMAC
            | CKK_SHA3_224_HMAC
            | CKK_SHA3_256_HMAC
            | CKK_SHA3_384_HMAC
            | CKK_SHA3_512_HMAC
    )
}

/// Type and value of a secret key.
pub(super) fn secret_content(key_type: CK_KEY_TYPE, value: &[u8]) -> Attributes {
    let mut content = Attributes::default();
    content.set_number(CKA_KEY_TYPE, key_type);
    content.set_bytes(CKA_VALUE, value);
    content
}

/// Makes a key pair. Answers the handles of the public and the private key.
///
/// # Errors
/// What is wrong with one of the templates; nothing stays behind then.
pub(super) fn generate_pair(
    session: &OpenSession,
    making: Making,
    mechanism: CK_MECHANISM_TYPE,
    public: &Attributes,
    private: &Attributes,
) -> Result<(CK_OBJECT_HANDLE, CK_OBJECT_HANDLE), Error> {
    let (key, key_type) = make(making)?;
    let mut contents = [public_content(&key), private_content(&key)];
    let named = public.get(CKA_EC_PARAMS).or(private.get(CKA_EC_PARAMS));
    for content in &mut contents {
        content.set_number(CKA_KEY_TYPE, key_type);
        if let Some(params) = named {
            // A curve has several names: the key keeps the one that its maker used.
            content.set(CKA_EC_PARAMS, params.clone());
        }
    }
    let [public_content, private_content] = contents;
    let origin = Origin::Generated { mechanism };
    let private = add_key(session, CKO_PRIVATE_KEY, private, &private_content, origin)?;
    match add_key(session, CKO_PUBLIC_KEY, public, &public_content, origin) {
        Ok(public) => Ok((public, private)),
        Err(error) => {
            session.token.remove_session_object(private);
            Err(error)
        }
    }
}

fn make(making: Making) -> Result<(HostKey, CK_KEY_TYPE), Error> {
    let failed = |_| Error::FunctionFailed;
    Ok(match making {
        Making::Sm2 { key_type } => (
            HostKey::Sm2(sm2::SecretKey::generate().map_err(failed)?),
            key_type,
        ),
        Making::Rsa { bits } => (
            HostKey::Rsa(rsa::PrivateKey::generate(bits as usize).map_err(failed)?),
            CKK_RSA,
        ),
        Making::Ec { curve } => (
            HostKey::Ec(ec::PrivateKey::generate(curve).map_err(failed)?),
            CKK_EC,
        ),
        Making::Edwards => (
            HostKey::Edwards(ed25519::PrivateKey::generate().map_err(failed)?),
            CKK_EC_EDWARDS,
        ),
        Making::Montgomery => (
            HostKey::Montgomery(x25519::PrivateKey::generate().map_err(failed)?),
            CKK_EC_MONTGOMERY,
        ),
    })
}

/// What a public key object is made from.
fn public_content(key: &HostKey) -> Attributes {
    let mut content = Attributes::default();
    if let Some(public) = key.public() {
        crate::object::key::describe(&public, &mut content);
    }
    content
}

/// What a private key object is made from.
pub(super) fn private_content(key: &HostKey) -> Attributes {
    let mut content = key.components();
    if let Some(params) = public_content(key).remove(CKA_EC_PARAMS) {
        content.set(CKA_EC_PARAMS, params);
    }
    content
}
