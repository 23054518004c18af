//! Keys that the token generates in objects of its own: secret keys, pairs on the NIST curves, and pairs with a policy
//! that containers do not keep.

use super::key::{Making, share};
use super::key_new::{Origin, add_key, draft};
use super::key_store::check_support;
use crate::abi::types::*;
use crate::abi::vendor::CKK_SM4;
use crate::object::Source;
use crate::object::attribute::Attributes;
use crate::object::curve::Curve;
use crate::rv::Error;
use crate::session::OpenSession;
use ukey_crypto::ec;
use ukey_token::NewKey;
use ukey_token::key::{KeyAlgorithm, KeyKind};

/// Makes a random secret key of `len` bytes in the token.
///
/// # Errors
/// [`Error::KeySizeRange`] for what the token does not make; what is wrong with the template; link errors.
pub(super) fn generate_secret(
    session: &OpenSession,
    key_type: CK_KEY_TYPE,
    len: usize,
    mechanism: CK_MECHANISM_TYPE,
    template: &Attributes,
) -> Result<CK_OBJECT_HANDLE, Error> {
    check_support(session)?;
    let algorithm = match key_type {
        CKK_AES => KeyAlgorithm::Aes,
        CKK_SM4 => KeyAlgorithm::Sm4,
        // The token has no mode for them.
        CKK_AES_XTS => return Err(Error::TemplateInconsistent),
        _ => KeyAlgorithm::Generic,
    };
    let kind = u16::try_from(8 * len)
        .ok()
        .and_then(|bits| KeyKind::new(algorithm, bits))
        .ok_or(Error::KeySizeRange)?;
    let mut content = Attributes::default();
    content.set_number(CKA_KEY_TYPE, key_type);
    content.set_number(CKA_VALUE_LEN, len as CK_ULONG);
    let draft = draft(session, CKO_SECRET_KEY, template, &content, mechanism)?;
    let made = session
        .token
        .application()?
        .generate_key(&draft.key(kind))?;
    session.token.handle_of(&Source::Stored { id: made.id })
}

/// Whether the token can hold such a pair in an object.
pub(super) fn holds_pairs(session: &OpenSession, making: Making) -> bool {
    check_support(session).is_ok() && kind_of(making).is_some()
}

fn kind_of(making: Making) -> Option<KeyKind> {
    match making {
        Making::Sm2 { .. } => Some(KeyKind::SM2),
        Making::Rsa { bits } => KeyKind::new(KeyAlgorithm::Rsa, u16::try_from(bits).ok()?),
        Making::Ec {
            curve: ec::Curve::P256,
        } => Some(KeyKind::P256),
        Making::Ec {
            curve: ec::Curve::P384,
        } => Some(KeyKind::P384),
        Making::Ec { .. } | Making::Edwards | Making::Montgomery => None,
    }
}

/// What the halves of a pair say of its kind.
fn content_of(making: Making) -> Attributes {
    let (key_type, curve) = match making {
        Making::Sm2 { key_type } => (key_type, Some(Curve::Sm2)),
        Making::Ec { curve } => (CKK_EC, Some(Curve::Nist(curve))),
        Making::Rsa { .. } => (CKK_RSA, None),
        Making::Edwards => (CKK_EC_EDWARDS, Some(Curve::Edwards)),
        Making::Montgomery => (CKK_EC_MONTGOMERY, Some(Curve::Montgomery)),
    };
    let mut content = Attributes::default();
    content.set_number(CKA_KEY_TYPE, key_type);
    if let Some(curve) = curve {
        content.set_bytes(CKA_EC_PARAMS, curve.params());
    }
    content
}

/// Makes a pair in an object of the token. Answers the handles of the public and the private key.
///
/// # Errors
/// [`Error::CurveNotSupported`] for what the token does not make; what is wrong with a template; link errors.
pub(super) fn generate_pair(
    session: &OpenSession,
    making: Making,
    mechanism: CK_MECHANISM_TYPE,
    public: &Attributes,
    private: &Attributes,
) -> Result<(CK_OBJECT_HANDLE, CK_OBJECT_HANDLE), Error> {
    check_support(session)?;
    let kind = kind_of(making).ok_or(Error::CurveNotSupported)?;
    let content = content_of(making);
    let private = draft(session, CKO_PRIVATE_KEY, private, &content, mechanism)?;
    let application = session.token.application()?;
    if !public.flag(CKA_TOKEN) {
        let made = application.generate_key(&private.key(kind))?;
        let private = session.token.handle_of(&Source::Stored { id: made.id })?;
        let public = session_half(session, private, &content, mechanism, public)?;
        return Ok((public, private));
    }
    let public = draft(session, CKO_PUBLIC_KEY, public, &content, mechanism)?;
    let made = application.generate_key(&NewKey {
        companion: Some(public.object()),
        ..private.key(kind)
    })?;
    let companion = made.companion.ok_or(Error::FunctionFailed)?;
    Ok((
        session.token.handle_of(&Source::Stored { id: companion })?,
        session.token.handle_of(&Source::Stored { id: made.id })?,
    ))
}

/// The public half as an object of the session, for callers who do not want it on the token.
fn session_half(
    session: &OpenSession,
    private: CK_OBJECT_HANDLE,
    content: &Attributes,
    mechanism: CK_MECHANISM_TYPE,
    template: &Attributes,
) -> Result<CK_OBJECT_HANDLE, Error> {
    let object = session.token.object(private)?;
    let mut content = content.clone();
    crate::object::key::describe(object.public_key()?, &mut content);
    let mut template = template.clone();
    share(&mut template, &mut object.attributes.clone());
    let origin = Origin::Generated { mechanism };
    add_key(session, CKO_PUBLIC_KEY, &template, &content, origin)
}
