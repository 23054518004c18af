//! Applications (GM/T 0017, 9.3).

use super::{Connection, checked_name};
use crate::{
    application::Application,
    device::{Device, Run},
    error::Error,
    login::Role,
    pin::Pin,
};
use ukey_apdu::{
    Field, Secret, Writer,
    id::{AppId, Rights},
    request::{
        application::{
            ApplicationCreated, ApplicationOpened, ApplicationParameters, CreateApplicationSecured,
            DeleteApplication, OpenApplication,
        },
        extension::{CreateApplicationProtected, Features, ResetApplication},
    },
};
use ukey_crypto::sm4;
use zeroize::Zeroizing;

/// What a new application is made from.
#[derive(Debug)]
pub struct NewApplication<'a> {
    /// Name, 1 to 48 bytes.
    pub name: &'a str,
    /// Administrator PIN.
    pub admin_pin: &'a Pin,
    /// Tries of the administrator PIN, 1 to 15.
    pub admin_tries: u8,
    /// User PIN; `None` leaves it unset (extension).
    pub user_pin: Option<&'a Pin>,
    /// Tries of the user PIN, 1 to 15.
    pub user_tries: u8,
    /// Who may create files (and containers, see docs/apdu.md).
    pub create_file_rights: Rights,
}

/// Longest application name in bytes that tokens in the field take.
pub const MAX_APPLICATION_NAME: usize = 48;
/// Room that our applications ask for; a token with less answers what it has.
const MAX_CONTAINERS: u8 = 64;
const MAX_CERTIFICATES: u8 = 128;
const MAX_FILES: u16 = 256;

impl Connection {
    /// The id of the application, from the cache or by opening it. An opened application is not
    /// closed: ids are the card's and shared by all programs that use it.
    pub(crate) fn open_application(&mut self, name: &str) -> Result<AppId, Error> {
        if let Some(&app) = self.applications.get(name) {
            return Ok(app);
        }
        let app = self.call(&OpenApplication { name: name.into() })?.app;
        self.applications.insert(name.to_owned(), app);
        Ok(app)
    }
}

impl Device {
    /// Creates an application; needs device authentication. Its PINs travel under the token's
    /// transport key, or, where the token has none, under the device authentication key, which
    /// must be given then.
    ///
    /// # Errors
    /// [`Error::DeviceNotAuthenticated`], [`Error::ApplicationExists`], [`Error::NoSpace`],
    /// [`Error::NotSupported`] when neither way is open; link errors.
    pub fn create_application(
        &self,
        new: &NewApplication<'_>,
        auth_key: Option<&[u8; super::AUTH_KEY_LEN]>,
    ) -> Result<(), Error> {
        let parameters = parameters(new)?;
        let plain = encoded(&parameters);
        let has_transport_key = self.features().contains(Features::TRANSPORT_KEY);
        let auth_key = auth_key.map(|key| sm4::Key::from(*key));
        self.run(Run::Once, |connection| {
            let created = if let Some(link) = connection.skf_link() {
                let app = link.create_application(&parameters)?;
                ApplicationCreated { app }
            } else if has_transport_key {
                let cipher = connection.under_transport_key(&plain)?;
                connection.call(&CreateApplicationProtected { cipher })?
            } else {
                let key = auth_key.as_ref().ok_or(Error::NotSupported)?;
                let request = connection
                    .secured(key, &plain, |secured| CreateApplicationSecured { secured })?;
                connection.call(&request)?
            };
            connection
                .applications
                .insert(new.name.to_owned(), created.app);
            Ok(())
        })
    }

    /// Deletes an application with everything in it; needs device authentication.
    ///
    /// # Errors
    /// [`Error::DeviceNotAuthenticated`], [`Error::ApplicationNotFound`]; link errors.
    pub fn delete_application(&self, name: &str) -> Result<(), Error> {
        let request = DeleteApplication {
            name: checked_name(name)?,
        };
        let outcome = self.run(Run::Once, |connection| connection.call(&request));
        self.forget_ids();
        self.application(name).logged(Role::Both, false);
        outcome.map(drop)
    }
}

fn parameters(new: &NewApplication<'_>) -> Result<ApplicationParameters, Error> {
    if new.name.len() > MAX_APPLICATION_NAME {
        return Err(Error::Name);
    }
    let secret = |pin: Option<&Pin>| Secret::from(pin.map_or(&[][..], Pin::expose));
    Ok(ApplicationParameters {
        name: checked_name(new.name)?,
        admin_pin: secret(Some(new.admin_pin)),
        admin_tries: new.admin_tries,
        user_pin: secret(new.user_pin),
        user_tries: new.user_tries,
        create_file_rights: new.create_file_rights,
        max_containers: MAX_CONTAINERS,
        max_certs: MAX_CERTIFICATES,
        max_files: MAX_FILES,
    })
}

fn encoded(parameters: &ApplicationParameters) -> Zeroizing<Vec<u8>> {
    let mut writer = Writer::new();
    parameters.put(&mut writer);
    Zeroizing::new(writer.into_vec())
}

impl Application {
    /// Opens the application on the card: tells whether it exists and what it allows.
    ///
    /// # Errors
    /// [`Error::ApplicationNotFound`]; link errors.
    pub fn open(&self) -> Result<ApplicationOpened, Error> {
        let request = OpenApplication {
            name: checked_name(self.name())?,
        };
        self.device().run(Run::Single, |connection| {
            let opened = connection.call(&request)?;
            connection
                .applications
                .insert(self.name().to_owned(), opened.app);
            Ok(opened)
        })
    }

    /// Removes all containers, files and objects and unsets the user PIN, in one step of the
    /// token; needs the administrator's login (extension).
    ///
    /// # Errors
    /// [`Error::NotLoggedIn`], [`Error::NotSupported`]; link errors.
    pub fn reset(&self) -> Result<(), Error> {
        self.run(Run::Once, |connection, app| {
            connection.call(&ResetApplication { app })
        })?;
        self.device().forget_ids();
        self.logged(Role::One(ukey_apdu::id::PinType::User), false);
        Ok(())
    }
}
