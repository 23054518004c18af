use super::*;
use crate::transport::script::Script;
use ukey_apdu::{Class, NE_ALL};

fn command(ins: u8, data: &[u8], ne: Option<u32>) -> CommandApdu {
    CommandApdu {
        class: Class::PLAIN,
        ins,
        p1: 0,
        p2: 0,
        data: data.to_vec(),
        ne,
    }
}

/// In a transaction: no other program is there.
fn execute(script: &Script, command: &CommandApdu) -> Result<ResponseApdu, LinkError> {
    let mut channel = Channel::new(Box::new(script.clone()));
    channel.begin_transaction()?;
    channel.execute(command)
}

/// Other programs may send commands between ours.
fn execute_among_others(script: &Script, command: &CommandApdu) -> Result<ResponseApdu, LinkError> {
    Channel::new(Box::new(script.clone())).execute(command)
}

#[test]
fn short_form_is_used_where_it_suffices() {
    let script = Script::new(Limits::EXTENDED).on("80 04 00 00 08", "0102030405060708 9000");
    let answer = execute(&script, &command(0x04, &[], Some(8))).expect("answered");
    assert_eq!(answer.data, [1, 2, 3, 4, 5, 6, 7, 8]);
    script.finish();
}

#[test]
fn extended_form_is_used_for_long_answers() {
    let script = Script::new(Limits::EXTENDED).on("80 04 00 00 00 00 00", "AA 9000");
    execute(&script, &command(0x04, &[], Some(65_536))).expect("answered");
    script.finish();
}

#[test]
fn a_long_command_is_chained_on_a_short_link() {
    let data: Vec<u8> = (0..=255).collect();
    let first = format!("90 3A 00 00 FF {}", hex(&data[..255]));
    let script = Script::new(Limits::SHORT)
        .on(&first, "9000")
        .on("80 3A 00 00 01 FF", "9000");
    execute(&script, &command(0x3A, &data, None)).expect("answered");
    script.finish();
}

#[test]
fn a_refused_inner_link_ends_the_chain() {
    let first = format!("90 3A 00 00 FF {}", "00".repeat(255));
    let script = Script::new(Limits::SHORT).on(&first, "6982");
    let answer = execute(&script, &command(0x3A, &[0; 300], None)).expect("answered");
    assert_eq!(answer.sw, StatusWord(0x6982));
    script.finish();
}

/// The conversation of a published capture: 4-byte length and 492 bytes with 6A9E, the same
/// command again, the last 37 bytes with 9000.
#[test]
fn more_data_repeats_the_identical_command() {
    let ask = "80 4E 00 00 00 00 04 10 00 30 01 00 00";
    let first = format!("00000211 {} 6A9E", "11".repeat(492));
    let second = format!("{} 9000", "22".repeat(37));
    let script = Script::new(Limits::EXTENDED)
        .on(ask, &first)
        .on(ask, &second);
    let ask = command(0x4E, &[0x10, 0x00, 0x30, 0x01], Some(65_536));
    let answer = execute(&script, &ask).expect("answered");
    assert_eq!(answer.data.len(), 4 + 529);
    assert_eq!(answer.sw, StatusWord::OK);
    script.finish();
}

#[test]
fn bytes_remaining_are_fetched_with_get_response() {
    let script = Script::new(Limits::SHORT)
        .on("80 04 00 00 00", "AABB 6102")
        .on("00 C0 00 00 02", "CCDD 9000");
    let answer = execute(&script, &command(0x04, &[], Some(65_536))).expect("answered");
    assert_eq!(answer.data, [0xAA, 0xBB, 0xCC, 0xDD]);
    script.finish();
}

/// Three bytes at a time: the host does not go on until its maximum is full.
#[test]
fn an_answer_in_tiny_pieces_is_given_up() {
    let mut script = Script::new(Limits::SHORT).on("80 04 00 00 00", "AABBCC 6103");
    for _ in 0..67 {
        script = script.on("00 C0 00 00 03", "AABBCC 6103");
    }
    let outcome = execute(&script, &command(0x04, &[], Some(65_536)));
    assert_eq!(outcome, Err(LinkError::Answer));
    script.finish();
}

#[test]
fn a_wrong_le_is_corrected_once() {
    let script = Script::new(Limits::SHORT)
        .on("80 04 00 00 00", "6C02")
        .on("80 04 00 00 02", "6C03");
    let answer = execute(&script, &command(0x04, &[], Some(256))).expect("answered");
    assert_eq!(answer.sw, StatusWord(0x6C03));
    script.finish();
}

#[test]
fn a_link_error_is_never_repeated() {
    let script =
        Script::new(Limits::EXTENDED).fail("80 1C 00 00 02 10 00", TransportError::Removed);
    let outcome = execute(&script, &command(0x1C, &[0x10, 0x00], None));
    assert_eq!(outcome, Err(LinkError::Transport(TransportError::Removed)));
    script.finish();
}

#[test]
fn an_answer_without_status_word_is_refused() {
    let script = Script::new(Limits::EXTENDED).on("80 1C 00 00 02 10 00", "90");
    let outcome = execute(&script, &command(0x1C, &[0x10, 0x00], None));
    assert_eq!(outcome, Err(LinkError::Answer));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02X}")).collect()
}

/// Between the first piece and the second another program's command may have come: so the rest is
/// dropped, by a command that is another one, and everything is asked for again.
#[test]
fn a_long_answer_is_asked_for_again_in_a_transaction() {
    let script = Script::new(Limits::SHORT)
        .on("80 04 00 00 00", "0102 6102")
        .on("00 C0 00 00 00", "0304 9000")
        .on("80 04 00 00 00", "0102 6102")
        .on("00 C0 00 00 02", "0304 9000");
    let answer = execute_among_others(&script, &command(0x04, &[], Some(256))).expect("answered");
    assert_eq!(answer.data, [1, 2, 3, 4]);
    script.finish();

    // The rest was dropped already, by the other program.
    let script = Script::new(Limits::SHORT)
        .on("80 4E 00 00 04 10 00 30 01 00", "0102 6A9E")
        .on("00 C0 00 00 00", "6E00")
        .on("80 4E 00 00 04 10 00 30 01 00", "0102 6A9E")
        .on("80 4E 00 00 04 10 00 30 01 00", "0304 9000");
    let export = command(0x4E, &[0x10, 0, 0x30, 1], Some(256));
    let answer = execute_among_others(&script, &export).expect("answered");
    assert_eq!(answer.data, [1, 2, 3, 4]);
    script.finish();
}

#[test]
fn short_commands_with_short_answers_need_no_transaction() {
    let script = Script::new(Limits::SHORT)
        .without_transactions()
        .on("80 04 00 00 08", "6C02")
        .on("80 04 00 00 02", "0102 9000");
    let answer = execute_among_others(&script, &command(0x04, &[], Some(8))).expect("answered");
    assert_eq!(answer.data, [1, 2]);
    script.finish();
}

#[test]
fn a_chain_is_sent_in_a_transaction() {
    let script = Script::new(Limits::SHORT).without_transactions();
    let refused = execute_among_others(&script, &command(0x3A, &[0; 300], None));
    assert_eq!(refused, Err(LinkError::Transport(TransportError::Busy)));
}

/// A link that hands back what is left of every command, which it keeps.
struct Beginning(std::sync::mpsc::Sender<Vec<u8>>);

impl Transport for Beginning {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
        panic!("not asked to begin");
    }

    fn start(&mut self, command: &[u8]) -> Option<Result<Started, TransportError>> {
        self.0.send(command.to_vec()).expect("the test listens");
        let rest = || vec![1, 2, 3, 0x90, 0];
        Some(Ok(Started::Computation(Box::new(rest))))
    }

    fn limits(&self) -> Limits {
        Limits::EXTENDED
    }
}

#[test]
fn a_command_that_is_begun_asks_for_all_in_one_piece() {
    let (sender, sent) = std::sync::mpsc::channel();
    let mut channel = Channel::new(Box::new(Beginning(sender)));
    let begun = channel
        .start(&command(0x74, &[7], Some(NE_ALL)))
        .expect("begun");
    assert_eq!(sent.recv(), Ok(vec![0x80, 0x74, 0, 0, 0, 0, 1, 7, 0, 0]));
    drop(channel);
    assert_eq!(begun.answer().expect("an answer").data, [1, 2, 3]);
}

#[test]
fn where_a_link_cannot_begin_commands_they_are_executed() {
    let script = Script::new(Limits::EXTENDED).on("80 74 00 00 01 07 00", "0102 9000");
    let mut channel = Channel::new(Box::new(script.clone()));
    let begun = channel
        .start(&command(0x74, &[7], Some(256)))
        .expect("begun");
    script.finish();
    assert_eq!(begun.answer().expect("an answer").data, [1, 2]);
}
