use super::*;
use crate::{
    Pin, PinType,
    transport::{Limits, script::Script},
};

/// Device information of a plain GM/T 0017 token: 234 bytes of layout 1.0, serial "A1".
fn info() -> String {
    let mut bytes = vec![0; 288];
    bytes[0] = 1;
    bytes[2] = 1;
    bytes[4..8].copy_from_slice(b"ACME");
    bytes[164..166].copy_from_slice(b"A1");
    bytes[226..228].copy_from_slice(&[0x00, 0x01]); // PIN hash: SM3
    let hex: String = bytes.iter().map(|b| format!("{b:02X}")).collect();
    hex + "9000"
}

const OPEN: &str = "80 26 00 00 01 41 0A";
const OPENED_1000: &str = "000000FF 40 40 0040 1000 9000";
const PIN_CRYPTOGRAM: &str = "498AE1405EFB62046FB02BECCA36B79C";
const OPENED_1001: &str = "000000FF 40 40 0040 1001 9000";

fn plain_token() -> Script {
    Script::new(Limits::EXTENDED)
        .on("80 04 00 00 00 00 00", &info())
        .on("80 D0 00 00 0E", "6D00")
}

fn connect(script: &Script) -> Device {
    Device::probe("reader", Box::new(script.clone())).expect("probed")
}

#[test]
fn a_token_without_the_extension_is_a_token() {
    let script = plain_token();
    let device = connect(&script);
    assert!(!device.has_extension());
    assert_eq!(device.cached_info().serial_number.to_text(), "A1");
    assert_eq!(device.change_counter(), Ok(None));
    script.finish();
}

#[test]
fn a_card_that_does_not_know_the_command_is_foreign() {
    let script = Script::new(Limits::EXTENDED).on("80 04 00 00 00 00 00", "6E00");
    let outcome = Device::probe("reader", Box::new(script.clone()));
    assert_eq!(outcome.map(drop), Err(Error::ForeignCard));
    script.finish();
}

#[test]
fn a_card_pulled_while_asked_is_not_foreign() {
    let script =
        Script::new(Limits::EXTENDED).fail("80 04 00 00 00 00 00", TransportError::Removed);
    let outcome = Device::probe("reader", Box::new(script));
    assert_eq!(outcome.map(drop), Err(Error::Removed));
}

/// ClearSecureState stands here for any command that is repeated after a reset.
#[test]
fn after_a_reset_ids_are_asked_for_again_and_logins_are_gone() {
    let script = plain_token()
        .on(OPEN, OPENED_1000)
        .on("80 14 01 00 02 1000 03", "0A0A00 9000")
        .fail("80 14 01 00 02 1000 03", TransportError::Reset)
        .on(OPEN, OPENED_1001)
        .on("80 14 01 00 02 1001 03", "0A0900 9000");
    let app = connect(&script).application("A");
    app.logged(Role::One(PinType::User), true);
    assert_eq!(app.pin_info(PinType::User).expect("first").tries_left, 10);
    assert!(app.login_state().is_in(PinType::User));
    assert_eq!(app.pin_info(PinType::User).expect("second").tries_left, 9);
    assert!(!app.login_state().is_in(PinType::User));
    assert_eq!(app.device().epoch(), 1);
    script.finish();
}

#[test]
fn an_id_closed_elsewhere_is_opened_again() {
    let script = plain_token()
        .on(OPEN, OPENED_1000)
        .on("80 14 01 00 02 1000 03", "0A0A00 9000")
        .on("80 14 01 00 02 1000 03", "6A88")
        .on(OPEN, OPENED_1001)
        .on("80 14 01 00 02 1001 03", "0A0A00 9000");
    let app = connect(&script).application("A");
    app.pin_info(PinType::User).expect("first");
    app.pin_info(PinType::User).expect("second");
    script.finish();
}

#[test]
fn an_application_that_is_not_there_is_asked_for_once() {
    let script = plain_token().on(OPEN, "6A88");
    let app = connect(&script).application("A");
    assert_eq!(app.pin_info(PinType::User), Err(Error::ApplicationNotFound));
    script.finish();
}

/// Bytes computed with OpenSSL: K = first 16 bytes of `openssl dgst -sm3` of "123456",
/// cryptogram = `openssl enc -sm4-ecb -nopad` of 0102030405060708 8000000000000000 under K.
#[test]
fn a_pin_goes_out_as_a_cryptogram_and_is_not_sent_twice() {
    let verify = "80 18 01 00 12 1000 CRYPTOGRAM";
    let verify = verify.replace("CRYPTOGRAM", PIN_CRYPTOGRAM);
    let script = plain_token()
        .on(OPEN, OPENED_1000)
        .on("80 50 00 00 08", "0102030405060708 9000")
        .on(&verify, "63C4")
        .on("80 50 00 00 08", "0102030405060708 9000")
        .fail(&verify, TransportError::Reset);
    let app = connect(&script).application("A");
    let pin = Pin::new(b"123456").expect("a PIN");
    let wrong = app.verify_pin(PinType::User, &pin);
    assert_eq!(wrong, Err(Error::PinIncorrect { tries_left: 4 }));
    let lost = app.verify_pin(PinType::User, &pin);
    assert_eq!(lost, Err(Error::Transport(TransportError::Reset)));
    assert!(!app.login_state().is_in(PinType::User));
    script.finish();
}

#[test]
fn a_pulled_token_stays_dead() {
    let script = plain_token().fail(OPEN, TransportError::Removed);
    let device = connect(&script);
    let app = device.application("A");
    assert_eq!(app.pin_info(PinType::User), Err(Error::Removed));
    assert!(device.is_removed());
    assert_eq!(app.pin_info(PinType::User), Err(Error::Removed));
    script.finish();
}

#[test]
fn a_lock_keeps_the_other_client_out_until_it_is_given_back() {
    let script = plain_token().on("80 50 00 00 01", "AA 9000");
    let device = connect(&script);
    let other = device.for_another_client();
    device.lock(None).expect("free");
    device.lock(None).expect("nested");
    assert_eq!(
        other.lock(Some(Duration::from_millis(10))),
        Err(Error::Busy)
    );
    let waiting = std::thread::spawn({
        let other = other.clone();
        move || other.random(1)
    });
    std::thread::sleep(Duration::from_millis(50));
    assert!(!waiting.is_finished());
    device.unlock();
    assert_eq!(waiting.join().expect("no panic"), Ok(vec![0xAA]));
    script.finish();
}
