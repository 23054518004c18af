//! C_CreateObject: data, certificates, domain parameters; keys are in `key_new`.

use super::key_new::{Origin, add_key};
use super::object::{check_may_write, check_session, encoded, write_record};
use crate::abi::types::*;
use crate::object::attribute::{Attributes, Value};
use crate::object::check_value::certificate_check_value;
use crate::object::key::{self, PublicKey};
use crate::object::records::Records;
use crate::object::stored::{Kind, Record};
use crate::object::template::{self, RawAttribute};
use crate::object::view::{describe_certificate, own_object, storage};
use crate::object::{Side, Source, curve, x509};
use crate::rv::Error;
use crate::session::OpenSession;
use crate::slot::token::usage;
use ukey_token::view::ContainerView;

/// C_CreateObject.
pub(crate) fn create(
    session: &OpenSession,
    raw: &[RawAttribute],
) -> Result<CK_OBJECT_HANDLE, Error> {
    let template = template::parse(raw)?;
    let class = template
        .number(CKA_CLASS)
        .ok_or(Error::TemplateIncomplete)?;
    let build = match class {
        CKO_DATA => data,
        CKO_CERTIFICATE => certificate,
        CKO_DOMAIN_PARAMETERS => domain_parameters,
        CKO_PUBLIC_KEY | CKO_PRIVATE_KEY | CKO_SECRET_KEY => {
            let content = Attributes::default();
            return add_key(session, class, &template, &content, Origin::Created);
        }
        _ => return Err(Error::TemplateInconsistent),
    };
    build_object(session, class, &template, build)
}

/// A data object with the value in the template.
pub(super) fn create_data(
    session: &OpenSession,
    template: &Attributes,
) -> Result<CK_OBJECT_HANDLE, Error> {
    build_object(session, CKO_DATA, template, data)
}

/// Makes an object that is no key.
fn build_object(
    session: &OpenSession,
    class: CK_OBJECT_CLASS,
    template: &Attributes,
    build: fn(&mut Attributes) -> Result<(), Error>,
) -> Result<CK_OBJECT_HANDLE, Error> {
    check_session(session, template)?;
    template::check_creation(template, class, session.is_officer())?;
    let (token, private) = (template.flag(CKA_TOKEN), template.flag(CKA_PRIVATE));
    let mut attributes = storage(class, private);
    attributes.overlay(template);
    build(&mut attributes)?;
    check_may_write(session, token, private)?;
    if !token {
        let object = own_object(attributes, Source::Session, private, None);
        return Ok(session.token.add_session_object(session.handle, object));
    }
    store_object(session, attributes, private)
}

/// Puts a new object on the token, where it belongs there.
pub(crate) fn store_object(
    session: &OpenSession,
    attributes: Attributes,
    private: bool,
) -> Result<CK_OBJECT_HANDLE, Error> {
    match attributes.number(CKA_CLASS) {
        Some(CKO_CERTIFICATE) if !private => store_certificate(session, attributes),
        _ => store(session, attributes, private),
    }
}

fn data(attributes: &mut Attributes) -> Result<(), Error> {
    for attribute in [CKA_LABEL, CKA_APPLICATION, CKA_OBJECT_ID, CKA_VALUE] {
        attributes.set_default(attribute, Value::bytes([]));
    }
    Ok(())
}

fn certificate(attributes: &mut Attributes) -> Result<(), Error> {
    let der = attributes
        .bytes(CKA_VALUE)
        .ok_or(Error::TemplateIncomplete)?
        .to_vec();
    if attributes
        .number(CKA_CERTIFICATE_TYPE)
        .is_some_and(|kind| kind != CKC_X_509)
    {
        return Err(Error::AttributeValueInvalid);
    }
    if !describe_certificate(&der, attributes) {
        return Err(Error::AttributeValueInvalid);
    }
    let check = certificate_check_value(&der);
    match attributes.bytes(CKA_CHECK_VALUE) {
        // Written empty, the caller wants none.
        Some([]) => drop(attributes.remove(CKA_CHECK_VALUE)),
        Some(said) if said != check => return Err(Error::AttributeValueInvalid),
        _ => attributes.set_bytes(CKA_CHECK_VALUE, check),
    }
    Ok(())
}

/// A curve by its name; the only parameters that stand by themselves here.
fn domain_parameters(attributes: &mut Attributes) -> Result<(), Error> {
    let key_type = attributes
        .number(CKA_KEY_TYPE)
        .ok_or(Error::TemplateIncomplete)?;
    let params = attributes
        .bytes(CKA_EC_PARAMS)
        .ok_or(Error::TemplateIncomplete)?;
    curve::of_template(key_type, Some(params))?;
    attributes.set_default(CKA_LABEL, Value::bytes([]));
    attributes.set_flag(CKA_LOCAL, false);
    Ok(())
}

/// Writes an object of its own to the token.
pub(crate) fn store(
    session: &OpenSession,
    attributes: Attributes,
    private: bool,
) -> Result<CK_OBJECT_HANDLE, Error> {
    let record = Record {
        kind: Kind::Object,
        side: Side::Encryption,
        attributes,
    };
    let id = session
        .token
        .application()?
        .write_object(0, private, "", &encoded(&record)?)?;
    session.token.handle_of(&Source::Stored { id })
}

/// A certificate whose CKA_ID and key are those of a container's pair goes to the place that SKF has for it; where a
/// certificate is there already, nothing is overwritten and the new one stands beside it.
fn store_certificate(
    session: &OpenSession,
    mut attributes: Attributes,
) -> Result<CK_OBJECT_HANDLE, Error> {
    let der = attributes.bytes(CKA_VALUE).unwrap_or_default().to_vec();
    let (view, records) = session.token.records()?;
    let id_given = attributes.bytes(CKA_ID).is_some_and(|id| !id.is_empty());
    for container in &view.containers {
        for side in [Side::Signature, Side::Encryption] {
            let Some(pair_id) = vacancy(container, side, &records, &der) else {
                continue;
            };
            if id_given && attributes.bytes(CKA_ID) != Some(&pair_id) {
                continue;
            }
            attributes.set_bytes(CKA_ID, pair_id);
            return store_in_container(session, &container.name, side, &der, attributes, &records);
        }
    }
    store(session, attributes, false)
}

/// The CKA_ID of a pair that a certificate is for, if its place is free.
fn vacancy(
    container: &ContainerView,
    side: Side,
    records: &Records,
    der: &[u8],
) -> Option<Vec<u8>> {
    let half = match side {
        Side::Signature => &container.signature,
        Side::Encryption => &container.encryption,
    };
    let key = &PublicKey::from(half.public_key.as_ref()?);
    let same_key =
        x509::fields(der).is_some_and(|fields| key::is_key_of(key, fields.public_key_info));
    let occupied = half.certificate.as_ref().is_some_and(|present| {
        present != der && !records.hides_certificate(&container.name, side, present)
    });
    (same_key && !occupied).then(|| records.pair_id(&container.name, side, key))
}

fn store_in_container(
    session: &OpenSession,
    container: &str,
    side: Side,
    der: &[u8],
    mut attributes: Attributes,
    records: &Records,
) -> Result<CK_OBJECT_HANDLE, Error> {
    let application = session.token.application()?;
    application
        .container(container)
        .import_certificate(usage(side), der)?;
    if let Some((mark, _)) = records.get(container, side, Kind::HiddenCertificate) {
        application.delete_object(mark)?;
    }
    if session.token.device.has_extension() {
        attributes.remove(CKA_VALUE);
        attributes.remove(CKA_CLASS);
        let id = records
            .get(container, side, Kind::OfCertificate)
            .map_or(0, |(id, _)| id);
        write_record(
            session,
            id,
            container,
            &Record {
                kind: Kind::OfCertificate,
                side,
                attributes,
            },
        )?;
    }
    session.token.handle_of(&Source::Certificate {
        container: container.to_owned(),
        side,
    })
}
