//! Who has proven what since power-on.
//!
//! A command that needs a right asks for the proof of it ([`UserVerified`], [`AdminVerified`],
//! [`DeviceAuthenticated`]) and hands it on; only this module can make one.

use crate::card::Card;
use crate::fs::pin::PinRecord;
use std::collections::{BTreeMap, BTreeSet};
use ukey_apdu::StatusWord;
use ukey_apdu::id::PinType;
use ukey_apdu::secure::{CHALLENGE_LENGTH, Challenge};

/// Proof that the user of an application has logged in.
pub(crate) struct UserVerified(());
/// Proof that the administrator of an application has logged in.
pub(crate) struct AdminVerified(());
/// Proof that the host knows the device authentication key.
pub(crate) struct DeviceAuthenticated(());

/// Random bytes that the host has drawn and may answer once.
#[derive(Clone, Copy)]
pub(crate) struct Drawn {
    bytes: [u8; 2 * CHALLENGE_LENGTH],
    long: bool,
}

impl Drawn {
    /// What the host has to answer: the first 8 bytes.
    pub(crate) fn challenge(&self) -> Challenge {
        let mut challenge = [0; CHALLENGE_LENGTH];
        challenge.copy_from_slice(&self.bytes[..CHALLENGE_LENGTH]);
        challenge
    }

    /// All 16 bytes, if that many were drawn: some hosts encrypt them as they are for DevAuth.
    pub(crate) fn long(&self) -> Option<[u8; 2 * CHALLENGE_LENGTH]> {
        self.long.then_some(self.bytes)
    }
}

/// The security state; gone with a reset.
#[derive(Default)]
pub(crate) struct Security {
    device: bool,
    /// Application and role to the generation of the PIN that was verified. Another process may
    /// reset the PIN; the generation in flash then differs, and the login is over.
    logins: BTreeMap<(u32, u8), u32>,
    /// Applications whose user has shown the PIN since a key was last used.
    fresh: BTreeSet<u32>,
    drawn: Option<Drawn>,
    /// The challenge that the present command answers.
    answered: Option<Drawn>,
}

impl Security {
    /// Remembers random bytes sent to the host: 8 or more are a challenge.
    pub(crate) fn draw(&mut self, random: &[u8]) {
        let mut bytes = [0; 2 * CHALLENGE_LENGTH];
        if random.len() >= CHALLENGE_LENGTH {
            let length = random.len().min(bytes.len());
            bytes[..length].copy_from_slice(&random[..length]);
            self.drawn = Some(Drawn {
                bytes,
                long: random.len() >= bytes.len(),
            });
        }
    }

    /// Begins a command; one that answers the challenge uses it up whatever comes of it.
    pub(crate) fn begin_command(&mut self, answers_challenge: bool) {
        self.answered = if answers_challenge {
            self.drawn.take()
        } else {
            None
        };
    }

    /// The challenge that the present command answers.
    pub(crate) fn challenge(&mut self) -> Result<Drawn, StatusWord> {
        self.answered.take().ok_or(StatusWord::CONDITIONS)
    }

    pub(crate) fn authenticate_device(&mut self) {
        self.device = true;
    }

    pub(crate) fn forget_device(&mut self) {
        self.device = false;
    }

    pub(crate) fn require_device(&self) -> Result<DeviceAuthenticated, StatusWord> {
        self.device
            .then_some(DeviceAuthenticated(()))
            .ok_or(StatusWord::SECURITY_STATUS)
    }

    pub(crate) fn log_in(&mut self, application: u32, role: PinType, generation: u32) {
        self.logins.insert((application, role as u8), generation);
    }

    pub(crate) fn log_out(&mut self, application: u32, role: PinType) {
        self.logins.remove(&(application, role as u8));
        if role == PinType::User {
            self.fresh.remove(&application);
        }
    }

    /// The user has just shown the PIN: good for one use of a key that asks for it.
    pub(crate) fn freshen(&mut self, application: u32) {
        self.fresh.insert(application);
    }

    /// Uses up what [`freshen`](Self::freshen) gave, if anything is left of it.
    pub(crate) fn take_fresh(&mut self, application: u32) -> bool {
        self.fresh.remove(&application)
    }

    pub(crate) fn forget_challenge(&mut self) {
        self.drawn = None;
    }
}

impl Card {
    /// Whether `role` is logged in to the application with the PIN that is valid now.
    pub(crate) fn is_logged_in(&self, application: u32, role: PinType) -> bool {
        let login = self.ram.security.logins.get(&(application, role as u8));
        let pin = PinRecord::load(&self.flash, application, role);
        login.is_some_and(|generation| pin.is_ok_and(|pin| pin.generation == *generation))
    }

    pub(crate) fn require_user(&self, application: u32) -> Result<UserVerified, StatusWord> {
        let verified = self.is_logged_in(application, PinType::User);
        verified
            .then_some(UserVerified(()))
            .ok_or(StatusWord::SECURITY_STATUS)
    }

    pub(crate) fn require_admin(&self, application: u32) -> Result<AdminVerified, StatusWord> {
        let verified = self.is_logged_in(application, PinType::Admin);
        verified
            .then_some(AdminVerified(()))
            .ok_or(StatusWord::SECURITY_STATUS)
    }

    /// Ends a login and what depends on it.
    pub(crate) fn log_out(&mut self, application: u32, role: PinType) {
        self.ram.security.log_out(application, role);
        if role == PinType::User {
            self.ram.keys.forget_application(application);
        }
    }
}
