//! What every command and every answer has in common.

use crate::class::Class;
use crate::command::{CommandApdu, NE_ALL};
use crate::instruction::Ins;
use crate::status::StatusWord;
use crate::wire::{DecodeError, Reader, Writer};

/// A choice that travels in P1 (or P2).
pub trait Selector: Sized {
    /// The parameter byte.
    fn to_parameter(self) -> u8;
    /// The choice, if the byte names one.
    fn from_parameter(value: u8) -> Option<Self>;
}

/// Which P1 and P2 a command knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameters {
    /// Exactly these two.
    Fixed(u8, u8),
    /// P1 carries a choice, P2 is 00.
    P1Selects,
    /// Both carry a choice.
    BothSelect,
}

/// One command: its typed content and its place on the wire.
///
/// The provided methods do all checks that need no state, in this order: class (6E00), instruction
/// (6D00), P1 P2 (6A86), lengths (6700), content (6A80). Le is never demanded: a host may leave it
/// out where the command has an answer (mark O, seen with ECCSignData).
pub trait Request: Sized {
    /// What the card answers.
    type Reply: Reply;
    /// The instruction byte.
    const INS: Ins;
    /// The class byte.
    const CLASS: Class = Class::PLAIN;
    /// The parameter bytes.
    const PARAMETERS: Parameters = Parameters::Fixed(0, 0);

    /// P1 and P2; only asked when [`Request::PARAMETERS`] is not fixed.
    fn selected(&self) -> (u8, u8) {
        (0, 0)
    }

    /// The answer length to ask for.
    fn ne(&self) -> Option<u32> {
        Self::Reply::NE
    }

    /// Writes the data field.
    fn write_data(&self, writer: &mut Writer);

    /// Reads the data field; `command` gives P1, P2 and Ne.
    ///
    /// # Errors
    /// See [`DecodeError`].
    fn read_data(command: &CommandApdu, data: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// The command with whole data, however long.
    fn to_command(&self) -> CommandApdu {
        let (p1, p2) = match Self::PARAMETERS {
            Parameters::Fixed(p1, p2) => (p1, p2),
            Parameters::P1Selects | Parameters::BothSelect => self.selected(),
        };
        let mut writer = Writer::new();
        self.write_data(&mut writer);
        CommandApdu {
            class: Self::CLASS,
            ins: Self::INS as u8,
            p1,
            p2,
            data: writer.into_vec(),
            ne: self.ne(),
        }
    }

    /// Takes a whole (reassembled) command apart.
    ///
    /// # Errors
    /// The status word the card answers.
    fn from_command(command: &CommandApdu) -> Result<Self, StatusWord> {
        check_header::<Self>(command)?;
        let mut data = Reader::new(&command.data);
        let request = Self::read_data(command, &mut data)?;
        data.finish()?;
        Ok(request)
    }
}

fn check_header<R: Request>(command: &CommandApdu) -> Result<(), DecodeError> {
    if command.class != R::CLASS {
        return Err(DecodeError::Class);
    }
    if command.ins != R::INS as u8 {
        return Err(DecodeError::Instruction);
    }
    let known = match R::PARAMETERS {
        Parameters::Fixed(p1, p2) => (command.p1, command.p2) == (p1, p2),
        Parameters::P1Selects => command.p2 == 0,
        Parameters::BothSelect => true,
    };
    if known {
        Ok(())
    } else {
        Err(DecodeError::Parameters)
    }
}

/// The data field of a successful answer.
pub trait Reply: Sized {
    /// The answer length a host asks for: the exact one where it is fixed and small, else
    /// [`NE_ALL`]; `None` when there is no data.
    const NE: Option<u32> = Some(NE_ALL);

    /// Writes the data field.
    fn write(&self, writer: &mut Writer);

    /// Reads the data field; what it leaves over is an error.
    ///
    /// # Errors
    /// See [`DecodeError`].
    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// The data field.
    fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.write(&mut writer);
        writer.into_vec()
    }

    /// Takes the data field of an answer apart.
    ///
    /// # Errors
    /// See [`DecodeError`].
    fn from_bytes(data: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(data);
        let reply = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(reply)
    }
}

/// The answer of a command that only says whether it worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Empty;

impl Reply for Empty {
    const NE: Option<u32> = None;
    fn write(&self, _: &mut Writer) {}
    fn read(_: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}

/// An answer that is one byte string: a digest, a signature, a ciphertext, file content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl Reply for Bytes {
    fn write(&self, writer: &mut Writer) {
        writer.bytes(&self.0);
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self(reader.rest().to_vec()))
    }
}

/// An answer that is one secret byte string: a plaintext.
impl Reply for crate::secret::Secret {
    fn write(&self, writer: &mut Writer) {
        writer.bytes(self.expose());
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self::from(reader.rest()))
    }
}

/// A list of names: each ends with NUL, one more NUL ends the list; an empty list is two NULs.
/// Names are bytes: GM/T 0016 says ASCII, the field has UTF-8 and GBK too.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NameList(pub Vec<Vec<u8>>);

impl Reply for NameList {
    fn write(&self, writer: &mut Writer) {
        for name in &self.0 {
            writer.bytes(name).u8(0);
        }
        if self.0.is_empty() {
            writer.u8(0);
        }
        writer.u8(0);
    }

    /// Also takes an absent or single final NUL, as other tokens may answer.
    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let names = reader.rest().split(|byte| *byte == 0).map(<[u8]>::to_vec);
        let mut names: Vec<_> = names.collect();
        while names.last().is_some_and(Vec::is_empty) {
            names.pop();
        }
        if names.iter().any(Vec::is_empty) {
            return Err(DecodeError::Invalid("list of names"));
        }
        Ok(Self(names))
    }
}
