//! Applications (GM/T 0017 9.3).

use super::auth::device_key;
use crate::card::Card;
use crate::fs::application::{self, Application};
use crate::fs::pin::{LENGTHS, PinRecord, TRIES};
use crate::fs::take_number;
use crate::secured::CommandKey;
use crate::store::Transaction;
use ukey_apdu::id::{PinState, PinType};
use ukey_apdu::request::application::{
    ApplicationCreated, ApplicationOpened, ApplicationParameters, CloseApplication,
    CreateApplication, CreateApplicationSecured, DeleteApplication, EnumApplication,
    OpenApplication,
};
use ukey_apdu::{CommandApdu, Empty, Field, NameList, Reader, StatusWord};

/// CreateApplication, 9.3.2, in the clear.
pub(crate) fn create_application(
    card: &mut Card,
    request: CreateApplication,
) -> Result<ApplicationCreated, StatusWord> {
    create(card, &request.parameters)
}

/// CreateApplication, 9.3.2, under the device authentication key. 6982 for a wrong MAC.
pub(crate) fn create_application_secured(
    card: &mut Card,
    request: CreateApplicationSecured,
    command: &CommandApdu,
) -> Result<ApplicationCreated, StatusWord> {
    let challenge = card.ram.security.challenge()?.challenge();
    card.ram.security.require_device()?;
    let key = CommandKey::derive(&device_key(card)?, &challenge)?;
    if !key.verifies(command, &request.secured.mac)? {
        return Err(StatusWord::SECURITY_STATUS);
    }
    create(card, &parameters(&key.decrypt(&request.secured)?)?)
}

/// Reads decrypted parameters; anything wrong with them is wrong content.
pub(super) fn parameters(plaintext: &[u8]) -> Result<ApplicationParameters, StatusWord> {
    let mut reader = Reader::new(plaintext);
    let parameters = ApplicationParameters::get(&mut reader);
    let whole = parameters.and_then(|parameters| reader.finish().map(|()| parameters));
    whole.map_err(|_| StatusWord::BAD_DATA)
}

/// Makes an application with its PINs in one transaction and opens it.
///
/// A limit of 0 stands for the card's own, as does a larger one than that.
pub(super) fn create(
    card: &mut Card,
    parameters: &ApplicationParameters,
) -> Result<ApplicationCreated, StatusWord> {
    card.ram.security.require_device()?;
    check(parameters)?;
    let existing = application::all(&card.flash)?;
    if existing
        .iter()
        .any(|(_, application)| application.name == parameters.name)
    {
        return Err(StatusWord::APPLICATION_EXISTS);
    }
    if existing.len() >= card.config.max_applications {
        return Err(StatusWord::NO_SPACE);
    }
    let mut change = Transaction::new();
    let number = take_number(&card.flash, &mut change);
    let config = card.config;
    Application {
        name: parameters.name.clone(),
        create_file_rights: parameters.create_file_rights,
        max_containers: limited(parameters.max_containers, config.max_containers),
        max_certs: limited(parameters.max_certs, config.max_certs),
        max_files: limited(parameters.max_files, config.max_files),
    }
    .store(&mut change, number);
    let pins = [
        (
            PinType::Admin,
            &parameters.admin_pin,
            parameters.admin_tries,
        ),
        (PinType::User, &parameters.user_pin, parameters.user_tries),
    ];
    for (role, pin, tries) in pins {
        let state = if pin.expose().is_empty() {
            PinState::NotSet
        } else {
            PinState::Default
        };
        PinRecord::new(tries, state).store(&mut change, number, role);
        if state != PinState::NotSet {
            card.store_pin_key(&mut change, number, role, pin.expose())?;
        }
    }
    card.commit(change)?;
    Ok(ApplicationCreated {
        app: card.open_application(number)?,
    })
}

fn limited<T: Ord + Default>(asked: T, most: T) -> T {
    if asked == T::default() {
        most
    } else {
        asked.min(most)
    }
}

/// The user PIN may be missing, the administrator's may not.
fn check(parameters: &ApplicationParameters) -> Result<(), StatusWord> {
    let (admin, user) = (
        parameters.admin_pin.expose().len(),
        parameters.user_pin.expose().len(),
    );
    let sound = LENGTHS.contains(&admin)
        && (user == 0 || LENGTHS.contains(&user))
        && TRIES.contains(&parameters.admin_tries)
        && TRIES.contains(&parameters.user_tries);
    sound.then_some(()).ok_or(StatusWord::BAD_DATA)
}

/// EnumApplication, 9.3.3.
pub(crate) fn enum_application(
    card: &mut Card,
    _: EnumApplication,
) -> Result<NameList, StatusWord> {
    let all = application::all(&card.flash)?;
    Ok(NameList(
        all.into_iter()
            .map(|(_, application)| application.name)
            .collect(),
    ))
}

/// DeleteApplication, 9.3.4.
pub(crate) fn delete_application(
    card: &mut Card,
    request: DeleteApplication,
) -> Result<Empty, StatusWord> {
    card.ram.security.require_device()?;
    let (number, _) = application::find(&card.flash, &request.name)?;
    let mut change = Transaction::new();
    application::delete(&card.flash, &mut change, number);
    card.commit(change)?;
    card.log_out(number, PinType::Admin);
    card.log_out(number, PinType::User);
    card.ram.sessions.forget_application(number);
    card.ram.opened.forget_application(number);
    Ok(Empty)
}

/// OpenApplication, 9.3.5.
pub(crate) fn open_application(
    card: &mut Card,
    request: OpenApplication,
) -> Result<ApplicationOpened, StatusWord> {
    let (number, found) = application::find(&card.flash, &request.name)?;
    Ok(ApplicationOpened {
        create_file_rights: found.create_file_rights,
        max_containers: found.max_containers,
        max_certs: found.max_certs,
        max_files: found.max_files,
        app: card.open_application(number)?,
    })
}

/// CloseApplication, 9.3.6. Logins stay (GM/T 0016: closing does not clear the security state).
pub(crate) fn close_application(
    card: &mut Card,
    request: CloseApplication,
) -> Result<Empty, StatusWord> {
    card.ram
        .opened
        .close_application(request.app)
        .map(|()| Empty)
}
