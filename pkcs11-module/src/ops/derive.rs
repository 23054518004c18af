//! C_DeriveKey: a secret key from another key.

use super::key_host::secret_content;
use super::key_new::{Origin, add_key};
use super::wrap::imposed;
use crate::abi::types::*;
use crate::abi::vendor::CKK_SM4;
use crate::mechanism::Requested;
use crate::mechanism::derivation::Derivation;
use crate::object::Object;
use crate::object::attribute::Attributes;
use crate::object::template::{self, RawAttribute};
use crate::rv::Error;
use crate::session::OpenSession;

/// C_DeriveKey.
pub(crate) fn derive(
    session: &OpenSession,
    mechanism: &Requested,
    base: CK_OBJECT_HANDLE,
    raw: &[RawAttribute],
) -> Result<CK_OBJECT_HANDLE, Error> {
    let does = mechanism.check(CKF_DERIVE)?;
    let base = session.key_of_class(base, &[CKO_PRIVATE_KEY, CKO_SECRET_KEY])?;
    let template = imposed(&base, CKA_DERIVE_TEMPLATE, template::parse(raw)?)?;
    template::check_creation(&template, CKO_SECRET_KEY, session.is_officer())?;
    let (key_type, len) = asked_length(&template)?;
    let derived = does.derive(&Derivation {
        using: mechanism.using(&base, session),
        session,
        len,
    })?;
    base.permits(CKA_DERIVE, mechanism.row.number)?;
    if base.always_authenticates() {
        return Err(Error::UserNotLoggedIn);
    }
    let content = secret_content(key_type, &derived);
    let mut bases: Vec<&Object> = vec![&base];
    let other = match mechanism.row.number {
        CKM_CONCATENATE_BASE_AND_KEY => Some(session.key(*mechanism.parameter.number()?)?),
        _ => None,
    };
    bases.extend(other.as_deref());
    let template = as_guarded_as(&bases, template)?;
    let origin = Origin::Derived { bases: &bases };
    add_key(session, CKO_SECRET_KEY, &template, &content, origin)
}

/// CKA_KEY_TYPE of the key that a template asks for, and its length if type or template say it.
pub(super) fn asked_length(template: &Attributes) -> Result<(CK_KEY_TYPE, Option<usize>), Error> {
    let key_type = template.number(CKA_KEY_TYPE).unwrap_or(CKK_GENERIC_SECRET);
    let len = match (key_type, template.number(CKA_VALUE_LEN)) {
        (CKK_SM4, None) => Some(16),
        (_, None) => None,
        (_, Some(len)) => Some(usize::try_from(len).map_err(|_| Error::TemplateInconsistent)?),
    };
    Ok((key_type, len))
}

/// What is made from a secret is no less guarded than that: sensitive if one of the keys is, extractable only if all are.
/// Keys agreed on with a key pair are what their template says.
fn as_guarded_as(bases: &[&Object], mut template: Attributes) -> Result<Attributes, Error> {
    let secrets = || bases.iter().filter(|base| base.class() == CKO_SECRET_KEY);
    if secrets().any(|base| base.attributes.flag(CKA_SENSITIVE)) {
        if template.get(CKA_SENSITIVE).is_some() && !template.flag(CKA_SENSITIVE) {
            return Err(Error::TemplateInconsistent);
        }
        template.set_flag(CKA_SENSITIVE, true);
    }
    if secrets().any(|base| !base.attributes.flag(CKA_EXTRACTABLE)) {
        if template.flag(CKA_EXTRACTABLE) {
            return Err(Error::TemplateInconsistent);
        }
        template.set_flag(CKA_EXTRACTABLE, false);
    }
    Ok(template)
}
