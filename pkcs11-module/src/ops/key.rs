//! Key generation: key pairs in the token or in this process, secret keys.

use super::object::{check_may_write, check_session, write_record};
use super::{key_host, key_token};
use crate::abi::types::*;
use crate::abi::vendor::CKK_SM2;
use crate::mechanism::rsa::BITS as RSA_BITS;
use crate::mechanism::{KeyGen, Requested};
use crate::object::attribute::{Attributes, Value};
use crate::object::curve::Curve;
use crate::object::stored::{Kind, Record};
use crate::object::template::{self, RawAttribute};
use crate::object::usage::set_default_usage;
use crate::object::view::own_object;
use crate::object::{Side, Source};
use crate::rv::Error;
use crate::session::OpenSession;
use ukey_crypto::ec;
use ukey_token::Application;

/// What is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Making {
    /// SM2, calling itself so or EC.
    Sm2 {
        /// CKA_KEY_TYPE.
        key_type: CK_KEY_TYPE,
    },
    /// RSA.
    Rsa {
        /// Length of the modulus.
        bits: u32,
    },
    /// A NIST curve.
    Ec {
        /// Which.
        curve: ec::Curve,
    },
    /// Ed25519.
    Edwards,
    /// X25519.
    Montgomery,
}

/// C_GenerateKey.
pub(crate) fn generate(
    session: &OpenSession,
    mechanism: &Requested,
    template: &[RawAttribute],
) -> Result<CK_OBJECT_HANDLE, Error> {
    let what = mechanism.check(CKF_GENERATE)?.key_gen();
    let template = template::parse(template)?;
    check_session(session, &template)?;
    template::check_creation(&template, CKO_SECRET_KEY, session.is_officer())?;
    let key_type = match what {
        Some(KeyGen::Secret(key_type)) => key_type,
        Some(KeyGen::Pbkdf2) => return key_host::from_password(session, mechanism, &template),
        _ => return Err(Error::MechanismInvalid),
    };
    key_host::generate_secret(session, key_type, mechanism.row.number, &template)
}

/// C_GenerateKeyPair: in the session, in a new container, or in an object of the token. Answers the handles of the public and the private key.
pub(crate) fn generate_pair(
    session: &OpenSession,
    mechanism: &Requested,
    public: &[RawAttribute],
    private: &[RawAttribute],
) -> Result<(CK_OBJECT_HANDLE, CK_OBJECT_HANDLE), Error> {
    let what = mechanism.check(CKF_GENERATE_KEY_PAIR)?.key_gen();
    let number = mechanism.row.number;
    let mut public = template::parse(public)?;
    let mut private = template::parse(private)?;
    check_session(session, &public)?;
    check_session(session, &private)?;
    template::check_creation(&public, CKO_PUBLIC_KEY, session.is_officer())?;
    template::check_creation(&private, CKO_PRIVATE_KEY, session.is_officer())?;
    let making = making(what, &public, &private)?;
    share(&mut public, &mut private);
    if !private.flag(CKA_TOKEN) {
        return key_host::generate_pair(session, making, number, &public, &private);
    }
    if matches!(making, Making::Ec { .. })
        || (wants_policy(&private) && key_token::holds_pairs(session, making))
    {
        return key_token::generate_pair(session, making, number, &public, &private);
    }
    generate_in_container(session, making, number, public, private)
}

/// A new container with one pair.
fn generate_in_container(
    session: &OpenSession,
    making: Making,
    number: CK_MECHANISM_TYPE,
    public: Attributes,
    private: Attributes,
) -> Result<(CK_OBJECT_HANDLE, CK_OBJECT_HANDLE), Error> {
    check_private(&private)?;
    check_may_write(session, true, true)?;
    let session_public = public.get(CKA_TOKEN) == Some(&Value::Bool(false));
    let labelled = private.bytes(CKA_LABEL).unwrap_or_default().to_vec();
    let records = [
        record(Kind::OfPrivateKey, private, making, number),
        record(Kind::OfPublicKey, public, making, number),
    ];
    let name = make(session, making, &labelled, &records)?;
    let handle = |private| {
        session.token.handle_of(&Source::Key {
            container: name.clone(),
            side: Side::Signature,
            private,
        })
    };
    let (private, mut public) = (handle(true)?, handle(false)?);
    if session_public {
        public = session_copy(session, public)?;
    }
    Ok((public, private))
}

/// Reads what kind of pair the mechanism and the templates ask for.
fn making(
    what: Option<KeyGen>,
    public: &Attributes,
    private: &Attributes,
) -> Result<Making, Error> {
    let named = match (public.number(CKA_KEY_TYPE), private.number(CKA_KEY_TYPE)) {
        (Some(one), Some(other)) if one != other => return Err(Error::TemplateInconsistent),
        (one, other) => one.or(other),
    };
    let params = public.bytes(CKA_EC_PARAMS).or(private.bytes(CKA_EC_PARAMS));
    match what {
        Some(KeyGen::RsaPair) => making_rsa(named, public),
        Some(KeyGen::EcPair) => match of_params(params)? {
            Curve::Sm2 => making_sm2(named, CKK_EC),
            Curve::Nist(curve) => typed(named, CKK_EC, Making::Ec { curve }),
            Curve::Edwards | Curve::Montgomery => Err(Error::CurveNotSupported),
        },
        Some(KeyGen::EdwardsPair) => match of_params(params)? {
            Curve::Edwards => typed(named, CKK_EC_EDWARDS, Making::Edwards),
            _ => Err(Error::CurveNotSupported),
        },
        Some(KeyGen::MontgomeryPair) => match of_params(params)? {
            Curve::Montgomery => typed(named, CKK_EC_MONTGOMERY, Making::Montgomery),
            _ => Err(Error::CurveNotSupported),
        },
        Some(KeyGen::Sm2Pair) => match params.map(Curve::from_params).transpose()? {
            None | Some(Curve::Sm2) => making_sm2(named, CKK_SM2),
            Some(_) => Err(Error::CurveNotSupported),
        },
        _ => Err(Error::MechanismInvalid),
    }
}

fn of_params(params: Option<&[u8]>) -> Result<Curve, Error> {
    Curve::from_params(params.ok_or(Error::TemplateIncomplete)?)
}

/// A pair whose type has one name.
fn typed(
    named: Option<CK_KEY_TYPE>,
    key_type: CK_KEY_TYPE,
    making: Making,
) -> Result<Making, Error> {
    match named {
        Some(named) if named != key_type => Err(Error::TemplateInconsistent),
        _ => Ok(making),
    }
}

fn making_sm2(named: Option<CK_KEY_TYPE>, default: CK_KEY_TYPE) -> Result<Making, Error> {
    match named {
        None => Ok(Making::Sm2 { key_type: default }),
        Some(key_type @ (CKK_EC | CKK_SM2)) => Ok(Making::Sm2 { key_type }),
        Some(_) => Err(Error::TemplateInconsistent),
    }
}

fn making_rsa(named: Option<CK_KEY_TYPE>, public: &Attributes) -> Result<Making, Error> {
    if named.is_some_and(|key_type| key_type != CKK_RSA) {
        return Err(Error::TemplateInconsistent);
    }
    let bits = public
        .number(CKA_MODULUS_BITS)
        .ok_or(Error::TemplateIncomplete)?;
    let bits = usize::try_from(bits).map_err(|_| Error::KeySizeRange)?;
    // Whole kilobits: what the token makes.
    if !RSA_BITS.contains(&bits) || !bits.is_multiple_of(1024) {
        return Err(Error::KeySizeRange);
    }
    if public
        .bytes(CKA_PUBLIC_EXPONENT)
        .is_some_and(|exponent| !is_f4(exponent))
    {
        return Err(Error::AttributeValueInvalid);
    }
    Ok(Making::Rsa { bits: bits as u32 })
}

/// 65537, the only exponent that the token makes.
fn is_f4(exponent: &[u8]) -> bool {
    let zeros = exponent.iter().take_while(|b| **b == 0).count();
    exponent[zeros..] == [1, 0, 1]
}

/// Whether a template asks for what a container does not keep: in an object of its own, the token sees to it.
fn wants_policy(private: &Attributes) -> bool {
    let said = |attribute, value| private.get(attribute) == Some(&Value::Bool(value));
    said(CKA_ALWAYS_AUTHENTICATE, true)
        || said(CKA_EXTRACTABLE, true)
        || said(CKA_SENSITIVE, false)
        || said(CKA_WRAP_WITH_TRUSTED, true)
}

/// A container's pair never leaves the token; a template that says otherwise is refused.
fn check_private(private: &Attributes) -> Result<(), Error> {
    let required = [
        (CKA_TOKEN, true),
        (CKA_PRIVATE, true),
        (CKA_SENSITIVE, true),
    ];
    let refused = [
        (CKA_EXTRACTABLE, true),
        (CKA_ALWAYS_AUTHENTICATE, true),
        (CKA_WRAP_WITH_TRUSTED, true),
    ];
    let contradicts = |(attribute, value): (CK_ATTRIBUTE_TYPE, bool)| match private.get(attribute) {
        Some(given) => *given != Value::Bool(value),
        // Cryptoki's default of CKA_TOKEN is false: a session key pair, which is not offered.
        None => attribute == CKA_TOKEN,
    };
    let named = |(attribute, value)| private.get(attribute) == Some(&Value::Bool(value));
    if required.into_iter().any(contradicts) || refused.into_iter().any(named) {
        return Err(Error::TemplateInconsistent);
    }
    Ok(())
}

/// What is given for one half and links the two holds for both.
pub(super) fn share(public: &mut Attributes, private: &mut Attributes) {
    for attribute in [CKA_ID, CKA_LABEL, CKA_SUBJECT] {
        match (
            public.get(attribute).cloned(),
            private.get(attribute).cloned(),
        ) {
            (Some(value), None) => private.set(attribute, value),
            (None, Some(value)) => public.set(attribute, value),
            _ => {}
        }
    }
}

/// The attributes that the token's own structures have no place for.
fn record(
    kind: Kind,
    mut attributes: Attributes,
    making: Making,
    mechanism: CK_MECHANISM_TYPE,
) -> Record {
    for implied in [
        CKA_CLASS,
        CKA_TOKEN,
        CKA_PRIVATE,
        CKA_MODULUS_BITS,
        CKA_PUBLIC_EXPONENT,
        CKA_EC_PARAMS,
    ] {
        attributes.remove(implied);
    }
    attributes.set_number(CKA_KEY_GEN_MECHANISM, mechanism);
    let key_type = match making {
        Making::Sm2 { key_type } => key_type,
        Making::Rsa { .. } => CKK_RSA,
        Making::Ec { .. } => CKK_EC,
        Making::Edwards => CKK_EC_EDWARDS,
        Making::Montgomery => CKK_EC_MONTGOMERY,
    };
    attributes.set_number(CKA_KEY_TYPE, key_type);
    let class = match kind {
        Kind::OfPrivateKey => CKO_PRIVATE_KEY,
        _ => CKO_PUBLIC_KEY,
    };
    // The token's commands for containers derive nothing.
    attributes.set_default(CKA_DERIVE, Value::Bool(false));
    let sm2 = matches!(making, Making::Sm2 { .. });
    set_default_usage(&mut attributes, class, sm2);
    Record {
        kind,
        side: Side::Signature,
        attributes,
    }
}

/// Makes the container, the pair and its records; when one of these fails, nothing stays.
fn make(
    session: &OpenSession,
    making: Making,
    label: &[u8],
    records: &[Record],
) -> Result<String, Error> {
    let application = session.token.application()?;
    let name = create_container(application, label)?;
    let outcome = fill(session, &name, making, records);
    if let Err(error) = outcome {
        if let Err(left) = application.delete_container(&name) {
            tracing::warn!(container = name, error = %left, "a container of a failed key generation stays");
        }
        return Err(error);
    }
    Ok(name)
}

fn fill(
    session: &OpenSession,
    name: &str,
    making: Making,
    records: &[Record],
) -> Result<(), Error> {
    let container = session.token.application()?.container(name);
    match making {
        Making::Sm2 { .. } => drop(container.generate_sm2()?),
        Making::Rsa { bits } => drop(container.generate_rsa(bits)?),
        // Containers have no place for these.
        Making::Ec { .. } | Making::Edwards | Making::Montgomery => {
            return Err(Error::CurveNotSupported);
        }
    }
    if session.token.device.has_extension() {
        for record in records {
            write_record(session, 0, name, record)?;
        }
    }
    Ok(())
}

/// A new container, named after the key's label where that is a name and free.
fn create_container(application: &Application, label: &[u8]) -> Result<String, Error> {
    let label = std::str::from_utf8(label)
        .ok()
        .filter(|label| !label.is_empty() && !label.contains('\0'));
    if let Some(label) = label.filter(|label| label.len() <= ukey_token::MAX_CONTAINER_NAME) {
        match application.create_container(label) {
            Ok(_) => return Ok(label.to_owned()),
            Err(ukey_token::Error::ContainerExists | ukey_token::Error::Name) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut suffix = [0; 8];
    ukey_crypto::rng::fill(&mut suffix).map_err(|_| Error::FunctionFailed)?;
    let name = format!("key-{:016x}", u64::from_be_bytes(suffix));
    application.create_container(&name)?;
    Ok(name)
}

/// The public key as an object of the session, for callers who do not want it on the token.
fn session_copy(
    session: &OpenSession,
    public: CK_OBJECT_HANDLE,
) -> Result<CK_OBJECT_HANDLE, Error> {
    let object = session.token.object(public)?;
    let mut attributes = object.attributes.clone();
    attributes.remove(CKA_UNIQUE_ID);
    Ok(session.token.add_session_object(
        session.handle,
        own_object(attributes, Source::Session, false, None),
    ))
}
