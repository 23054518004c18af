//! One method per token command, in files named as in `ukey_apdu::request`. [`Connection`] holds
//! the link and what the card gave out since it was powered: ids and the transport key.

use crate::{
    channel::{Channel, LinkError, Underway},
    error::Error,
    transport::{Transport, TransportError, skf_link::SkfLink},
};
use std::collections::HashMap;
use ukey_apdu::{
    NameList, Reply, Request, ResponseApdu, StatusWord,
    devinfo::PinHash,
    id::{AppId, ContainerId},
};
use ukey_crypto::sm2;

mod agreement;
mod application;
mod auth;
mod container;
mod device;
mod extension;
mod feed;
mod file;
mod import;
mod key_object;
mod keygen;
mod session_key;
mod sign;

pub use agreement::{Agreement, AgreementPeer};
pub use application::{MAX_APPLICATION_NAME, NewApplication};
pub use auth::{AUTH_KEY_LEN, UnblockChallenge};
pub use container::MAX_CONTAINER_NAME;
pub use extension::MAX_OBJECT;
pub use file::MAX_FILE_NAME;
pub use import::EnvelopedSm2Key;
pub use key_object::{KeyCreated, NewKey, NewObject};
pub use session_key::{CipherStart, SessionKey, WrappedSessionKey};

/// The link to one card.
pub(crate) struct Connection {
    channel: Channel,
    applications: HashMap<String, AppId>,
    containers: HashMap<(AppId, String), ContainerId>,
    transport_key: Option<sm2::PublicKey>,
    /// How the card hashes PINs, from its device information.
    pin_hash: Option<PinHash>,
}

impl Connection {
    pub(crate) fn new(transport: Box<dyn Transport>) -> Self {
        Self {
            channel: Channel::new(transport),
            applications: HashMap::new(),
            containers: HashMap::new(),
            transport_key: None,
            pin_hash: None,
        }
    }

    pub(crate) fn transport(&mut self) -> &mut dyn Transport {
        self.channel.transport()
    }

    /// As [`Transport::skf_link`].
    fn skf_link(&mut self) -> Option<&mut dyn SkfLink> {
        self.channel.transport().skf_link()
    }

    /// As [`Transport::begin_transaction`].
    pub(crate) fn begin_transaction(&mut self) -> Result<(), TransportError> {
        self.channel.begin_transaction()
    }

    /// As [`Transport::end_transaction`].
    pub(crate) fn end_transaction(&mut self) {
        self.channel.end_transaction();
    }

    /// Sends a typed command and decodes its answer.
    pub(crate) fn call<R: Request>(&mut self, request: &R) -> Result<R::Reply, Error> {
        let command = request.to_command();
        let ins = command.ins;
        let answer = self
            .channel
            .execute(&command)
            .map_err(|e| e.into_error(ins))?;
        decode(ins, &answer)
    }

    /// As [`Connection::call`], for a command that takes long and may end when the connection is
    /// free for others. What the card refuses it refuses here.
    pub(crate) fn start<R: Request>(&mut self, request: &R) -> Result<Call<R>, Error> {
        let command = request.to_command();
        let ins = command.ins;
        let link = |e: LinkError| e.into_error(ins);
        let underway = match self.channel.start(&command).map_err(link)? {
            Underway::Answer(answer) => Ok(decode::<R::Reply>(ins, &answer)?),
            rest => Err(rest),
        };
        Ok(Call { ins, underway })
    }

    /// Forgets the ids; tells whether there were any.
    pub(crate) fn forget_ids(&mut self) -> bool {
        let any = !self.applications.is_empty();
        self.applications.clear();
        self.containers.clear();
        any
    }

    /// Forgets everything that the card loses with its power.
    pub(crate) fn forget_memory(&mut self) {
        self.forget_ids();
        self.transport_key = None;
    }
}

/// A command that was begun with [`Connection::start`]: its reply, or what is left to compute.
pub(crate) struct Call<R: Request> {
    ins: u8,
    underway: Result<R::Reply, Underway>,
}

impl<R: Request> Call<R> {
    /// The reply. To be asked for when the connection was given back.
    pub(crate) fn reply(self) -> Result<R::Reply, Error> {
        let ins = self.ins;
        match self.underway {
            Ok(reply) => Ok(reply),
            Err(rest) => decode(ins, &rest.answer().map_err(|e| e.into_error(ins))?),
        }
    }
}

fn decode<R: Reply>(ins: u8, answer: &ResponseApdu) -> Result<R, Error> {
    if answer.sw != StatusWord::OK {
        return Err(Error::from_status(ins, answer.sw));
    }
    R::from_bytes(&answer.data).map_err(|_| Error::Answer { ins })
}

/// A name as it goes to the card: 1 to 64 bytes without NUL; narrower limits are the caller's.
fn checked_name(name: &str) -> Result<Vec<u8>, Error> {
    if name.is_empty() || name.len() > ukey_apdu::MAX_NAME || name.contains('\0') {
        return Err(Error::Name);
    }
    Ok(name.into())
}

/// Names from the card. One that is not UTF-8 is shown, but cannot be used.
fn texts(names: NameList) -> Vec<String> {
    names
        .0
        .iter()
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect()
}
