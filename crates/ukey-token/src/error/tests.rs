use super::*;

/// Rows of docs/apdu.md, written by hand.
#[test]
fn every_known_status_word_has_its_meaning() {
    let verify = Ins::VerifyPin as u8;
    let rows = [
        (0x63C3, Error::PinIncorrect { tries_left: 3 }),
        (0x63C0, Error::PinIncorrect { tries_left: 0 }),
        (0x6581, Error::MemoryFailure),
        (0x6700, Error::InvalidLength),
        (0x6982, Error::NotLoggedIn),
        (0x6983, Error::PinLocked),
        (0x6984, Error::PinNotSet),
        (0x6985, Error::Conditions),
        (0x6A80, Error::InvalidData),
        (0x6A81, Error::NotSupported),
        (0x6A82, Error::FileNotFound),
        (0x6A83, Error::ObjectNotFound),
        (0x6A84, Error::NoSpace),
        (0x6A86, Error::InvalidParameter),
        (0x6A88, Error::ApplicationNotFound),
        (0x6A89, Error::ApplicationExists),
        (0x6A8A, Error::FileExists),
        (0x6A93, Error::ContainerExists),
        (0x6A94, Error::ContainerNotFound),
        (0x6A95, Error::KeyNotFound),
        (0x6A96, Error::CertificateNotFound),
        (0x6A97, Error::ContainerLimit),
        (0x6A98, Error::SignatureInvalid),
        (0x6D00, Error::NotSupported),
        (0x6E00, Error::NotSupported),
        (
            0x6F00,
            Error::Status {
                ins: verify,
                sw: 0x6F00,
            },
        ),
        (
            0x6A9D,
            Error::Status {
                ins: verify,
                sw: 0x6A9D,
            },
        ),
    ];
    for (sw, error) in rows {
        assert_eq!(
            Error::from_status(verify, StatusWord(sw)),
            error,
            "{sw:04X}"
        );
    }
}

#[test]
fn a_refused_security_status_depends_on_the_command() {
    let meaning = |ins: Ins| Error::from_status(ins as u8, StatusWord(0x6982));
    assert_eq!(
        meaning(Ins::CreateApplication),
        Error::DeviceNotAuthenticated
    );
    assert_eq!(meaning(Ins::DevAuth), Error::DeviceAuthenticationFailed);
    assert_eq!(meaning(Ins::ReadFile), Error::AccessDenied);
    assert_eq!(meaning(Ins::EccSignData), Error::NotLoggedIn);
}
