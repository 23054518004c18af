//! Command APDUs: the seven cases of ISO 7816-3, short and extended.
//!
//! GM/T 0017 writes the extended form even for short data (`00 hi lo`); short readers need the
//! short form. Both carry the same [`CommandApdu`].

use std::fmt;

use zeroize::Zeroize;

use crate::class::Class;
use crate::status::StatusWord;

/// `Ne` that stands for "all you have": Le `0000` in the extended form, `00` in the short one.
pub const NE_ALL: u32 = 65_536;

/// The most data one extended APDU can carry, in bytes.
pub const MAX_EXTENDED_DATA: usize = 65_535;

/// The most data one short APDU can carry, in bytes.
pub const MAX_SHORT_DATA: usize = 255;

/// One command, or one link of a chain, or (before splitting) a command of any length.
///
/// The data is wiped on drop. `Debug` shows the header and the lengths only.
#[derive(Clone, PartialEq, Eq)]
pub struct CommandApdu {
    /// CLA.
    pub class: Class,
    /// INS.
    pub ins: u8,
    /// P1.
    pub p1: u8,
    /// P2.
    pub p2: u8,
    /// The data field; its length is Nc.
    pub data: Vec<u8>,
    /// The most answer bytes expected, 1 to 65536; `None` when Le is absent. 256 from a short APDU
    /// and 65536 ([`NE_ALL`]) from an extended one mean "all you have".
    pub ne: Option<u32>,
}

/// How to write the length fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// One-byte Lc and Le.
    Short,
    /// Lc `00 hi lo`; Le `hi lo` after data, `00 hi lo` without.
    Extended,
}

/// Why a command cannot be written in the asked form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The data does not fit; split it with [`crate::chaining::split`].
    #[error("{length} bytes of command data do not fit into one APDU of at most {max}")]
    DataTooLong {
        /// Bytes of data.
        length: usize,
        /// What the form can carry.
        max: usize,
    },
    /// `ne` is zero or more than the form can ask for.
    #[error("an answer of {0} bytes cannot be asked for in this form")]
    NeOutOfRange(u32),
}

impl CommandApdu {
    /// Takes one received APDU apart.
    ///
    /// # Errors
    /// [`StatusWord::WRONG_LENGTH`] for anything that is none of the seven cases.
    pub fn parse(apdu: &[u8]) -> Result<Self, StatusWord> {
        let (&[class, ins, p1, p2], body) = apdu
            .split_first_chunk::<4>()
            .ok_or(StatusWord::WRONG_LENGTH)?;
        let (data, ne) = match body {
            [] => (&[][..], None),
            [le] => (&[][..], Some(short_ne(*le))),
            [0, high, low] => (&[][..], Some(extended_ne(*high, *low))),
            [0, high, low, rest @ ..] => {
                let lc = usize::from(u16::from_be_bytes([*high, *low]));
                split_body(rest, lc, |le| match le {
                    [high, low] => Some(extended_ne(*high, *low)),
                    _ => None,
                })?
            }
            [lc, rest @ ..] => split_body(rest, usize::from(*lc), |le| match le {
                [le] => Some(short_ne(*le)),
                _ => None,
            })?,
        };
        Ok(Self {
            class: Class(class),
            ins,
            p1,
            p2,
            data: data.to_vec(),
            ne,
        })
    }

    /// Writes the APDU. The result may hold secrets; whoever keeps it wipes it.
    ///
    /// In the short form [`NE_ALL`] becomes Le `00`: a longer answer then arrives in pieces (61xx).
    ///
    /// # Errors
    /// [`EncodeError`] when the data or `ne` does not fit the form.
    pub fn encode(&self, form: Form) -> Result<Vec<u8>, EncodeError> {
        let max = match form {
            Form::Short => MAX_SHORT_DATA,
            Form::Extended => MAX_EXTENDED_DATA,
        };
        let length = self.data.len();
        if length > max {
            return Err(EncodeError::DataTooLong { length, max });
        }
        let mut apdu = Vec::with_capacity(4 + 3 + length + 3);
        apdu.extend_from_slice(&[self.class.0, self.ins, self.p1, self.p2]);
        match form {
            Form::Short => self.encode_short(&mut apdu)?,
            Form::Extended => self.encode_extended(&mut apdu)?,
        }
        Ok(apdu)
    }

    fn encode_short(&self, apdu: &mut Vec<u8>) -> Result<(), EncodeError> {
        if !self.data.is_empty() {
            apdu.push(self.data.len() as u8);
            apdu.extend_from_slice(&self.data);
        }
        match self.ne {
            None => {}
            Some(NE_ALL | 256) => apdu.push(0),
            Some(ne @ 1..=255) => apdu.push(ne as u8),
            Some(ne) => return Err(EncodeError::NeOutOfRange(ne)),
        }
        Ok(())
    }

    fn encode_extended(&self, apdu: &mut Vec<u8>) -> Result<(), EncodeError> {
        if !self.data.is_empty() {
            apdu.push(0);
            apdu.extend_from_slice(&(self.data.len() as u16).to_be_bytes());
            apdu.extend_from_slice(&self.data);
        }
        let le = match self.ne {
            None => return Ok(()),
            Some(NE_ALL) => 0,
            Some(ne @ 1..=65_535) => ne as u16,
            Some(ne) => return Err(EncodeError::NeOutOfRange(ne)),
        };
        if self.data.is_empty() {
            apdu.push(0);
        }
        apdu.extend_from_slice(&le.to_be_bytes());
        Ok(())
    }

    /// Whether the short form can carry the command unsplit.
    pub fn fits_short(&self) -> bool {
        self.data.len() <= MAX_SHORT_DATA && matches!(self.ne, None | Some(1..=256) | Some(NE_ALL))
    }

    /// Whether both are the same command: header (chaining bit aside) and data. `ne` may differ.
    pub fn repeats(&self, other: &Self) -> bool {
        self.same_header(other) && self.data == other.data
    }

    /// Whether both have the same header, chaining bit aside: links of one chain.
    pub fn same_header(&self, other: &Self) -> bool {
        self.class.without_chaining() == other.class.without_chaining()
            && (self.ins, self.p1, self.p2) == (other.ins, other.p1, other.p2)
    }
}

/// Lc bytes of data, then nothing or an Le field that `read_le` knows.
fn split_body(
    rest: &[u8],
    lc: usize,
    read_le: impl Fn(&[u8]) -> Option<u32>,
) -> Result<(&[u8], Option<u32>), StatusWord> {
    match rest.split_at_checked(lc) {
        Some((_, _)) if lc == 0 => Err(StatusWord::WRONG_LENGTH),
        Some((data, [])) => Ok((data, None)),
        Some((data, le)) => read_le(le)
            .map(|ne| (data, Some(ne)))
            .ok_or(StatusWord::WRONG_LENGTH),
        None => Err(StatusWord::WRONG_LENGTH),
    }
}

fn short_ne(le: u8) -> u32 {
    if le == 0 { 256 } else { u32::from(le) }
}

fn extended_ne(high: u8, low: u8) -> u32 {
    match u16::from_be_bytes([high, low]) {
        0 => NE_ALL,
        le => u32::from(le),
    }
}

impl Drop for CommandApdu {
    fn drop(&mut self) {
        self.data.zeroize();
    }
}

impl fmt::Debug for CommandApdu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            class,
            ins,
            p1,
            p2,
            data,
            ne,
        } = self;
        let nc = data.len();
        write!(
            f,
            "CommandApdu({:02X} {ins:02X} {p1:02X} {p2:02X}, nc {nc}, ne {ne:?})",
            class.0
        )
    }
}
