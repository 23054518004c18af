//! Device: label, information, random numbers.

use crate::command::{CommandApdu, NE_ALL};
use crate::devinfo::DevInfo;
use crate::instruction::Ins;
use crate::layout::request;
use crate::message::{Bytes, Empty, Request};
use crate::wire::{DecodeError, Reader, Writer};

/// The longest label, in bytes: its field in the device information.
pub const MAX_LABEL: usize = 32;

/// SetLabel, GM/T 0017 9.1.2. Header O, data P: the label, up to 32 bytes; none clears it.
#[derive(Debug, PartialEq, Eq)]
pub struct SetLabel {
    /// The label, at most [`MAX_LABEL`] bytes.
    pub label: Vec<u8>,
}

impl Request for SetLabel {
    type Reply = Empty;
    const INS: Ins = Ins::SetLabel;

    fn write_data(&self, writer: &mut Writer) {
        writer.bytes(&self.label);
    }

    fn read_data(_: &CommandApdu, data: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let label = data.rest();
        if label.len() > MAX_LABEL {
            return Err(DecodeError::Length("label"));
        }
        Ok(Self {
            label: label.to_vec(),
        })
    }
}

request! {
    /// GetDevInfo, GM/T 0017 9.1.3. Mark O: `80 04 00 00 00 00 00`.
    pub struct GetDevInfo: GetDevInfo => DevInfo {}
}

/// GenRandom, GM/T 0017 9.6.2. Mark O: no data, Le is the number of bytes wanted.
///
/// A GenRandom of 8 bytes or more also sets the challenge (P).
#[derive(Debug, PartialEq, Eq)]
pub struct GenRandom {
    /// Bytes wanted, 1 to 65536; tokens in the field stop at 256.
    pub length: u32,
}

impl Request for GenRandom {
    type Reply = Bytes;
    const INS: Ins = Ins::GenRandom;

    fn ne(&self) -> Option<u32> {
        Some(self.length.clamp(1, NE_ALL))
    }

    fn write_data(&self, _: &mut Writer) {}

    fn read_data(command: &CommandApdu, _: &mut Reader<'_>) -> Result<Self, DecodeError> {
        command
            .ne
            .map(|length| Self { length })
            .ok_or(DecodeError::Length("answer"))
    }
}
