//! Framing of profile "P1".

use ukey_apdu::request::auth::{ChangeDevAuthKey, ChangePin};
use ukey_apdu::secure::*;
use ukey_apdu::{CommandApdu, DecodeError, Field, Reader};

use super::{bytes, refused};

const R8: Challenge = [1, 2, 3, 4, 5, 6, 7, 8];

#[test]
fn blocks_are_made_from_the_challenge() {
    assert_eq!(
        verify_pin_block(&R8).to_vec(),
        bytes("0102030405060708 80 00*7")
    );
    assert_eq!(
        device_auth_block(&R8).to_vec(),
        bytes("0102030405060708 00*8")
    );
    assert_eq!(
        session_key_block(&R8).to_vec(),
        bytes("0102030405060708 FEFDFCFBFAF9F8F7")
    );
    assert_eq!(mac_iv(&R8).to_vec(), bytes("0102030405060708 00*8"));
}

#[test]
fn frames_have_length_and_padding() {
    assert_eq!(
        *frame(b"123456").unwrap(),
        bytes("00 06 313233343536 80 00*7")
    );
    assert_eq!(*frame(b"").unwrap(), bytes("00 00 80 00*13"));
    // 13 bytes leave room for 80 alone; 14 need another block.
    assert_eq!(*frame(&[0x31; 13]).unwrap(), bytes("00 0D 31*13 80"));
    assert_eq!(*frame(&[0x31; 14]).unwrap(), bytes("00 0E 31*14 80 00*15"));
    assert!(frame(&[0; 65_536]).is_err());
}

#[test]
fn frames_open_only_when_exact() {
    assert_eq!(
        *unframe(&bytes("00 06 313233343536 80 00*7")).unwrap(),
        b"123456"
    );
    assert_eq!(*unframe(&bytes("00 00 80 00*13")).unwrap(), b"");
    assert_eq!(
        *unframe(&bytes("00 0E 31*14 80 00*15")).unwrap(),
        [0x31; 14]
    );
    for bad in [
        "",
        "00",
        "00 06 313233343536 00*8",       // no 80
        "00 06 313233343536 80 01 00*6", // not only zeros
        "00 05 313233343536 80 00*7",    // wrong length
        "00 06 313233343536 80 00*6",    // not whole blocks
        "00 06 313233343536 80 00*23",   // a block too many
        "FF FF 80 00*13",                // longer than the frame
        "00 0E 31*14",                   // no room for 80
    ] {
        assert!(unframe(&bytes(bad)).is_err(), "{bad}");
    }
}

#[test]
fn mac_covers_header_length_and_data() {
    let command = CommandApdu::parse(&bytes("84 16 01 00 00 00 16 10 00 EE*16 00*4")).unwrap();
    let input = bytes("84 16 01 00 00 00 16 10 00 EE*16 80 00*6");
    assert_eq!(*mac_input(&command).unwrap(), input);
    // The MAC itself is not looked at, and a chain counts as the whole command.
    let mut other = command.clone();
    other.data[18..].copy_from_slice(&[9; 4]);
    other.class = other.class.with_chaining();
    assert_eq!(*mac_input(&other).unwrap(), input);
    let short = CommandApdu::parse(&bytes("84 12 00 00 03 01 02 03")).unwrap();
    assert_eq!(mac_input(&short), Err(DecodeError::Truncated));
}

/// When the covered bytes fill their blocks, the padding is a block of its own.
#[test]
fn mac_input_always_has_padding() {
    let command = CommandApdu::parse(&bytes("80 16 00 00 00 00 0D EE*9 00*4")).unwrap();
    assert_eq!(
        *mac_input(&command).unwrap(),
        bytes("80 16 00 00 00 00 0D EE*9 80 00*15")
    );
}

#[test]
fn secured_fields_are_whole_blocks_and_a_mac() {
    refused::<ChangePin>("84 16 01 00 02 10 00", 0x6700);
    refused::<ChangePin>("84 16 01 00 06 10 00 11*4", 0x6700);
    refused::<ChangePin>("84 16 01 00 15 10 00 EE*15 11*4", 0x6700);
    refused::<ChangePin>("80 16 01 00 16 10 00 EE*16 11*4", 0x6E00);
    refused::<ChangePin>("84 16 02 00 16 10 00 EE*16 11*4", 0x6A86);
    refused::<ChangeDevAuthKey>("80 12 00 00 14 EE*16 11*4", 0x6E00);
}

#[test]
fn the_challenge_goes_before_the_secret() {
    let bound = bind_challenge(&R8, b"1234");
    assert_eq!(*bound, bytes("0102030405060708 31323334"));
    let opened = BoundSecret::get(&mut Reader::new(&bound)).unwrap();
    assert_eq!(
        (opened.challenge, opened.secret.expose()),
        (R8, &b"1234"[..])
    );
    assert_eq!(
        BoundSecret::get(&mut Reader::new(&bound[..7])),
        Err(DecodeError::Truncated)
    );
}
