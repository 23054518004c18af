//! Key management functions: key pairs made in the token.

use super::object::{check_may_write, write_record};
use super::object_create::{PRIVATE_USAGE, PUBLIC_USAGE, set_default_usage};
use crate::abi::types::*;
use crate::abi::vendor::CKK_SM2;
use crate::mechanism::{self, RSA_BITS, RawMechanism, Scheme};
use crate::object::attribute::{Attributes, Value};
use crate::object::stored::{Kind, Record};
use crate::object::template::{self, RawAttribute};
use crate::object::view::own_object;
use crate::object::{Side, Source, key};
use crate::rv::Error;
use crate::session::OpenSession;
use ukey_token::Application;

/// What is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Making {
    Sm2 { key_type: CK_KEY_TYPE },
    Rsa { bits: u32 },
}

/// C_GenerateKeyPair: a new container with one pair. Answers the handles of the public and the private key.
pub(crate) fn generate_pair(
    session: &OpenSession,
    mechanism: &RawMechanism,
    public: &[RawAttribute],
    private: &[RawAttribute],
) -> Result<(CK_OBJECT_HANDLE, CK_OBJECT_HANDLE), Error> {
    let row = mechanism::requested(mechanism, CKF_GENERATE_KEY_PAIR)?;
    mechanism.parameter.none()?;
    let mut public = template::parse(public)?;
    let mut private = template::parse(private)?;
    template::check_creation(&public, CKO_PUBLIC_KEY, session.is_officer())?;
    template::check_creation(&private, CKO_PRIVATE_KEY, session.is_officer())?;
    let making = making(row.scheme, &public, &private)?;
    check_private(&private)?;
    check_may_write(session, true, true)?;
    let session_public = public.get(CKA_TOKEN) == Some(&Value::Bool(false));
    share(&mut public, &mut private);
    let labelled = private.bytes(CKA_LABEL).unwrap_or_default().to_vec();
    let records = [
        record(
            Kind::OfPrivateKey,
            private,
            making,
            row.number,
            &PRIVATE_USAGE,
        ),
        record(Kind::OfPublicKey, public, making, row.number, &PUBLIC_USAGE),
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
fn making(scheme: Scheme, public: &Attributes, private: &Attributes) -> Result<Making, Error> {
    let named = match (public.number(CKA_KEY_TYPE), private.number(CKA_KEY_TYPE)) {
        (Some(one), Some(other)) if one != other => return Err(Error::TemplateInconsistent),
        (one, other) => one.or(other),
    };
    let params = public.bytes(CKA_EC_PARAMS).or(private.bytes(CKA_EC_PARAMS));
    match scheme {
        Scheme::RsaKeyPairGen => making_rsa(named, public),
        Scheme::EcKeyPairGen => {
            key::check_curve(params.ok_or(Error::TemplateIncomplete)?)?;
            making_sm2(named, CKK_EC)
        }
        Scheme::Sm2KeyPairGen => {
            params.map_or(Ok(()), key::check_curve)?;
            making_sm2(named, CKK_SM2)
        }
        _ => Err(Error::MechanismInvalid),
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

/// A pair lives in the token and its private half never leaves it; a template that says otherwise is refused.
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
fn share(public: &mut Attributes, private: &mut Attributes) {
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
    usage: &[(CK_ATTRIBUTE_TYPE, bool)],
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
    set_default_usage(&mut attributes, usage);
    attributes.set_number(CKA_KEY_GEN_MECHANISM, mechanism);
    let key_type = match making {
        Making::Sm2 { key_type } => key_type,
        Making::Rsa { .. } => CKK_RSA,
    };
    attributes.set_number(CKA_KEY_TYPE, key_type);
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
