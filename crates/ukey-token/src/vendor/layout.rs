//! The structures of GM/T 0016 in the layout of a library: width of ULONG, packing, width of BOOL.

use ukey_apdu::{DevInfo, devinfo::PaddedText};
use ukey_crypto::sm2;
use ukey_ffi::foreign::UlongWidth;

/// Bytes of a number field in the SM2 structures.
const FIELD: usize = 64;
/// Significant bytes of it.
const NUMBER: usize = 32;

/// How members are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Packing {
    /// `#pragma pack(1)`, as practically all headers have it.
    #[default]
    One,
    /// The compiler's own alignment.
    Natural,
}

/// Width of BOOL where the library writes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BoolWidth {
    /// `unsigned char`.
    Bits8,
    /// `int`.
    #[default]
    Bits32,
    /// `long` of 64-bit Unix.
    Bits64,
}

/// Sizes and places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Layout {
    /// Width of ULONG.
    pub ulong: UlongWidth,
    /// Packing of structures.
    pub packing: Packing,
    /// Width of BOOL.
    pub boolean: BoolWidth,
}

impl Layout {
    fn ulong_bytes(self) -> usize {
        match self.ulong {
            UlongWidth::Bits32 => 4,
            UlongWidth::Bits64 => 8,
        }
    }

    fn alignment(self) -> usize {
        match self.packing {
            Packing::One => 1,
            Packing::Natural => self.ulong_bytes(),
        }
    }

    /// Whether a BOOL that the library wrote into zeroed bytes is TRUE.
    pub(super) fn is_true(self, bytes: [u8; 8]) -> bool {
        let width = match self.boolean {
            BoolWidth::Bits8 => 1,
            BoolWidth::Bits32 => 4,
            BoolWidth::Bits64 => 8,
        };
        bytes[..width].iter().any(|byte| *byte != 0)
    }

    /// Room for any structure that is asked for: unpacked and wide it is the largest.
    pub(super) const LARGEST: usize = 1024;
}

/// Reads members in their order.
pub(super) struct Members<'a> {
    layout: Layout,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Members<'a> {
    pub(super) fn new(layout: Layout, bytes: &'a [u8]) -> Self {
        Self {
            layout,
            bytes,
            at: 0,
        }
    }

    /// A byte array; shorter at the end of what there is.
    pub(super) fn array(&mut self, length: usize) -> &'a [u8] {
        let from = self.at.min(self.bytes.len());
        self.at += length;
        &self.bytes[from..self.at.min(self.bytes.len())]
    }

    /// A ULONG; zero behind the end.
    pub(super) fn ulong(&mut self) -> u32 {
        self.at = self.at.next_multiple_of(self.layout.alignment());
        let bytes = self.array(self.layout.ulong_bytes());
        match bytes.len() {
            4 => u32::from_ne_bytes(bytes.try_into().unwrap_or_default()),
            8 => u64::from_ne_bytes(bytes.try_into().unwrap_or_default()) as u32,
            _ => 0,
        }
    }

    /// An SM2 number: at the end of its field, or, in some libraries, at its beginning.
    pub(super) fn number(&mut self) -> Option<[u8; NUMBER]> {
        let field = self.array(FIELD);
        let (first, last) = field.split_at_checked(NUMBER)?;
        let zero = |half: &[u8]| half.iter().all(|byte| *byte == 0);
        let number = if zero(first) {
            last
        } else if zero(last) {
            first
        } else {
            return None;
        };
        number.try_into().ok()
    }
}

/// Writes members in their order.
pub(super) struct Structure {
    layout: Layout,
    left_aligned: bool,
    bytes: Vec<u8>,
}

impl Structure {
    pub(super) fn new(layout: Layout, left_aligned: bool) -> Self {
        Self {
            layout,
            left_aligned,
            bytes: Vec::new(),
        }
    }

    pub(super) fn ulong(mut self, value: u32) -> Self {
        let at = self.bytes.len().next_multiple_of(self.layout.alignment());
        self.bytes.resize(at, 0);
        match self.layout.ulong {
            UlongWidth::Bits32 => self.bytes.extend(value.to_ne_bytes()),
            UlongWidth::Bits64 => self.bytes.extend(u64::from(value).to_ne_bytes()),
        }
        self
    }

    pub(super) fn array(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    pub(super) fn number(self, number: &[u8]) -> Self {
        let mut field = [0; FIELD];
        let at = match self.left_aligned {
            true => 0,
            false => FIELD - number.len().min(FIELD),
        };
        field[at..at + number.len()].copy_from_slice(number);
        self.array(&field)
    }

    /// An ECCCIPHERBLOB.
    pub(super) fn cipher(self, cipher: &sm2::Ciphertext) -> Self {
        self.number(&cipher.x)
            .number(&cipher.y)
            .array(&cipher.hash)
            .ulong(cipher.data.len() as u32)
            .array(&cipher.data)
    }

    /// With room behind it: libraries may copy the structure as large as its type is.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.bytes.extend([0; 16]);
        self.bytes
    }
}

/// The names of a list, however it ends.
pub(super) fn names(list: &[u8]) -> Vec<&[u8]> {
    list.split(|byte| *byte == 0)
        .take_while(|name| !name.is_empty())
        .collect()
}

/// DEVINFO as the wire has it.
pub(super) fn device_info(layout: Layout, bytes: &[u8]) -> DevInfo {
    let mut members = Members::new(layout, bytes);
    let version = |bytes: &[u8]| ukey_apdu::devinfo::Version {
        major: bytes.first().copied().unwrap_or(0),
        minor: bytes.get(1).copied().unwrap_or(0),
    };
    let _struct_version = members.array(2);
    let manufacturer = text(members.array(64));
    let issuer = text(members.array(64));
    let label = text(members.array(32));
    let serial_number = text(members.array(32));
    let hw_version = version(members.array(2));
    let firmware_version = version(members.array(2));
    let [sym, asym, hash, dev_auth, total, free] = [(); 6].map(|()| members.ulong());
    DevInfo {
        struct_version: version(&[1, 0]),
        specification_version: version(&[1, 0]),
        manufacturer,
        issuer,
        label,
        serial_number,
        hw_version,
        firmware_version,
        alg_sym_cap: sym,
        alg_asym_cap: asym,
        alg_hash_cap: hash,
        dev_auth_alg_id: dev_auth,
        total_space: total,
        free_space: free,
        max_apdu_data_len: u16::MAX,
        user_auth_method: 1,
        device_type: 0,
        max_container_num: 0,
        max_cert_num: 0,
        max_file_num: 0,
        reserved: [0; 54],
    }
}

/// Text up to its NUL, without what is no text.
fn text<const N: usize>(field: &[u8]) -> PaddedText<N> {
    let end = field.iter().position(|b| *b == 0).unwrap_or(field.len());
    let text: String = String::from_utf8_lossy(&field[..end])
        .chars()
        .filter(|c| !c.is_control())
        .collect();
    PaddedText::new(&text)
}

#[cfg(test)]
mod tests;
