#![allow(clippy::unwrap_used)]

use std::io::Cursor;

use super::{BerReader, MAX_DEPTH};
use crate::asn1;
use crate::error::{Error, Result};

fn reader(bytes: &[u8]) -> BerReader<Cursor<Vec<u8>>> {
    BerReader::new(Cursor::new(bytes.to_vec()), "test")
}

fn element(digits: &str) -> Result<String> {
    let bytes = hex::decode(digits.replace(' ', "")).unwrap();
    let mut reader = reader(&bytes);
    let element = reader.element()?;
    reader.finish()?;
    Ok(hex::encode(element))
}

#[test]
fn elements_become_der() {
    for (ber, der) in [
        ("02 01 05", "020105"),
        // Lengths in more octets than needed.
        ("02 81 01 05", "020105"),
        ("30 82 00 03 02 01 05", "3003020105"),
        // Indefinite, nested.
        ("30 80 31 80 05 00 00 00 00 00", "300431020500"),
        ("30 80 00 00", "3000"),
        // Segmented strings, also nested.
        ("24 80 04 01 AA 04 02 BB CC 00 00", "0403aabbcc"),
        ("30 80 24 06 24 04 04 02 AA BB 00 00", "30040402aabb"),
    ] {
        assert_eq!(element(ber).unwrap(), der, "{ber}");
    }
}

#[test]
fn broken_elements_are_refused() {
    for ber in [
        "02 80 00 00",                      // primitive with indefinite length
        "1F 21 00",                         // tag number above 30
        "00 00",                            // end without a beginning
        "30 02 00 00",                      // the same inside a definite length
        "30 03 02 02 05 06",                // inner element longer than the outer
        "30 80 30 03 02 02 05 06 00 00",    // the same one level down
        "30 01 02 01 05",                   // a header that straddles the end
        "04 89 01 00 00 00 00 00 00 00 00", // nine octets of length
        "04 88 FF FF FF FF FF FF FF FF",    // beyond every file
        "24 80 02 01 05 00 00",             // a segment that is no OCTET STRING
        "30 05 30 80 02 01 05 00 00",       // the end marker outside of the outer element
    ] {
        assert!(
            matches!(element(ber), Err(Error::Malformed { .. })),
            "{ber}: {:?}",
            element(ber)
        );
    }
    for ber in [
        "", "30", "30 80", "30 80 00", "30 05 02", "04 03 AA", "04 82 01",
    ] {
        assert!(
            matches!(element(ber), Err(Error::Truncated { .. })),
            "{ber}"
        );
    }
    assert!(matches!(
        element("05 00 00"),
        Err(Error::TrailingData { .. } | Error::Truncated { .. })
    ));
}

#[test]
fn a_claimed_size_costs_no_memory() {
    // 1 TiB claimed, nothing there.
    let found = element("04 86 01 00 00 00 00 00");
    assert!(matches!(found, Err(Error::TooLarge { .. })), "{found:?}");
    // Just below the limit, nothing there.
    assert!(matches!(
        element("04 83 F0 00 00 01"),
        Err(Error::Truncated { .. })
    ));
    // Endless empty elements.
    let mut endless = vec![0x30, 0x80];
    endless.extend([0x05, 0x00].repeat(3 * 1024 * 1024));
    assert!(matches!(
        reader(&endless).element(),
        Err(Error::TooLarge { .. })
    ));
}

#[test]
fn deep_nesting_is_refused() {
    let nested = |depth: usize| {
        let mut bytes = [0x30, 0x80].repeat(depth);
        bytes.extend([0, 0].repeat(depth));
        reader(&bytes).element()
    };
    nested(MAX_DEPTH).unwrap();
    assert!(matches!(
        nested(MAX_DEPTH + 1),
        Err(Error::Malformed { .. })
    ));
}

#[test]
fn octets_are_read_and_passed_over_alike() {
    for digits in [
        "04 05 0102030405",
        "24 80 04 02 0102 04 00 24 05 04 03 030405 00 00",
        "24 0B 04 02 0102 24 80 04 03 030405 0000",
    ] {
        let string = hex::decode(digits.replace(' ', "")).unwrap();
        if digits.starts_with("24 0B") {
            // The inner end marker makes it longer than stated.
            assert!(matches!(collect(&string), Err(Error::Malformed { .. })));
            continue;
        }
        assert_eq!(collect(&string).unwrap(), [1, 2, 3, 4, 5]);
        let mut reader = reader(&[&string[..], &[5, 0]].concat());
        let header = reader.header().unwrap();
        let position = reader.position();
        let mut octets = reader.octets(header).unwrap();
        reader.skip_octets(&mut octets).unwrap();
        assert_eq!(reader.peek_tag().unwrap(), Some(asn1::NULL));
        reader.rewind(position).unwrap();
        let mut octets = reader.octets(header).unwrap();
        let mut piece = Vec::new();
        let mut all = Vec::new();
        loop {
            reader.next_octets(&mut octets, &mut piece).unwrap();
            if piece.is_empty() {
                break;
            }
            all.extend_from_slice(&piece);
        }
        assert_eq!(all, [1, 2, 3, 4, 5]);
    }
}

fn collect(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut reader = reader(bytes);
    let header = reader.header()?;
    let mut octets = reader.octets(header)?;
    let (mut piece, mut all) = (Vec::new(), Vec::new());
    loop {
        reader.next_octets(&mut octets, &mut piece)?;
        if piece.is_empty() {
            return Ok(all);
        }
        all.extend_from_slice(&piece);
    }
}
