//! From the return codes of SKF libraries to status words. The standard binds no code to a function, so what a code
//! means depends on the command where libraries differ.

use ukey_apdu::{Ins, StatusWord};

/// What a return code means in answer to a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// As a card would say it.
    Status(StatusWord),
    /// A handle is not valid any more: what it stood for was closed or deleted elsewhere.
    Stale,
    /// The device is gone.
    Lost,
}

/// SAR_FAIL and codes of vendors: what is most likely wrong with the command.
fn unspecific(ins: Ins) -> StatusWord {
    StatusWord(match ins {
        Ins::OpenContainer | Ins::DeleteContainer => 0x6A94,
        Ins::OpenApplication | Ins::DeleteApplication => 0x6A88,
        Ins::ExportCertificate => 0x6A96,
        Ins::ExportPubKey => 0x6A95,
        Ins::GetFileInfo => 0x6A82,
        _ => 0x6F00,
    })
}

/// GM/T 0016-2012 annex A; 0x33 and up from the 2023 edition and, before it, from vendors.
pub(super) fn meaning(ins: Ins, code: u32) -> Meaning {
    let status = match code {
        0x0A00_0003 => 0x6A81,
        0x0A00_0005 => return Meaning::Stale,
        0x0A00_0023 => return Meaning::Lost,
        0x0A00_0006 => 0x6A86,
        0x0A00_0009 | 0x0A00_000B | 0x0A00_0011 | 0x0A00_0016 | 0x0A00_0019 | 0x0A00_001E => 0x6A80,
        0x0A00_000A | 0x0A00_0021 | 0x0A00_000C => 0x6985,
        0x0A00_0010 => 0x6700,
        0x0A00_001A => 0x6A98,
        0x0A00_001B => 0x6A95,
        0x0A00_001C => 0x6A96,
        0x0A00_0025 => 0x6983,
        0x0A00_0029 => 0x6984,
        0x0A00_002B | 0x0A00_002E => 0x6A88,
        0x0A00_002C => 0x6A89,
        0x0A00_002D | 0x0A00_003A | 0x0A00_003B => 0x6982,
        0x0A00_002F => 0x6A8A,
        0x0A00_0030 => 0x6A84,
        0x0A00_0031 => 0x6A82,
        0x0A00_0032 => 0x6A97,
        0x0A00_0034 | 0x0A00_0036 | 0x0A00_0047 | 0x0A00_0101 => 0x6A94,
        0x0A00_0037 => 0x6A93,
        _ => return Meaning::Status(unspecific(ins)),
    };
    Meaning::Status(StatusWord(status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    #[test]
    fn codes_become_the_errors_that_they_name() {
        let error = |ins: Ins, low: u32| match meaning(ins, 0x0A00_0000 | low) {
            Meaning::Status(sw) => Error::from_status(ins as u8, sw),
            Meaning::Stale | Meaning::Lost => Error::Removed,
        };
        for (ins, low, expected) in [
            (Ins::EccSignData, 0x2D, Error::NotLoggedIn),
            (Ins::EccSignData, 0x1B, Error::KeyNotFound),
            (Ins::EccSignData, 0x23, Error::Removed),
            (Ins::VerifyPin, 0x25, Error::PinLocked),
            (Ins::CreateApplication, 0x3B, Error::DeviceNotAuthenticated),
            (Ins::CreateApplication, 0x2D, Error::DeviceNotAuthenticated),
            (Ins::ReadFile, 0x3A, Error::AccessDenied),
            (Ins::OpenContainer, 0x01, Error::ContainerNotFound),
            (Ins::OpenContainer, 0x36, Error::ContainerNotFound),
            (Ins::OpenContainer, 0x101, Error::ContainerNotFound),
            (Ins::OpenApplication, 0x01, Error::ApplicationNotFound),
            (Ins::ExportCertificate, 0x01, Error::CertificateNotFound),
            (Ins::CreateContainer, 0x32, Error::ContainerLimit),
            (Ins::ExportPubKey, 0x1B, Error::KeyNotFound),
        ] {
            assert_eq!(error(ins, low), expected, "{ins:?} {low:#x}");
        }
    }
}
