//! Status words lose nothing.

use crate::status::{NAMED, StatusKind, StatusWord};

#[test]
fn every_word_survives_its_kind() {
    for value in 0..=u16::MAX {
        let word = StatusWord(value);
        assert_eq!(StatusWord::from(word.kind()), word);
    }
}

#[test]
fn named_words_are_distinct_and_not_other() {
    let mut values: Vec<u16> = NAMED.iter().map(|word| word.0).collect();
    values.sort_unstable();
    values.dedup();
    assert_eq!(values.len(), NAMED.len());
    assert!(
        NAMED
            .iter()
            .all(|word| !matches!(word.kind(), StatusKind::Other(_)))
    );
}

#[test]
fn counts_travel_in_the_word() {
    assert_eq!(
        StatusWord(0x63C5).kind(),
        StatusKind::WrongPin { tries_left: 5 }
    );
    assert_eq!(
        StatusWord(0x63C0).kind(),
        StatusKind::WrongPin { tries_left: 0 }
    );
    assert_eq!(StatusWord(0x6300).kind(), StatusKind::Other(0x6300));
    assert_eq!(StatusWord(0x63D0).kind(), StatusKind::Other(0x63D0));
    assert_eq!(StatusWord(0x6125).kind(), StatusKind::BytesRemaining(0x25));
    assert_eq!(StatusWord(0x6C0A).kind(), StatusKind::ExactLength(10));
    assert_eq!(StatusWord::wrong_pin(3), StatusWord(0x63C3));
    assert_eq!(StatusWord::wrong_pin(200), StatusWord(0x63CF));
    assert_eq!(StatusWord::bytes_remaining(37), StatusWord(0x6125));
    assert_eq!(StatusWord::bytes_remaining(256), StatusWord(0x6100));
    assert_eq!(StatusWord::exact_length(256), StatusWord(0x6C00));
}

#[test]
fn words_read_well_in_a_log() {
    assert_eq!(
        StatusWord(0x6A88).to_string(),
        "6A88 (application not found)"
    );
    assert_eq!(StatusWord(0x63C2).to_string(), "63C2 (wrong PIN)");
    assert_eq!(StatusWord(0x1234).to_string(), "1234 (unknown status)");
}
