//! Containers and certificates (GM/T 0017 9.5).

use crate::card::Card;
use crate::fs::application::Application;
use crate::fs::container::{self, Place};
use crate::fs::{record, take_number};
use crate::store::Transaction;
use ukey_apdu::id::KeyUsage;
use ukey_apdu::request::container::{
    Certificate, CloseContainer, ContainerInfo, ContainerOpened, CreateContainer, DeleteContainer,
    EnumContainer, EnumRetired, ExportCertificate, GetContainerInfo, ImportCertificate,
    OpenContainer, RetireContainer,
};
use ukey_apdu::{Empty, NameList, StatusWord};

/// CreateContainer, 9.5.2. Needs the user, unless anyone may create files and containers.
pub(crate) fn create_container(
    card: &mut Card,
    request: CreateContainer,
) -> Result<ContainerOpened, StatusWord> {
    let number = card.application(request.app)?;
    let application = Application::load(&card.flash, number)?;
    if !application.create_file_rights.anyone() {
        card.require_user(number)?;
    }
    let names = container::names(&card.flash, number);
    if names.contains(&request.name) {
        return Err(StatusWord::CONTAINER_EXISTS);
    }
    if names.len() >= usize::from(application.max_containers) {
        return Err(StatusWord::CONTAINER_LIMIT);
    }
    let mut change = Transaction::new();
    let container = take_number(&card.flash, &mut change);
    change.put(record::container(number, container), request.name);
    card.commit(change)?;
    let container = card.open_container(Place {
        application: number,
        container,
    })?;
    Ok(ContainerOpened { container })
}

/// OpenContainer, 9.5.3.
pub(crate) fn open_container(
    card: &mut Card,
    request: OpenContainer,
) -> Result<ContainerOpened, StatusWord> {
    let place = container::find(&card.flash, card.application(request.app)?, &request.name)?;
    Ok(ContainerOpened {
        container: card.open_container(place)?,
    })
}

/// CloseContainer, 9.5.4.
pub(crate) fn close_container(
    card: &mut Card,
    request: CloseContainer,
) -> Result<Empty, StatusWord> {
    card.ram
        .opened
        .close_container(request.app, request.container)
        .map(|()| Empty)
}

/// EnumContainer, 9.5.5.
pub(crate) fn enum_container(
    card: &mut Card,
    request: EnumContainer,
) -> Result<NameList, StatusWord> {
    Ok(NameList(container::names(
        &card.flash,
        card.application(request.app)?,
    )))
}

/// DeleteContainer, 9.5.6. Needs the user; keys, certificates and owned objects go with it.
pub(crate) fn delete_container(
    card: &mut Card,
    request: DeleteContainer,
) -> Result<Empty, StatusWord> {
    let number = card.application(request.app)?;
    let place = container::find(&card.flash, number, &request.name)?;
    card.require_user(number)?;
    let mut change = Transaction::new();
    place.delete(&card.flash, &mut change)?;
    card.commit(change)?;
    card.ram.opened.forget_container(place);
    card.ram.keys.forget_container(place);
    Ok(Empty)
}

/// GetContainerInfo, 9.5.7.
pub(crate) fn get_container_info(
    card: &mut Card,
    request: GetContainerInfo,
) -> Result<ContainerInfo, StatusWord> {
    let place = container::find(&card.flash, card.application(request.app)?, &request.name)?;
    Ok(place.info(&card.flash))
}

/// RetireContainer, `80 DE 07 00`. Needs the user. Done twice, it is done once.
pub(crate) fn retire_container(
    card: &mut Card,
    request: RetireContainer,
) -> Result<Empty, StatusWord> {
    let place = card.container(request.app, request.container)?;
    card.require_user(place.application)?;
    place.public_key(&card.flash, KeyUsage::Encryption)?;
    if place.is_retired(&card.flash) {
        return Ok(Empty);
    }
    let mut change = Transaction::new();
    place.retire(&mut change);
    card.commit(change)?;
    card.ram.keys.forget_container(place);
    Ok(Empty)
}

/// EnumRetired, `80 DE 08 00`.
pub(crate) fn enum_retired(card: &mut Card, request: EnumRetired) -> Result<NameList, StatusWord> {
    let application = card.application(request.app)?;
    let names = container::retired_names(&card.flash, application);
    Ok(NameList(names))
}

/// ImportCertificate, 9.5.8. Needs the user. The bytes are not looked at (GM/T 0016 asks for no
/// check against the key); an empty certificate is refused.
pub(crate) fn import_certificate(
    card: &mut Card,
    request: ImportCertificate,
) -> Result<Empty, StatusWord> {
    let place = card.container(request.app, request.container)?;
    card.require_user(place.application)?;
    if request.certificate.is_empty() {
        return Err(StatusWord::BAD_DATA);
    }
    place.require_active(&card.flash)?;
    let application = Application::load(&card.flash, place.application)?;
    let key = record::certificate(place.application, place.container, request.usage);
    let count = card
        .flash
        .scan(&record::certificates(place.application))
        .count();
    if card.flash.get(&key).is_none() && count >= usize::from(application.max_certs) {
        return Err(StatusWord::NO_SPACE);
    }
    let mut change = Transaction::new();
    change.put(key, request.certificate);
    card.commit(change)?;
    Ok(Empty)
}

/// ExportCertificate, 9.5.9.
pub(crate) fn export_certificate(
    card: &mut Card,
    request: ExportCertificate,
) -> Result<Certificate, StatusWord> {
    let place = card.container(request.app, request.container)?;
    let key = record::certificate(place.application, place.container, request.usage);
    let der = card
        .flash
        .get(&key)
        .ok_or(StatusWord::CERTIFICATE_NOT_FOUND)?
        .to_vec();
    Ok(Certificate { der })
}
