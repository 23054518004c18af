//! C_DeriveKey: secret keys, or data, from another key.

use super::key_host::secret_content;
use super::key_new::{Origin, add_key};
use super::key_store::brought;
use super::object::check_session;
use super::object_create::create_data;
use super::object_destroy::discard;
use super::wrap::imposed;
use crate::abi::types::*;
use crate::abi::vendor::CKK_SM4;
use crate::mechanism::derivation::Derivation;
use crate::mechanism::{Parameter, Requested};
use crate::object::Object;
use crate::object::attribute::{Attributes, Value};
use crate::object::template::{self, RawAttribute, RawTemplate};
use crate::rv::Error;
use crate::session::OpenSession;
use std::sync::Arc;
use zeroize::Zeroizing;

/// C_DeriveKey: one key, or with some mechanisms several at once. `more` are the templates of the others; what is wrong
/// with one of them comes with its number, and nothing stays behind then.
pub(crate) fn derive(
    session: &OpenSession,
    mechanism: &Requested,
    base: CK_OBJECT_HANDLE,
    raw: &[RawAttribute],
    more: &[RawTemplate],
) -> Result<Vec<CK_OBJECT_HANDLE>, Refused> {
    let does = mechanism.check(CKF_DERIVE)?;
    let base = session.key_of_class(base, &[CKO_PRIVATE_KEY, CKO_SECRET_KEY])?;
    let base = brought(session, base)?;
    let mut wanted = vec![Wanted::of(session, mechanism, &base, raw)?];
    for (index, raw) in more.iter().enumerate() {
        let of = |error| Refused::at(index, error);
        wanted.push(Wanted::of(session, mechanism, &base, raw).map_err(of)?);
    }
    let derivation = Derivation {
        using: mechanism.using(&base, session),
        session,
        len: wanted[0].len,
    };
    let values = if more.is_empty() {
        vec![does.derive(&derivation)?]
    } else {
        let lens = wanted.iter().enumerate().map(|(index, wanted)| {
            let missing = Refused {
                error: Error::TemplateIncomplete,
                which: index.checked_sub(1),
            };
            wanted.len.ok_or(missing)
        });
        does.derive_several(&derivation, &lens.collect::<Result<Vec<_>, _>>()?)?
    };
    base.permits(CKA_DERIVE, mechanism.row.number)?;
    if base.always_authenticates() {
        return Err(Error::UserNotLoggedIn.into());
    }
    let others = others(session, mechanism)?;
    let mut bases: Vec<&Object> = vec![&base];
    bases.extend(others.iter().map(|other| &**other));
    add_all(session, mechanism.row.number, &bases, wanted, &values)
}

/// Why no key was derived.
pub(crate) struct Refused {
    /// The reason.
    pub(crate) error: Error,
    /// Which of the further keys is to blame.
    pub(crate) which: Option<usize>,
}

impl Refused {
    fn at(index: usize, error: Error) -> Self {
        Self {
            error,
            which: Some(index),
        }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self { error, which: None }
    }
}

/// One key to be derived.
struct Wanted {
    template: Attributes,
    class: CK_OBJECT_CLASS,
    key_type: CK_KEY_TYPE,
    len: Option<usize>,
}

impl Wanted {
    fn of(
        session: &OpenSession,
        mechanism: &Requested,
        base: &Arc<Object>,
        raw: &[RawAttribute],
    ) -> Result<Self, Error> {
        let mut template = template::parse(raw)?;
        let (key_type, len) = asked_length(&template)?;
        if mechanism.row.number == CKM_HKDF_DATA {
            // Data has no attribute for its length.
            template.remove(CKA_VALUE_LEN);
            return Ok(Self {
                template,
                class: CKO_DATA,
                key_type,
                len,
            });
        }
        let template = imposed(base, CKA_DERIVE_TEMPLATE, template)?;
        check_session(session, &template)?;
        template::check_creation(&template, CKO_SECRET_KEY, session.is_officer())?;
        let (key_type, len) = asked_length(&template)?;
        Ok(Self {
            template,
            class: CKO_SECRET_KEY,
            key_type,
            len,
        })
    }

    fn add(
        self,
        session: &OpenSession,
        number: CK_MECHANISM_TYPE,
        bases: &[&Object],
        value: &[u8],
    ) -> Result<CK_OBJECT_HANDLE, Error> {
        if self.class == CKO_DATA {
            let mut template = self.template;
            if template.get(CKA_VALUE).is_some() {
                return Err(Error::TemplateInconsistent);
            }
            template.set_bytes(CKA_VALUE, value);
            return create_data(session, &template);
        }
        let content = secret_content(self.key_type, value);
        let template = guarded(number, bases, self.template)?;
        let origin = Origin::Derived { bases };
        add_key(session, CKO_SECRET_KEY, &template, &content, origin)
    }
}

/// Makes all the objects, or none.
fn add_all(
    session: &OpenSession,
    number: CK_MECHANISM_TYPE,
    bases: &[&Object],
    wanted: Vec<Wanted>,
    values: &[Zeroizing<Vec<u8>>],
) -> Result<Vec<CK_OBJECT_HANDLE>, Refused> {
    let mut made = Vec::with_capacity(wanted.len());
    for (index, (wanted, value)) in wanted.into_iter().zip(values).enumerate() {
        match wanted.add(session, number, bases, value) {
            Ok(handle) => made.push(handle),
            Err(error) => {
                for handle in made {
                    discard(session, handle);
                }
                let which = index.checked_sub(1);
                return Err(Refused { error, which });
            }
        }
    }
    Ok(made)
}

/// The other keys that go into the derivation.
fn others(session: &OpenSession, mechanism: &Requested) -> Result<Vec<Arc<Object>>, Error> {
    let handles = match (&mechanism.parameter, mechanism.row.number) {
        (Parameter::Number(handle), CKM_CONCATENATE_BASE_AND_KEY) => vec![*handle],
        (Parameter::Kdf(kdf), _) => kdf.keys().collect(),
        _ => Vec::new(),
    };
    handles
        .into_iter()
        .map(|handle| session.key(handle))
        .collect()
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

/// How well the new key is guarded (PKCS#11 3.2, the rules of each mechanism). A key that shows its base key by a look at
/// its value is guarded as that is, whatever the template says: sensitive if one of the keys is, extractable only if all
/// are. What nobody can compute back from is what the template says, and guarded as its base where it says nothing.
/// Keys agreed on with a key pair are what their template says.
fn guarded(
    number: CK_MECHANISM_TYPE,
    bases: &[&Object],
    mut template: Attributes,
) -> Result<Attributes, Error> {
    let secrets = || bases.iter().filter(|base| base.class() == CKO_SECRET_KEY);
    let sensitive = secrets().any(|base| base.attributes.flag(CKA_SENSITIVE));
    let kept = secrets().any(|base| !base.attributes.flag(CKA_EXTRACTABLE));
    let shown = template.get(CKA_SENSITIVE) == Some(&Value::Bool(false));
    if number == CKM_EXTRACT_KEY_FROM_KEY && sensitive && shown {
        return Err(Error::TemplateInconsistent);
    }
    let shows_base = shows_base(number);
    let mut guard = |applies, attribute, value| match (applies, shows_base) {
        (false, _) => {}
        (true, true) => template.set_flag(attribute, value),
        (true, false) => template.set_default(attribute, Value::Bool(value)),
    };
    guard(sensitive, CKA_SENSITIVE, true);
    guard(kept, CKA_EXTRACTABLE, false);
    if secrets().next().is_some() {
        template.set_default(CKA_SENSITIVE, Value::Bool(sensitive));
    }
    Ok(template)
}

/// Whether whoever sees the new key sees bits of the base key.
fn shows_base(number: CK_MECHANISM_TYPE) -> bool {
    matches!(
        number,
        CKM_CONCATENATE_BASE_AND_KEY
            | CKM_CONCATENATE_BASE_AND_DATA
            | CKM_CONCATENATE_DATA_AND_BASE
            | CKM_XOR_BASE_AND_DATA
            | CKM_EXTRACT_KEY_FROM_KEY
    )
}
