//! 7.1 Device management.

use std::time::Duration;

use ukey_ffi::{Room, padded};
use ukey_token::{DevInfo, Error as TokenError, Reader, transport::TransportError};

use super::{Answer, MAX_INPUT};
use crate::abi::types::{DEVINFO, VERSION};
use crate::error::Error;
use crate::handles::DeviceHandle;
use crate::library::Library;
use crate::ops::{access::AuthKeys, ecc::MAX_ECC_PLAINTEXT};

/// `DEV_ABSENT_STATE`.
const ABSENT: u32 = 0;
/// `DEV_PRESENT_STATE`.
const PRESENT: u32 = 1;
/// `DEV_UNKNOW_STATE`.
const UNKNOWN: u32 = 2;

/// SM4 in ECB, CBC, CFB, OFB and MAC; in the host for keys of SKF_SetSymmKey.
const SYMMETRIC: u32 = 0x0000_041F;
/// SGD_RSA and the SM2 numbers of both families.
const ASYMMETRIC: u32 = 0x0003_0F00;
/// SM3, SHA-1 and SHA-256, in the host.
const DIGESTS: u32 = 0x0000_0007;

/// Longest label in bytes (7.1.8: below 32).
pub(crate) const MAX_LABEL: usize = 31;

/// Names of the tokens that are present, or of all readers.
pub(crate) fn enumerate(library: &Library, present: bool) -> Vec<u8> {
    library.look();
    let readers = library.registry.readers();
    padded::name_list(
        readers
            .iter()
            .filter(|reader| !present || has_token(reader))
            .map(|reader| reader.name()),
    )
}

/// Whether there is a card that may be ours. One that cannot be asked right now counts.
fn has_token(reader: &Reader) -> bool {
    let is_none = || {
        matches!(
            reader.device(),
            Err(TokenError::ForeignCard
                | TokenError::NoToken
                | TokenError::Transport(TransportError::Mute))
        )
    };
    reader.is_present() && !is_none()
}

pub(crate) fn connect(library: &Library, name: &str) -> Result<*mut std::ffi::c_void, Error> {
    // Names are stable; a look at all readers is only needed for one that came since.
    let reader = library.registry.reader(name).or_else(|| {
        library.registry.refresh().ok();
        library.registry.reader(name)
    });
    let device = reader
        .ok_or(Error::NoDevice)?
        .device()?
        .for_another_client();
    let handle = DeviceHandle {
        token: device,
        auth: AuthKeys::default().into(),
    };
    Ok(library.devices.insert(handle).to_ptr())
}

/// Frees the handle, its lock and everything opened through it. The security state of the device stays.
pub(crate) fn disconnect(library: &Library, handle: *mut std::ffi::c_void) -> Result<(), Error> {
    library.disconnect(handle)?.token.unlock();
    Ok(())
}

pub(crate) fn state(library: &Library, name: &str) -> u32 {
    library.registry.refresh().ok();
    match library.registry.reader(name) {
        Some(reader) if reader.is_present() && has_token(&reader) => PRESENT,
        Some(reader) if reader.is_present() => UNKNOWN,
        _ => ABSENT,
    }
}

pub(crate) fn set_label(device: &DeviceHandle, label: &str) -> Result<(), Error> {
    if label.len() > MAX_LABEL {
        return Err(Error::NameLength("label"));
    }
    Ok(device.token.set_label(label)?)
}

pub(crate) fn info(device: &DeviceHandle) -> Result<DEVINFO, Error> {
    Ok(skf_info(&device.token.info()?))
}

/// The DEVINFO of GM/T 0016 from that of GM/T 0017. Capabilities are those of this library over this token.
fn skf_info(info: &DevInfo) -> DEVINFO {
    let version = |v: [u8; 2]| VERSION {
        major: v[0],
        minor: v[1],
    };
    DEVINFO {
        Version: version([1, 0]),
        Manufacturer: padded::nul(&info.manufacturer.to_text()),
        Issuer: padded::nul(&info.issuer.to_text()),
        Label: padded::nul(&info.label.to_text()),
        SerialNumber: padded::nul(&info.serial_number.to_text()),
        HWVersion: version([info.hw_version.major, info.hw_version.minor]),
        FirmwareVersion: version([info.firmware_version.major, info.firmware_version.minor]),
        AlgSymCap: SYMMETRIC,
        AlgAsymCap: ASYMMETRIC,
        AlgHashCap: DIGESTS,
        DevAuthAlgId: info.dev_auth_alg_id,
        TotalSpace: info.total_space,
        FreeSpace: info.free_space,
        MaxECCBufferSize: MAX_ECC_PLAINTEXT as u32,
        MaxBufferSize: MAX_INPUT as u32,
        Reserved: [0; 64],
    }
}

/// Takes the device for this handle; again and at once if this handle has it.
pub(crate) fn lock(device: &DeviceHandle, timeout_ms: u32) -> Result<(), Error> {
    let timeout = (timeout_ms != u32::MAX).then(|| Duration::from_millis(timeout_ms.into()));
    Ok(device.token.lock(timeout)?)
}

pub(crate) fn unlock(device: &DeviceHandle) {
    device.token.unlock();
}

/// Longest answer APDU: 65536 bytes and the status word.
const MAX_ANSWER: usize = 65_538;

/// One raw command APDU; the answer ends with the status word. A length query sends nothing.
pub(crate) fn transmit(device: &DeviceHandle, command: &[u8], room: Room) -> Result<Answer, Error> {
    if room == Room::Query {
        return Ok(Answer::Length(MAX_ANSWER));
    }
    Ok(Answer::public(device.token.transmit(command)?))
}
