//! Slots: one for each application on each token, one for a blank token, one for an empty reader
//! (PKCS#11 3.2, "Slot and token management functions").
//!
//! A slot, once there, stays for the life of the module with its number. The list that callers see changes only when
//! they ask for its length. The lock of the table is never held during an exchange with a token.

mod events;
mod index;
mod objects;
mod profiles;
pub(crate) mod seed;
mod table;
pub(crate) mod token;

use crate::abi::types::*;
use crate::rv::Error;
use events::Events;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use token::Token;
use ukey_token::{DEFAULT_APPLICATION, Device, FACTORY_AUTH_KEY, Reader, Registry};
use zeroize::Zeroizing;

/// All slots of a module.
pub(crate) struct Slots {
    registry: Registry,
    table: Mutex<Table>,
    events: Events,
    /// Where the device authentication key is, if not the factory's.
    auth_key_file: Option<PathBuf>,
}

/// One slot.
struct Slot {
    reader: Arc<Reader>,
    /// Serial number of the token seen last.
    serial: Option<String>,
    /// Application seen last; none while the token is blank or there is none.
    application: Option<String>,
    /// What is in it now.
    content: Content,
}

#[derive(Clone)]
enum Content {
    Empty,
    /// A card that is not ours, or one that does not answer.
    Unrecognized,
    Token(Arc<Token>),
}

/// Slots by number, and the list as callers saw it last.
#[derive(Default)]
struct Table {
    slots: Vec<Slot>,
    listed: Option<Vec<(CK_SLOT_ID, bool)>>,
}

/// What a look at the readers found.
struct Found {
    reader: Arc<Reader>,
    content: FoundContent,
}

enum FoundContent {
    Empty,
    Unrecognized,
    /// With the names of its applications, if they were asked for.
    Device(Device, Option<Vec<String>>),
}

/// What C_GetSlotInfo says.
pub(crate) struct SlotDescription {
    /// Reader and application.
    pub(crate) description: String,
    /// Family of the reader.
    pub(crate) manufacturer: &'static str,
    /// Whether a token is in it.
    pub(crate) present: bool,
    /// Whether the reader is hardware.
    pub(crate) hardware: bool,
}

/// How much a look costs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Presence only; tokens met for the first time are asked for their applications.
    Presence,
    /// All tokens are asked for their applications.
    Applications,
}

impl Slots {
    /// No slots yet; nothing is contacted.
    pub(crate) fn new(registry: Registry, auth_key_file: Option<PathBuf>) -> Self {
        Self {
            registry,
            table: Mutex::default(),
            events: Events::default(),
            auth_key_file,
        }
    }

    /// Initialises a token that nobody has a session with.
    ///
    /// # Errors
    /// Those of [`Token::initialize`].
    pub(crate) fn initialize(
        &self,
        token: &Token,
        officer_pin: &[u8],
        label: &str,
    ) -> Result<(), Error> {
        // Read when it is needed, never kept.
        let auth_key = || match self.auth_key_file.as_deref() {
            None => Ok(Zeroizing::new(FACTORY_AUTH_KEY)),
            Some(path) => ukey_host::auth_key::read(path).map_err(|error| {
                tracing::error!(path = %path.display(), %error, "no device authentication key");
                Error::GeneralError
            }),
        };
        let outcome = token.initialize(officer_pin, label, auth_key);
        // Also after a failure: an application may have come into being before it.
        self.look(Look::Applications);
        outcome
    }

    /// Looks at all readers again and fixes the list that callers see.
    pub(crate) fn relist(&self) -> Vec<(CK_SLOT_ID, bool)> {
        self.look(Look::Applications);
        self.table().list()
    }

    /// The list as fixed last.
    pub(crate) fn listed(&self) -> Vec<(CK_SLOT_ID, bool)> {
        let listed = self.table().listed.clone();
        listed.unwrap_or_else(|| self.relist())
    }

    /// Whether there is such a slot.
    ///
    /// # Errors
    /// [`Error::SlotIdInvalid`].
    pub(crate) fn check(&self, id: CK_SLOT_ID) -> Result<(), Error> {
        self.content(id).map(drop)
    }

    /// What is known of a slot, with a fresh look at its reader.
    ///
    /// # Errors
    /// [`Error::SlotIdInvalid`].
    pub(crate) fn describe(&self, id: CK_SLOT_ID) -> Result<SlotDescription, Error> {
        self.look(Look::Presence);
        let table = self.table();
        let slot = table.slot(id)?;
        let description = match &slot.application {
            Some(application) if application != DEFAULT_APPLICATION => {
                format!("{} ({application})", slot.reader.name())
            }
            _ => slot.reader.name().to_owned(),
        };
        Ok(SlotDescription {
            description,
            manufacturer: slot.reader.kind(),
            present: matches!(slot.content, Content::Token(_)),
            hardware: slot.reader.kind() != "embedded",
        })
    }

    /// The token in a slot. A token that was pulled is noticed; one that came is looked for.
    ///
    /// # Errors
    /// [`Error::SlotIdInvalid`], [`Error::TokenNotPresent`], [`Error::TokenNotRecognized`].
    pub(crate) fn token(&self, id: CK_SLOT_ID) -> Result<Arc<Token>, Error> {
        match self.content(id)? {
            Content::Token(token) if !token.is_removed() => return Ok(token),
            Content::Token(token) => {
                token.end_login_after_failure();
                self.look(Look::Presence);
            }
            _ => self.look(Look::Presence),
        }
        match self.content(id)? {
            Content::Token(token) if !token.is_removed() => Ok(token),
            Content::Unrecognized => Err(Error::TokenNotRecognized),
            _ => Err(Error::TokenNotPresent),
        }
    }

    /// The slots of a reader, after an event there.
    fn of_reader(&self, reader: &Reader) -> Vec<CK_SLOT_ID> {
        let table = self.table();
        let slots = table.slots.iter().enumerate();
        slots
            .filter(|(_, slot)| slot.reader.name() == reader.name())
            .map(|(index, _)| number(index))
            .collect()
    }

    fn content(&self, id: CK_SLOT_ID) -> Result<Content, Error> {
        if self.table().slots.is_empty() {
            self.look(Look::Presence);
        }
        self.table().slot(id).map(|slot| slot.content.clone())
    }

    /// Looks at the readers, then notes what was found.
    fn look(&self, look: Look) {
        if let Err(error) = self.registry.refresh() {
            tracing::debug!(%error, "not all readers could be looked at");
        }
        self.events.start(&self.registry);
        let found: Vec<Found> = self
            .registry
            .readers()
            .into_iter()
            .map(|reader| self.find(reader, look))
            .collect();
        let mut table = self.table();
        for found in found {
            table.note(found);
        }
    }

    /// What is in one reader.
    fn find(&self, reader: Arc<Reader>, look: Look) -> Found {
        let content = if reader.is_present() {
            self.find_token(&reader, look)
        } else {
            FoundContent::Empty
        };
        Found { reader, content }
    }

    fn find_token(&self, reader: &Reader, look: Look) -> FoundContent {
        let device = match reader.device() {
            Ok(device) => device,
            Err(ukey_token::Error::NoToken | ukey_token::Error::Removed) => {
                return FoundContent::Empty;
            }
            Err(error) => {
                tracing::debug!(reader = reader.name(), %error, "card not usable");
                return FoundContent::Unrecognized;
            }
        };
        if look == Look::Presence && self.table().knows(&device) {
            return FoundContent::Device(device, None);
        }
        match device.applications() {
            Ok(applications) => FoundContent::Device(device, Some(applications)),
            Err(error) => {
                tracing::debug!(reader = reader.name(), %error, "applications not readable");
                FoundContent::Unrecognized
            }
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn number(index: usize) -> CK_SLOT_ID {
    index as CK_SLOT_ID
}

impl Table {
    fn slot(&self, id: CK_SLOT_ID) -> Result<&Slot, Error> {
        let index = usize::try_from(id).map_err(|_| Error::SlotIdInvalid)?;
        self.slots.get(index).ok_or(Error::SlotIdInvalid)
    }

    fn list(&mut self) -> Vec<(CK_SLOT_ID, bool)> {
        let slots = self.slots.iter().enumerate();
        let list: Vec<_> = slots
            .map(|(index, slot)| (number(index), matches!(slot.content, Content::Token(_))))
            .collect();
        self.listed = Some(list.clone());
        list
    }

    fn knows(&self, device: &Device) -> bool {
        self.slots.iter().any(|slot| slot.holds(device))
    }

    /// Brings the slots of one reader in line with what was found in it.
    fn note(&mut self, found: Found) {
        match found.content {
            FoundContent::Empty => self.empty(&found.reader, Content::Empty),
            FoundContent::Unrecognized => self.empty(&found.reader, Content::Unrecognized),
            FoundContent::Device(_, None) => {}
            FoundContent::Device(device, Some(applications)) => {
                self.note_device(&found.reader, &device, applications)
            }
        }
    }

    fn empty(&mut self, reader: &Arc<Reader>, content: Content) {
        let mut any = false;
        for slot in self
            .slots
            .iter_mut()
            .filter(|slot| slot.reader.name() == reader.name())
        {
            slot.content = content.clone();
            any = true;
        }
        if !any {
            self.slots.push(Slot {
                reader: Arc::clone(reader),
                serial: None,
                application: None,
                content,
            });
        }
    }

    fn note_device(&mut self, reader: &Arc<Reader>, device: &Device, applications: Vec<String>) {
        for slot in self
            .slots
            .iter_mut()
            .filter(|slot| slot.reader.name() == reader.name())
        {
            let stays = slot.holds(device)
                && slot
                    .application
                    .as_ref()
                    .is_none_or(|name| applications.contains(name));
            if !stays {
                slot.content = Content::Empty;
            }
        }
        if applications.is_empty() {
            self.bind(reader, device, None);
        }
        for application in applications {
            self.bind(reader, device, Some(application));
        }
    }

    /// Puts an application of a token (or the blank token) into its slot: the one it was in before, else that of the
    /// token while it was blank, else one of its reader that is free, else a new one.
    fn bind(&mut self, reader: &Arc<Reader>, device: &Device, application: Option<String>) {
        let serial = token::serial_number(device);
        let same_token =
            |slot: &Slot| slot.serial.as_deref() == Some(&serial) && slot.is_free_for(device);
        let same_reader = |slot: &Slot| slot.reader.name() == reader.name();
        let choices: [&dyn Fn(&Slot) -> bool; 3] = [
            &|slot| same_token(slot) && slot.application == application,
            &|slot| same_token(slot) && slot.application.is_none(),
            &|slot| same_reader(slot) && slot.is_empty(),
        ];
        let index = choices
            .iter()
            .find_map(|choice| self.slots.iter().position(choice));
        let index = index.unwrap_or_else(|| {
            self.slots.push(Slot {
                reader: Arc::clone(reader),
                serial: None,
                application: None,
                content: Content::Empty,
            });
            self.slots.len() - 1
        });
        self.slots[index].fill(number(index), reader, device, application);
    }
}

impl Slot {
    fn holds(&self, device: &Device) -> bool {
        matches!(&self.content, Content::Token(token)
            if token.device.same_token(device) && !token.has_failed())
    }

    fn is_empty(&self) -> bool {
        !matches!(&self.content, Content::Token(token) if !token.is_removed())
    }

    fn is_free_for(&self, device: &Device) -> bool {
        self.is_empty() || self.holds(device)
    }

    fn fill(
        &mut self,
        id: CK_SLOT_ID,
        reader: &Arc<Reader>,
        device: &Device,
        application: Option<String>,
    ) {
        let same = self.holds(device) && self.application == application;
        if !same {
            self.content = Content::Token(Arc::new(Token::new(
                id,
                device.clone(),
                application.as_deref(),
            )));
        }
        self.reader = Arc::clone(reader);
        self.serial = Some(token::serial_number(device));
        self.application = application;
    }
}
