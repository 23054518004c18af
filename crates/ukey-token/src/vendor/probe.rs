//! What a library exports and how it deviates, as far as that shows without a PIN and without changing anything.

use super::layout::{self, Layout, Packing};
use std::path::Path;
use ukey_apdu::DevInfo;
use ukey_ffi::foreign::{self, EXTENSIONS, Fault, LoadError, STANDARD, UlongWidth};

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Functions of the standard and its drafts that it exports.
    pub exported: Vec<&'static str>,
    /// Those that it does not.
    pub missing: Vec<&'static str>,
    /// Functions of vendors that it exports.
    pub extensions: Vec<&'static str>,
    /// Width of ULONG, if a list of devices showed it.
    pub ulong: Option<UlongWidth>,
    /// Packing of structures, if the device information showed it.
    pub packing: Option<Packing>,
    /// How it answers the question for a length.
    pub lengths: Lengths,
    /// Its devices.
    pub devices: Vec<Device>,
}

/// How a library answers the question for the length of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lengths {
    /// With the length that the list has.
    Exact,
    /// With another one.
    Wrong {
        /// What it told.
        told: u64,
        /// What it wrote.
        written: u64,
    },
    /// With an error.
    Refused(u32),
    /// It lists no devices at all.
    Unknown(u32),
}

/// A device and what it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Name for SKF_ConnectDev.
    pub name: String,
    /// Manufacturer, label, serial number, algorithms.
    pub info: Result<DeviceFacts, Fault>,
    /// Its applications.
    pub applications: Result<Vec<String>, Fault>,
}

/// The part of DEVINFO that clients go by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceFacts {
    /// Manufacturer.
    pub manufacturer: String,
    /// Label.
    pub label: String,
    /// Serial number.
    pub serial_number: String,
    /// Block ciphers, a combination of SGD numbers.
    pub sym: u32,
    /// Public-key algorithms.
    pub asym: u32,
    /// Digests.
    pub hash: u32,
    /// Block cipher of device authentication.
    pub auth: u32,
    /// Bytes in all and free.
    pub space: (u32, u32),
}

impl Probe {
    /// The layout that was seen; where nothing was seen, that of the standard.
    pub fn layout(&self) -> Layout {
        Layout {
            ulong: self.ulong.unwrap_or_default(),
            packing: self.packing.unwrap_or_default(),
            ..Layout::default()
        }
    }
}

/// Loads a library and looks at it. It is called with the width of ULONG that its first answer shows.
///
/// # Errors
/// [`LoadError`].
pub fn probe(path: &Path) -> Result<Probe, LoadError> {
    let exported = foreign::exported(path, STANDARD)?;
    let extensions = foreign::exported(path, EXTENSIONS)?;
    let listing = foreign::listing(path)?;
    let missing = STANDARD
        .iter()
        .copied()
        .filter(|name| !exported.contains(name));
    let mut found = Probe {
        missing: missing.collect(),
        exported,
        extensions,
        ulong: listing.ulong,
        packing: None,
        lengths: lengths(&listing),
        devices: Vec::new(),
    };
    look_at_devices(path, &mut found)?;
    Ok(found)
}

fn lengths(listing: &foreign::Listing) -> Lengths {
    let written = listing.written.len() as u64;
    match (listing.code, listing.query_code, listing.told) {
        (0, 0, Some(told)) if told == written => Lengths::Exact,
        (0, 0, told) => Lengths::Wrong {
            told: told.unwrap_or_default(),
            written,
        },
        (0, refused, _) => Lengths::Refused(refused),
        (code, ..) => Lengths::Unknown(code),
    }
}

fn look_at_devices(path: &Path, found: &mut Probe) -> Result<(), LoadError> {
    let skf = foreign::load(path, found.ulong.unwrap_or_default())?;
    let Ok(list) = skf.devices() else {
        return Ok(());
    };
    for name in layout::names(&list) {
        let text = String::from_utf8_lossy(name).into_owned();
        let device = match skf.connect(name) {
            Ok(device) => device,
            Err(fault) => {
                found.devices.push(Device {
                    name: text,
                    info: Err(fault),
                    applications: Err(fault),
                });
                continue;
            }
        };
        let info = skf.device_info(device, Layout::LARGEST);
        let applications = skf.applications(device).map(|list| {
            let names = layout::names(&list).into_iter();
            names
                .map(|name| String::from_utf8_lossy(name).into_owned())
                .collect()
        });
        // Nothing was opened that would be lost.
        let _ = skf.disconnect(device);
        if let Ok(bytes) = &info {
            found.packing = found.packing.or(packing(found.layout(), bytes));
        }
        let layout = found.layout();
        found.devices.push(Device {
            name: text,
            info: info.map(|bytes| facts(&layout::device_info(layout, &bytes))),
            applications,
        });
    }
    Ok(())
}

/// The packing in which the numbers of DEVINFO make sense.
pub(super) fn packing(known: Layout, bytes: &[u8]) -> Option<Packing> {
    [Packing::One, Packing::Natural]
        .into_iter()
        .find(|packing| {
            let layout = Layout {
                packing: *packing,
                ..known
            };
            makes_sense(&layout::device_info(layout, bytes))
        })
}

/// Capabilities are never all zero, one cipher authenticates the device, and there is not more free than there is.
fn makes_sense(info: &DevInfo) -> bool {
    let cipher = info.dev_auth_alg_id;
    let is_cipher = (0x100..0x10000).contains(&cipher) && (cipher & 0xFF).is_power_of_two();
    (is_cipher || cipher == 0) && info.total_space > 0 && info.free_space <= info.total_space
}

fn facts(info: &DevInfo) -> DeviceFacts {
    DeviceFacts {
        manufacturer: info.manufacturer.to_text(),
        label: info.label.to_text(),
        serial_number: info.serial_number.to_text(),
        sym: info.alg_sym_cap,
        asym: info.alg_asym_cap,
        hash: info.alg_hash_cap,
        auth: info.dev_auth_alg_id,
        space: (info.total_space, info.free_space),
    }
}
