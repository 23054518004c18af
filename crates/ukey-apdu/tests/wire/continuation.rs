//! Long answers in pieces, seen from the host and from the card.

use ukey_apdu::continuation::*;
use ukey_apdu::{CommandApdu, DecodeError, ResponseApdu, StatusWord};

use super::bytes;

fn command(wire: &str) -> CommandApdu {
    CommandApdu::parse(&bytes(wire)).unwrap()
}

fn answer(wire: &str) -> ResponseApdu {
    ResponseApdu::parse(&bytes(wire)).unwrap()
}

const EXPORT: &str = "80 4E 01 00 00 00 04 10 00 30 01 00 00";

#[test]
fn host_collects_by_repeating() {
    let mut host = AnswerCollector::new(100);
    assert_eq!(host.push(answer("01 02 6A9E")), Ok(NextStep::Repeat));
    assert_eq!(host.push(answer("03 6A9E")), Ok(NextStep::Repeat));
    assert_eq!(
        host.push(answer("04 05 9000")),
        Ok(NextStep::Done(answer("01 02 03 04 05 9000")))
    );
}

#[test]
fn host_collects_by_get_response() {
    let mut host = AnswerCollector::new(1000);
    assert_eq!(
        host.push(answer("6100")),
        Ok(NextStep::GetResponse { ne: 256 })
    );
    assert_eq!(
        host.push(answer("AA*256 6102")),
        Ok(NextStep::GetResponse { ne: 2 })
    );
    let whole = answer("AA*256 BB BB 9000");
    assert_eq!(host.push(answer("BB BB 9000")), Ok(NextStep::Done(whole)));
    assert_eq!(get_response(2), command("00 C0 00 00 02"));
    assert_eq!(get_response(256), command("00 C0 00 00 00"));
}

#[test]
fn host_corrects_le_once() {
    let mut host = AnswerCollector::new(1000);
    assert_eq!(
        host.push(answer("6C0A")),
        Ok(NextStep::RetryWithNe { ne: 10 })
    );
    assert_eq!(
        host.push(answer("6C0A")),
        Ok(NextStep::Done(answer("6C0A")))
    );
    let mut host = AnswerCollector::new(1000);
    assert_eq!(
        host.push(answer("6C00")),
        Ok(NextStep::RetryWithNe { ne: 256 })
    );
}

#[test]
fn host_hands_errors_through() {
    let mut host = AnswerCollector::new(1000);
    assert_eq!(
        host.push(answer("6A88")),
        Ok(NextStep::Done(answer("6A88")))
    );
}

#[test]
fn host_is_not_flooded() {
    let mut host = AnswerCollector::new(3);
    assert_eq!(host.push(answer("01 02 6A9E")), Ok(NextStep::Repeat));
    assert_eq!(
        host.push(answer("03 04 6A9E")),
        Err(DecodeError::Length("answer"))
    );
    let mut host = AnswerCollector::new(3);
    assert_eq!(host.push(answer("6A9E")), Ok(NextStep::Repeat));
    assert_eq!(
        host.push(answer("6A9E")),
        Err(DecodeError::Length("answer"))
    );
}

#[test]
fn card_gives_pieces_to_the_same_command() {
    let mut card = PendingResponse::new();
    let export = command(EXPORT);
    assert_eq!(
        card.start(&export, bytes("01 02 03 04 05"), 2),
        answer("01 02 6A9E")
    );
    assert_eq!(card.resume(&export, 2), Some(answer("03 04 6A9E")));
    // A repeated command may ask for another Le.
    let without_le = command("80 4E 01 00 00 00 04 10 00 30 01");
    assert_eq!(card.resume(&without_le, 2), Some(answer("05 9000")));
    assert_eq!(card.resume(&export, 2), None);
}

#[test]
fn card_gives_a_fitting_answer_whole() {
    let mut card = PendingResponse::new();
    let export = command(EXPORT);
    assert_eq!(card.start(&export, bytes("01 02"), 2), answer("01 02 9000"));
    assert_eq!(card.resume(&export, 2), None);
    assert_eq!(card.start(&export, vec![], 2), answer("9000"));
}

#[test]
fn card_drops_the_rest_at_any_other_command() {
    for other in [
        "80 4E 00 00 00 00 04 10 00 30 01 00 00",
        "80 4E 01 00 00 00 04 10 00 30 02 00 00",
        "84 4E 01 00 00 00 04 10 00 30 01 00 00",
        "80 04 00 00 00 00 00",
        // MacUpdate is not GET RESPONSE.
        "80 C0 00 00 01 AA",
    ] {
        let mut card = PendingResponse::new();
        let export = command(EXPORT);
        card.start(&export, bytes("01 02 03"), 2);
        assert_eq!(card.resume(&command(other), 2), None, "{other}");
        assert_eq!(card.resume(&export, 2), None, "{other}");
    }
}

#[test]
fn card_forgets_on_reset() {
    let mut card = PendingResponse::new();
    let export = command(EXPORT);
    card.start(&export, bytes("01 02 03"), 2);
    card.clear();
    assert_eq!(card.resume(&export, 2), None);
}

#[test]
fn card_answers_a_short_le_with_61xx() {
    let mut card = PendingResponse::new();
    let export = command("80 4E 01 00 04 10 00 30 01 02");
    assert_eq!(
        card.start(&export, bytes("01 02 03 04 05"), 2000),
        answer("01 02 6103")
    );
    assert_eq!(
        card.resume(&get_response(2), 2000),
        Some(answer("03 04 6101"))
    );
    assert_eq!(
        card.resume(&command("80 C0 00 00 01"), 2000),
        Some(answer("05 9000"))
    );
    assert_eq!(card.resume(&get_response(1), 2000), None);
}

/// After 61xx the same command is a new one: it has to be executed again.
#[test]
fn card_repeats_only_after_6a9e() {
    let mut card = PendingResponse::new();
    let export = command("80 4E 01 00 04 10 00 30 01 02");
    card.start(&export, bytes("01 02 03"), 2000);
    assert_eq!(card.resume(&export, 2000), None);
}

/// A command that may have come in links is not asked for again.
#[test]
fn card_answers_a_long_command_with_61xx() {
    let mut card = PendingResponse::new();
    let longest = command("80 A6 00 00 00 00 FF AA*255 00 00");
    assert_eq!(
        card.start(&longest, bytes("01 02 03"), 2),
        answer("01 02 6A9E")
    );
    let longer = command("80 A6 00 00 00 01 00 AA*256 00 00");
    assert_eq!(
        card.start(&longer, bytes("01 02 03"), 2),
        answer("01 02 6101")
    );
    assert_eq!(card.resume(&get_response(1), 2), Some(answer("03 9000")));
}

#[test]
fn long_rests_say_256_or_more() {
    let mut card = PendingResponse::new();
    let export = command("80 4E 01 00 04 10 00 30 01 00");
    let first = card.start(&export, vec![7; 600], 2000);
    assert_eq!((first.data.len(), first.sw), (256, StatusWord(0x6100)));
    let second = card.resume(&get_response(256), 2000).unwrap();
    assert_eq!((second.data.len(), second.sw), (256, StatusWord(0x6158)));
}

#[test]
fn get_response_is_told_from_mac_update() {
    assert!(is_get_response(&command("00 C0 00 00 10")));
    assert!(is_get_response(&command("80 C0 00 00 00")));
    assert!(!is_get_response(&command("80 C0 00 00 02 AA BB")));
    assert!(!is_get_response(&command("80 C0 01 00 00")));
    assert!(!is_get_response(&command("80 C2 00 00 00")));
}
