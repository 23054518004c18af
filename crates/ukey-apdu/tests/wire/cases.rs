//! The seven cases of ISO 7816-3, and everything that is none of them.

use ukey_apdu::{Class, CommandApdu, EncodeError, Form, NE_ALL, StatusWord};

use super::bytes;

fn parts(wire: &str) -> Option<(Vec<u8>, Option<u32>)> {
    match CommandApdu::parse(&bytes(wire)) {
        Ok(command) => {
            assert_eq!(command.class, Class(0x80));
            assert_eq!((command.ins, command.p1, command.p2), (0x50, 0x01, 0x02));
            Some((command.data.clone(), command.ne))
        }
        Err(sw) => {
            assert_eq!(sw, StatusWord::WRONG_LENGTH);
            None
        }
    }
}

#[test]
fn case_1() {
    assert_eq!(parts("80 50 01 02"), Some((vec![], None)));
}

#[test]
fn case_2_short() {
    assert_eq!(parts("80 50 01 02 08"), Some((vec![], Some(8))));
    assert_eq!(parts("80 50 01 02 00"), Some((vec![], Some(256))));
}

#[test]
fn case_3_short() {
    assert_eq!(parts("80 50 01 02 01 AA"), Some((vec![0xAA], None)));
    // Seven bytes like case 2E, but the first is no zero.
    assert_eq!(parts("80 50 01 02 02 00 00"), Some((vec![0, 0], None)));
    assert_eq!(
        parts("80 50 01 02 FF AA*255"),
        Some((vec![0xAA; 255], None))
    );
}

#[test]
fn case_4_short() {
    assert_eq!(parts("80 50 01 02 01 AA 10"), Some((vec![0xAA], Some(16))));
    assert_eq!(
        parts("80 50 01 02 02 00 00 00"),
        Some((vec![0, 0], Some(256)))
    );
}

#[test]
fn case_2_extended() {
    assert_eq!(parts("80 50 01 02 00 01 00"), Some((vec![], Some(256))));
    // Not an Lc of zero: seven bytes are always case 2E.
    assert_eq!(parts("80 50 01 02 00 00 00"), Some((vec![], Some(NE_ALL))));
    // Not case 3E with one byte missing.
    assert_eq!(parts("80 50 01 02 00 00 01"), Some((vec![], Some(1))));
}

#[test]
fn case_3_extended() {
    assert_eq!(parts("80 50 01 02 00 00 01 AA"), Some((vec![0xAA], None)));
    assert_eq!(
        parts("80 50 01 02 00 FF FF AA*65535"),
        Some((vec![0xAA; 65_535], None))
    );
}

#[test]
fn case_4_extended() {
    assert_eq!(
        parts("80 50 01 02 00 00 01 AA 00 00"),
        Some((vec![0xAA], Some(NE_ALL)))
    );
    assert_eq!(
        parts("80 50 01 02 00 00 01 AA 01 02"),
        Some((vec![0xAA], Some(258)))
    );
}

#[test]
fn nothing_else_is_a_command() {
    for wire in [
        "",
        "80",
        "80 50 01",
        // Extended, but too short to say so.
        "80 50 01 02 00 00",
        "80 50 01 02 00 01",
        // Lc says more than there is.
        "80 50 01 02 02 AA",
        "80 50 01 02 00 00 02 AA",
        "80 50 01 02 00 FF FF AA",
        // Bytes after Le, and half an extended Le.
        "80 50 01 02 01 AA 10 10",
        "80 50 01 02 00 00 01 AA 00",
        "80 50 01 02 00 00 01 AA 00 00 00",
        // An extended Lc of zero.
        "80 50 01 02 00 00 00 00",
        "80 50 01 02 00 00 00 00 00",
        "80 50 01 02 00 00 00 00 00 00",
    ] {
        assert_eq!(parts(wire), None, "{wire}");
    }
}

fn command(data: Vec<u8>, ne: Option<u32>) -> CommandApdu {
    CommandApdu {
        class: Class::PLAIN,
        ins: 0x50,
        p1: 1,
        p2: 2,
        data,
        ne,
    }
}

#[test]
fn short_form_is_written() {
    let short = |data, ne| hex::encode_upper(command(data, ne).encode(Form::Short).unwrap());
    assert_eq!(short(vec![], None), "80500102");
    assert_eq!(short(vec![], Some(8)), "8050010208");
    assert_eq!(short(vec![], Some(256)), "8050010200");
    assert_eq!(short(vec![], Some(NE_ALL)), "8050010200");
    assert_eq!(short(vec![0xAA], None), "8050010201AA");
    assert_eq!(short(vec![0xAA], Some(NE_ALL)), "8050010201AA00");
}

#[test]
fn extended_form_is_written() {
    let extended = |data, ne| hex::encode_upper(command(data, ne).encode(Form::Extended).unwrap());
    assert_eq!(extended(vec![], None), "80500102");
    assert_eq!(extended(vec![], Some(8)), "80500102000008");
    assert_eq!(extended(vec![], Some(256)), "80500102000100");
    assert_eq!(extended(vec![], Some(NE_ALL)), "80500102000000");
    assert_eq!(extended(vec![0xAA], None), "80500102000001AA");
    assert_eq!(extended(vec![0xAA], Some(10)), "80500102000001AA000A");
    assert_eq!(extended(vec![0xAA], Some(NE_ALL)), "80500102000001AA0000");
}

#[test]
fn what_does_not_fit_is_refused() {
    let too_long = |length, max| Err(EncodeError::DataTooLong { length, max });
    assert_eq!(
        command(vec![0; 256], None).encode(Form::Short),
        too_long(256, 255)
    );
    assert_eq!(
        command(vec![0; 65_536], None).encode(Form::Extended),
        too_long(65_536, 65_535)
    );
    let bad_ne = |ne| Err(EncodeError::NeOutOfRange(ne));
    assert_eq!(command(vec![], Some(0)).encode(Form::Short), bad_ne(0));
    assert_eq!(command(vec![], Some(0)).encode(Form::Extended), bad_ne(0));
    assert_eq!(command(vec![], Some(257)).encode(Form::Short), bad_ne(257));
    assert_eq!(
        command(vec![], Some(65_537)).encode(Form::Extended),
        bad_ne(65_537)
    );
}

#[test]
fn fitting_the_short_form_is_known_beforehand() {
    for (data, ne, fits) in [
        (255, Some(256), true),
        (0, Some(NE_ALL), true),
        (256, None, false),
        (0, Some(257), false),
    ] {
        let command = command(vec![0; data], ne);
        assert_eq!(command.fits_short(), fits);
        assert_eq!(command.encode(Form::Short).is_ok(), fits);
    }
}
