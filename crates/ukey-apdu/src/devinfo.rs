//! The device information of GetDevInfo: 288 bytes, big endian (mark O).

use std::fmt;

use crate::message::Reply;
use crate::wire::{DecodeError, Field, Reader, Writer};

/// Text in a field of `N` bytes, padded with NUL.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PaddedText<const N: usize>([u8; N]);

impl<const N: usize> PaddedText<N> {
    /// Takes as much of `text` as fits and pads it. A cut never falls into a UTF-8 character.
    pub fn new(text: &str) -> Self {
        let mut end = text.len().min(N);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let mut padded = [0; N];
        padded[..end].copy_from_slice(&text.as_bytes()[..end]);
        Self(padded)
    }

    /// Takes the bytes as they are, if they fit.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut padded = [0; N];
        padded.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(Self(padded))
    }

    /// The bytes before the first NUL.
    pub fn as_bytes(&self) -> &[u8] {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(N);
        &self.0[..end]
    }

    /// The text without padding (some tokens pad with blanks); what is not UTF-8 is replaced.
    pub fn to_text(&self) -> String {
        String::from_utf8_lossy(self.as_bytes())
            .trim_end()
            .to_owned()
    }
}

impl<const N: usize> fmt::Debug for PaddedText<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_text())
    }
}

impl<const N: usize> Field for PaddedText<N> {
    fn put(&self, writer: &mut Writer) {
        writer.bytes(&self.0);
    }
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.array().map(Self)
    }
}

/// A version of two bytes: major, minor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// Before the point.
    pub major: u8,
    /// After the point.
    pub minor: u8,
}

impl Field for Version {
    fn put(&self, writer: &mut Writer) {
        writer.u8(self.major).u8(self.minor);
    }
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            major: reader.u8()?,
            minor: reader.u8()?,
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// How a PIN becomes the key of the PIN commands (P): `UserAuthMethod` of the device information.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PinHash {
    /// 0: first 16 bytes of SHA-1 of the PIN, as one tool in the field does it.
    Sha1,
    /// 1: first 16 bytes of SM3 of the PIN.
    Sm3,
}

/// What GetDevInfo answers. Not the DEVINFO of GM/T 0016, which the host library builds from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DevInfo {
    /// Version of this structure (offset 0).
    pub struct_version: Version,
    /// Version of the specification (2).
    pub specification_version: Version,
    /// Manufacturer (4).
    pub manufacturer: PaddedText<64>,
    /// Issuer (68).
    pub issuer: PaddedText<64>,
    /// Label, changed by SetLabel (132).
    pub label: PaddedText<32>,
    /// Serial number (164).
    pub serial_number: PaddedText<32>,
    /// Hardware version (196).
    pub hw_version: Version,
    /// Firmware version (198).
    pub firmware_version: Version,
    /// OR of the symmetric `SGD_*` numbers (200).
    pub alg_sym_cap: u32,
    /// OR of the asymmetric `SGD_*` numbers (204).
    pub alg_asym_cap: u32,
    /// OR of the digest `SGD_*` numbers (208).
    pub alg_hash_cap: u32,
    /// Algorithm of the device authentication (212).
    pub dev_auth_alg_id: u32,
    /// Bytes of user memory (216).
    pub total_space: u32,
    /// Free bytes of it (220).
    pub free_space: u32,
    /// The most data bytes of one command APDU (224).
    pub max_apdu_data_len: u16,
    /// See [`DevInfo::pin_hash`] (226).
    pub user_auth_method: u16,
    /// Kind of device (228).
    pub device_type: u16,
    /// Containers per application (230).
    pub max_container_num: u8,
    /// Certificates per application (231).
    pub max_cert_num: u8,
    /// Files per application (232).
    pub max_file_num: u16,
    /// Reserved (234).
    pub reserved: [u8; 54],
}

impl DevInfo {
    /// Length on the wire, in bytes.
    pub const LENGTH: usize = 288;

    /// Length without the reserved tail; a token may stop there.
    pub const MIN_LENGTH: usize = 234;

    /// How this token turns PINs into keys; `None` for a method we do not know.
    pub fn pin_hash(&self) -> Option<PinHash> {
        match self.user_auth_method {
            0 => Some(PinHash::Sha1),
            1 => Some(PinHash::Sm3),
            _ => None,
        }
    }
}

impl Reply for DevInfo {
    fn write(&self, writer: &mut Writer) {
        self.struct_version.put(writer);
        self.specification_version.put(writer);
        self.manufacturer.put(writer);
        self.issuer.put(writer);
        self.label.put(writer);
        self.serial_number.put(writer);
        self.hw_version.put(writer);
        self.firmware_version.put(writer);
        writer
            .u32(self.alg_sym_cap)
            .u32(self.alg_asym_cap)
            .u32(self.alg_hash_cap);
        writer
            .u32(self.dev_auth_alg_id)
            .u32(self.total_space)
            .u32(self.free_space);
        writer
            .u16(self.max_apdu_data_len)
            .u16(self.user_auth_method)
            .u16(self.device_type);
        writer
            .u8(self.max_container_num)
            .u8(self.max_cert_num)
            .u16(self.max_file_num);
        writer.bytes(&self.reserved);
    }

    /// Takes [`DevInfo::MIN_LENGTH`] bytes or more; the reserved tail may be short or absent.
    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut info = Self {
            struct_version: Field::get(reader)?,
            specification_version: Field::get(reader)?,
            manufacturer: Field::get(reader)?,
            issuer: Field::get(reader)?,
            label: Field::get(reader)?,
            serial_number: Field::get(reader)?,
            hw_version: Field::get(reader)?,
            firmware_version: Field::get(reader)?,
            alg_sym_cap: reader.u32()?,
            alg_asym_cap: reader.u32()?,
            alg_hash_cap: reader.u32()?,
            dev_auth_alg_id: reader.u32()?,
            total_space: reader.u32()?,
            free_space: reader.u32()?,
            max_apdu_data_len: reader.u16()?,
            user_auth_method: reader.u16()?,
            device_type: reader.u16()?,
            max_container_num: reader.u8()?,
            max_cert_num: reader.u8()?,
            max_file_num: reader.u16()?,
            reserved: [0; 54],
        };
        let tail = reader.bytes(reader.remaining().min(info.reserved.len()))?;
        info.reserved[..tail.len()].copy_from_slice(tail);
        Ok(info)
    }
}
