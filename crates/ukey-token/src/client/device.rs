//! Device management (GM/T 0017, 9.1) and random numbers (9.6.2).

use super::Connection;
use crate::{
    device::{Device, Run},
    error::Error,
};
use ukey_apdu::{
    DevInfo, Form,
    request::{
        application::EnumApplication,
        device::{GenRandom, GetDevInfo, SetLabel},
    },
};

/// Most random bytes in one answer that every token gives.
const RANDOM_PER_EXCHANGE: usize = 256;

impl Connection {
    /// Asks the card for its device information. Anything but a sensible answer means that the
    /// card is not ours; no command that could cost a PIN try is ever sent to find out.
    pub(crate) fn identify(&mut self) -> Result<DevInfo, Error> {
        let info = match self.call(&GetDevInfo {}) {
            Ok(info) => info,
            Err(e @ (Error::Transport(_) | Error::Removed | Error::NoToken | Error::Busy)) => {
                return Err(e);
            }
            Err(_) => return Err(Error::ForeignCard),
        };
        let plausible = (1..=3).contains(&info.struct_version.major)
            && info
                .serial_number
                .as_bytes()
                .iter()
                .all(|b| !b.is_ascii_control());
        if !plausible {
            return Err(Error::ForeignCard);
        }
        self.channel
            .limit_command_data(info.max_apdu_data_len.into());
        self.pin_hash = info.pin_hash();
        Ok(info)
    }

    /// `length` random bytes in as few exchanges as the token allows; one for up to 256.
    pub(crate) fn random(&mut self, length: usize) -> Result<Vec<u8>, Error> {
        let mut out = Vec::with_capacity(length.min(1 << 20));
        while out.len() < length {
            let ask = (length - out.len()).min(RANDOM_PER_EXCHANGE);
            let bytes = self.call(&GenRandom { length: ask as u32 })?.0;
            if bytes.len() != ask {
                return Err(Error::Answer {
                    ins: ukey_apdu::Ins::GenRandom as u8,
                });
            }
            out.extend_from_slice(&bytes);
        }
        Ok(out)
    }
}

impl Device {
    /// Device information, fresh.
    ///
    /// # Errors
    /// Link errors.
    pub fn info(&self) -> Result<DevInfo, Error> {
        self.run(Run::Single, |connection| connection.call(&GetDevInfo {}))
    }

    /// Sets the label, at most 31 bytes (GM/T 0016-2012, 7.1.8). Needs no right.
    ///
    /// # Errors
    /// [`Error::Name`] for a longer one; link errors.
    pub fn set_label(&self, label: &str) -> Result<(), Error> {
        if label.len() >= ukey_apdu::request::device::MAX_LABEL || label.contains('\0') {
            return Err(Error::Name);
        }
        let request = SetLabel {
            label: label.into(),
        };
        self.run(Run::Single, |connection| connection.call(&request))
            .map(drop)
    }

    /// `length` bytes from the token's generator. A read of 8 bytes or more is also the challenge
    /// of the next authentication.
    ///
    /// # Errors
    /// Link errors.
    pub fn random(&self, length: usize) -> Result<Vec<u8>, Error> {
        let how = if length <= RANDOM_PER_EXCHANGE {
            Run::Single
        } else {
            Run::Sequence
        };
        self.run(how, |connection| connection.random(length))
    }

    /// Names of the applications.
    ///
    /// # Errors
    /// Link errors.
    pub fn applications(&self) -> Result<Vec<String>, Error> {
        let names = self.run(Run::Single, |connection| {
            connection.call(&EnumApplication {})
        })?;
        Ok(super::texts(names))
    }

    /// One raw APDU, for tests and diagnosis (SKF_Transmit). Whatever it opens or changes on the
    /// card is not known to this library.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] for bytes that are no command APDU; link errors.
    pub fn transmit(&self, command: &[u8]) -> Result<Vec<u8>, Error> {
        let parsed = ukey_apdu::CommandApdu::parse(command).map_err(|_| Error::InvalidLength)?;
        debug_assert!(parsed.encode(Form::Extended).is_ok());
        let answer = self.run(Run::Once, |connection| {
            Ok(connection.transport().transmit(command)?)
        });
        self.forget_ids();
        answer
    }
}
