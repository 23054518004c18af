//! `[[vendor]]` and the families of readers.

use serde::Deserialize;
use std::{path::PathBuf, time::Duration};
use ukey_token::vendor::{BoolWidth, Layout, Packing, Sm2Ids, UlongWidth, VendorLibrary};

/// A way to tokens, by its name in the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// `pcsc`: readers of PC/SC.
    Pcsc,
    /// `embedded`: token images in this process.
    Embedded,
    /// `vendor`: SKF libraries of vendors.
    Vendor,
}

/// Which ways to tokens are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Families {
    /// Readers of PC/SC.
    pub pcsc: bool,
    /// Token images.
    pub embedded: bool,
    /// SKF libraries of vendors.
    pub vendor: bool,
}

impl Families {
    /// Every way.
    pub const ALL: Self = Self {
        pcsc: true,
        embedded: true,
        vendor: true,
    };
    /// Our own ways.
    pub const WITHOUT_VENDORS: Self = Self {
        vendor: false,
        ..Self::ALL
    };

    pub(super) fn of(list: &[Family]) -> Self {
        Self {
            pcsc: list.contains(&Family::Pcsc),
            embedded: list.contains(&Family::Embedded),
            vendor: list.contains(&Family::Vendor),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VendorSection {
    path: PathBuf,
    name: Option<String>,
    #[serde(default)]
    ulong_bits: UlongBits,
    #[serde(default)]
    packing: PackingWord,
    #[serde(default)]
    bool_bits: BoolBits,
    #[serde(default)]
    sm2_ids: Sm2Word,
    #[serde(default)]
    quirks: Vec<Quirk>,
    deadline_s: Option<u64>,
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(try_from = "u8")]
struct UlongBits(UlongWidth);

impl TryFrom<u8> for UlongBits {
    type Error = &'static str;
    fn try_from(bits: u8) -> Result<Self, Self::Error> {
        match bits {
            32 => Ok(Self(UlongWidth::Bits32)),
            64 => Ok(Self(UlongWidth::Bits64)),
            _ => Err("ulong_bits is 32 or 64"),
        }
    }
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(try_from = "u8")]
struct BoolBits(BoolWidth);

impl TryFrom<u8> for BoolBits {
    type Error = &'static str;
    fn try_from(bits: u8) -> Result<Self, Self::Error> {
        match bits {
            8 => Ok(Self(BoolWidth::Bits8)),
            32 => Ok(Self(BoolWidth::Bits32)),
            64 => Ok(Self(BoolWidth::Bits64)),
            _ => Err("bool_bits is 8, 32 or 64"),
        }
    }
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "lowercase")]
enum PackingWord {
    #[default]
    One,
    Natural,
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "lowercase")]
enum Sm2Word {
    #[default]
    Either,
    Standard,
    Draft,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Quirk {
    LeftAligned,
}

impl VendorSection {
    pub(super) fn library(self) -> VendorLibrary {
        let plain = VendorLibrary::new(self.path);
        VendorLibrary {
            name: self.name.unwrap_or(plain.name),
            path: plain.path,
            layout: Layout {
                ulong: self.ulong_bits.0,
                packing: match self.packing {
                    PackingWord::One => Packing::One,
                    PackingWord::Natural => Packing::Natural,
                },
                boolean: self.bool_bits.0,
            },
            sm2_ids: match self.sm2_ids {
                Sm2Word::Either => Sm2Ids::Either,
                Sm2Word::Standard => Sm2Ids::Standard,
                Sm2Word::Draft => Sm2Ids::Draft,
            },
            left_aligned: self.quirks.contains(&Quirk::LeftAligned),
            deadline: self.deadline_s.map_or(plain.deadline, Duration::from_secs),
        }
    }
}
