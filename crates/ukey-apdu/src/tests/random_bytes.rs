//! Whatever arrives: an answer, never a panic; and what is accepted was well formed.

use proptest::collection::vec;
use proptest::prelude::*;

use super::for_every_request;
use super::sample::{Sample, Source};
use crate::chaining::Reassembler;
use crate::class::Class;
use crate::command::{CommandApdu, Form};
use crate::continuation::{AnswerCollector, PendingResponse};
use crate::message::{Reply, Request};
use crate::response::ResponseApdu;
use crate::status::StatusWord;

/// Decodes `data` as the data field of `R` and of its reply. What is accepted encodes to the same
/// bytes again: there is one encoding of each value.
fn decode<R: Request>(p1: u8, p2: u8, data: &[u8]) -> [(); 1] {
    let command = CommandApdu {
        class: R::CLASS,
        ins: R::INS as u8,
        p1,
        p2,
        data: data.to_vec(),
        ne: Some(256),
    };
    match R::from_command(&command) {
        Ok(request) => {
            let again = request.to_command();
            assert_eq!((again.p1, again.p2, &again.data), (p1, p2, &command.data));
        }
        Err(sw) => assert!(
            [
                StatusWord::WRONG_LENGTH,
                StatusWord::BAD_DATA,
                StatusWord::BAD_P1P2
            ]
            .contains(&sw),
            "{sw} from {:?}",
            R::INS
        ),
    }
    let _ = R::Reply::from_bytes(data);
    [()]
}

/// Decodes a legal data field with one byte changed, one lost or one added.
fn decode_damaged<R: Request + Sample>(seed: u64) -> [(); 1] {
    let mut source = Source(seed);
    let mut command = R::sample(&mut source).to_command();
    let place = source.up_to(command.data.len());
    match source.up_to(2) {
        0 => command.data.insert(place, source.next() as u8),
        1 if place < command.data.len() => drop(command.data.remove(place)),
        _ if place < command.data.len() => command.data[place] ^= 1 << source.up_to(7),
        _ => {}
    }
    decode::<R>(command.p1, command.p2, &command.data)
}

proptest! {
    #[test]
    fn decoders_never_panic(p1 in 0u8..4, p2 in 0u8..4, data in vec(any::<u8>(), 0..400)) {
        for_every_request!(decode(p1, p2, &data));
        for_every_request!(decode(p1, 0, &data));
        for_every_request!(decode(0, 0, &data));
    }

    #[test]
    fn damaged_commands_never_panic(seed: u64) {
        for_every_request!(decode_damaged(seed));
    }

    #[test]
    fn parsers_never_panic(data in vec(any::<u8>(), 0..300)) {
        if let Ok(command) = CommandApdu::parse(&data) {
            let short = command.encode(Form::Short).ok();
            let extended = command.encode(Form::Extended).ok();
            prop_assert!(short == Some(data.clone()) || extended == Some(data.clone()));
        }
        if let Ok(answer) = ResponseApdu::parse(&data) {
            prop_assert_eq!(answer.encode(), data);
        }
    }

    #[test]
    fn reassembly_never_panics(links in vec((any::<bool>(), 0u8..2, vec(any::<u8>(), 0..50)), 0..20)) {
        let mut reassembler = Reassembler::new(100);
        for (chained, p1, data) in links {
            let class = if chained { Class::PLAIN.with_chaining() } else { Class::PLAIN };
            let link = CommandApdu { class, ins: 0x3A, p1, p2: 0, data, ne: None };
            if let Ok(Some(whole)) = reassembler.push(link) {
                prop_assert!(whole.data.len() <= 100);
                prop_assert!(!whole.class.is_chained());
            }
        }
    }

    #[test]
    fn long_answers_arrive_whole(
        (answer, max_data) in prop_oneof![
            (vec(any::<u8>(), 0..64), 1usize..700),
            (vec(any::<u8>(), 0..3000), 64usize..700),
        ],
        ne in prop_oneof![Just(None), (1u32..400).prop_map(Some), Just(Some(65_536))],
    ) {
        let command = CommandApdu {
            class: Class::PLAIN, ins: 0x4E, p1: 0, p2: 0, data: vec![1, 2, 3, 4], ne,
        };
        prop_assert_eq!(fetch(&command, &answer, max_data), answer);
    }
}

/// Host and card play a long answer out.
fn fetch(command: &CommandApdu, answer: &[u8], max_data: usize) -> Vec<u8> {
    use crate::continuation::{NextStep, get_response};
    let mut pending = PendingResponse::new();
    let mut collector = AnswerCollector::new(100_000);
    let mut piece = pending.start(command, answer.to_vec(), max_data);
    loop {
        assert!(piece.data.len() <= max_data);
        let next = match collector.push(piece).unwrap() {
            NextStep::Done(whole) => return whole.into_data(),
            NextStep::Repeat => command.clone(),
            NextStep::GetResponse { ne } => get_response(ne),
            NextStep::RetryWithNe { .. } => panic!("no wrong Le here"),
        };
        piece = pending.resume(&next, max_data).unwrap();
    }
}
