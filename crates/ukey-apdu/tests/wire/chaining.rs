//! Long commands in links.

use ukey_apdu::chaining::{MAX_CHAINED_DATA, Reassembler, split};
use ukey_apdu::{Class, CommandApdu, Form, StatusWord};

use super::bytes;

fn push(card: &mut Reassembler, wire: &str) -> Result<Option<CommandApdu>, StatusWord> {
    card.push(CommandApdu::parse(&bytes(wire)).unwrap())
}

#[test]
fn links_carry_the_bit_and_the_last_one_le() {
    let data = bytes("01 02 03 04 05");
    let whole = CommandApdu {
        class: Class::SECURED,
        ins: 0x3A,
        p1: 1,
        p2: 2,
        data,
        ne: Some(4),
    };
    let wire: Vec<String> = split(&whole, 2)
        .iter()
        .map(|link| hex::encode_upper(link.encode(Form::Short).unwrap()))
        .collect();
    assert_eq!(wire, ["943A0102020102", "943A0102020304", "843A0102010504"]);
    assert_eq!(split(&whole, 0).len(), 5);
    assert_eq!(split(&whole, 5), [whole]);
}

#[test]
fn a_command_without_data_is_one_link() {
    let whole = CommandApdu {
        class: Class::PLAIN,
        ins: 0x04,
        p1: 0,
        p2: 0,
        data: vec![],
        ne: Some(9),
    };
    assert_eq!(split(&whole, 10), [whole]);
}

#[test]
fn links_become_the_command() {
    let mut card = Reassembler::default();
    assert_eq!(push(&mut card, "90 3A 01 02 02 AA BB"), Ok(None));
    assert_eq!(push(&mut card, "90 3A 01 02 00 00 01 CC"), Ok(None));
    let whole = push(&mut card, "80 3A 01 02 01 DD 00").unwrap().unwrap();
    assert_eq!(
        whole,
        CommandApdu::parse(&bytes("80 3A 01 02 04 AA BB CC DD 00")).unwrap()
    );
    // The next command has nothing to do with it.
    let next = push(&mut card, "80 3A 01 02 01 EE").unwrap().unwrap();
    assert_eq!(next.data, [0xEE]);
}

#[test]
fn a_last_link_may_be_empty() {
    let mut card = Reassembler::default();
    push(&mut card, "90 3A 00 00 02 AA BB").unwrap();
    let whole = push(&mut card, "80 3A 00 00 00").unwrap().unwrap();
    assert_eq!(
        (whole.data.as_slice(), whole.ne),
        (&[0xAA, 0xBB][..], Some(256))
    );
}

#[test]
fn another_command_in_between_drops_the_chain() {
    for other in [
        "80 04 00 00 00",
        "80 3A 01 00 01 EE",
        "80 3A 00 01 01 EE",
        "84 3A 00 00 01 EE",
        "90 3C 00 00 01 EE",
    ] {
        let mut card = Reassembler::default();
        push(&mut card, "90 3A 00 00 02 AA BB").unwrap();
        let between = push(&mut card, other).unwrap();
        if let Some(command) = between {
            assert_eq!(command, CommandApdu::parse(&bytes(other)).unwrap());
        }
        let after = push(&mut card, "80 3A 00 00 01 CC").unwrap().unwrap();
        assert_eq!(after.data, [0xCC], "{other}");
    }
}

#[test]
fn reset_drops_the_chain() {
    let mut card = Reassembler::default();
    push(&mut card, "90 3A 00 00 02 AA BB").unwrap();
    card.clear();
    let after = push(&mut card, "80 3A 00 00 01 CC").unwrap().unwrap();
    assert_eq!(after.data, [0xCC]);
}

#[test]
fn plain_and_secured_links_do_not_mix() {
    let mut card = Reassembler::default();
    push(&mut card, "90 16 01 00 02 AA BB").unwrap();
    let secured = push(&mut card, "84 16 01 00 01 CC").unwrap().unwrap();
    assert_eq!(
        (secured.class, secured.data.as_slice()),
        (Class::SECURED, &[0xCC][..])
    );
}

/// The tail of a chain that is too long must not be taken for a command of its own.
#[test]
fn a_chain_that_is_too_long_is_refused_to_its_end() {
    let mut card = Reassembler::new(4);
    assert_eq!(push(&mut card, "90 3A 00 00 03 AA BB CC"), Ok(None));
    assert_eq!(
        push(&mut card, "90 3A 00 00 02 DD EE"),
        Err(StatusWord::WRONG_LENGTH)
    );
    assert_eq!(
        push(&mut card, "90 3A 00 00 01 FF"),
        Err(StatusWord::WRONG_LENGTH)
    );
    assert_eq!(
        push(&mut card, "80 3A 00 00 01 FF"),
        Err(StatusWord::WRONG_LENGTH)
    );
    let next = push(&mut card, "80 3A 00 00 01 11").unwrap().unwrap();
    assert_eq!(next.data, [0x11]);
}

#[test]
fn chains_are_longer_than_one_apdu() {
    let whole = CommandApdu {
        class: Class::PLAIN,
        ins: 0x3A,
        p1: 0,
        p2: 0,
        data: (0..MAX_CHAINED_DATA).map(|index| index as u8).collect(),
        ne: None,
    };
    let mut card = Reassembler::default();
    let mut result = None;
    for link in split(&whole, 100_000) {
        assert!(link.data.len() <= 65_535);
        result = card.push(link).unwrap();
    }
    assert_eq!(result, Some(whole.clone()));

    let mut too_long = whole.clone();
    too_long.data.push(0);
    let last = split(&too_long, 65_535)
        .into_iter()
        .map(|link| card.push(link))
        .last();
    assert_eq!(last, Some(Err(StatusWord::WRONG_LENGTH)));
}
