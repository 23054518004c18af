//! Cards in a reader that are no USBKEY, and one that does not even answer: both libraries say that something
//! is there and that it is not theirs, and a USBKEY put in afterwards works.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use cryptoki::error::RvError;
use ukey_tests::pcsc_test;
use ukey_tests::pkcs11::{load_module, new_token, rv};
use ukey_tests::skf::Skf;

const LIMIT: Duration = Duration::from_secs(120);

fn try_card(test: &str, atr: &str) {
    pcsc_test(test, LIMIT, |lab| {
        lab.insert_foreign(0, atr).unwrap();
        let reader = lab.readers()[0].clone();

        let module = load_module();
        let slot = module.get_all_slots().unwrap()[0];
        assert_eq!(module.get_slots_with_token().unwrap(), []);
        let refused = module.get_token_info(slot).unwrap_err();
        assert_eq!(rv(&refused), RvError::TokenNotRecognized);
        let refused = module.open_ro_session(slot).unwrap_err();
        assert_eq!(rv(&refused), RvError::TokenNotRecognized);

        let skf = Skf::load();
        assert_eq!(skf.devices().unwrap(), [""; 0]);
        assert_eq!(skf.state(&reader), Ok(2), "DEV_UNKNOW_STATE");

        lab.pull(0).unwrap();
        assert_eq!(skf.state(&reader), Ok(0), "DEV_ABSENT_STATE");
        let absent = module.get_token_info(slot).unwrap_err();
        assert_eq!(rv(&absent), RvError::TokenNotPresent);

        lab.insert(0, &lab.folder().join("token.img")).unwrap();
        assert_eq!(skf.state(&reader), Ok(1), "DEV_PRESENT_STATE");
        assert_eq!(skf.devices().unwrap(), [reader]);
        new_token(&module).unwrap();
    });
}

#[test]
fn a_card_that_is_no_key_is_told_from_an_empty_reader() {
    try_card(
        "a_card_that_is_no_key_is_told_from_an_empty_reader",
        "3B021450",
    );
}

/// The virtual reader takes a card without an answer for none; one with a longer answer than ISO 7816-3 allows it
/// cannot power up, and pcscd calls that mute.
#[test]
fn a_card_that_does_not_answer_is_told_from_an_empty_reader() {
    try_card(
        "a_card_that_does_not_answer_is_told_from_an_empty_reader",
        &"3B".repeat(40),
    );
}
