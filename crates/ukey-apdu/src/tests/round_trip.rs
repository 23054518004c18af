//! Every request and every reply survives the wire: APDU forms, chains and all.

use std::fmt::Debug;

use proptest::prelude::*;

use super::for_every_request;
use super::sample::{Sample, Source};
use crate::chaining::{Reassembler, split};
use crate::command::{CommandApdu, Form, NE_ALL};
use crate::message::{Reply, Request};
use crate::response::ResponseApdu;

fn whole_wire<R>(seed: u64) -> [(); 1]
where
    R: Request + Sample + Debug + PartialEq,
    R::Reply: Sample + Debug + PartialEq,
{
    let mut source = Source(seed);
    let request = R::sample(&mut source);
    let command = request.to_command();
    assert_eq!(R::from_command(&command).as_ref(), Ok(&request));

    let parsed = CommandApdu::parse(&command.encode(Form::Extended).unwrap()).unwrap();
    assert_eq!(parsed, command);
    if command.fits_short() {
        let parsed = CommandApdu::parse(&command.encode(Form::Short).unwrap()).unwrap();
        let shown_as = command.ne.map(|ne| if ne == NE_ALL { 256 } else { ne });
        assert_eq!((&parsed.data, parsed.ne), (&command.data, shown_as));
    }
    assert_eq!(chained(&command, 1 + source.up_to(600)), command);

    let reply = R::Reply::sample(&mut source);
    let answer = ResponseApdu::parse(&ResponseApdu::success(reply.to_bytes()).encode()).unwrap();
    assert_eq!(R::Reply::from_bytes(&answer.data).as_ref(), Ok(&reply));
    [()]
}

/// The command after it was split, sent in short or extended links, and put together.
fn chained(command: &CommandApdu, max_data: usize) -> CommandApdu {
    let mut reassembler = Reassembler::default();
    let links = split(command, max_data);
    let last = links.len() - 1;
    for (index, link) in links.into_iter().enumerate() {
        assert!(link.data.len() <= max_data);
        let received = CommandApdu::parse(&link.encode(Form::Extended).unwrap()).unwrap();
        if let Some(whole) = reassembler.push(received).unwrap() {
            assert_eq!(index, last);
            return whole;
        }
    }
    panic!("the chain has no end");
}

proptest! {
    #[test]
    fn every_request_and_reply_survives(seed: u64) {
        for_every_request!(whole_wire(seed));
    }
}

/// Where a reply announces an exact length, it has that length.
fn exact_ne<R: Request>(seed: u64) -> bool
where
    R::Reply: Sample,
{
    let length = R::Reply::sample(&mut Source(seed)).to_bytes().len();
    match R::Reply::NE {
        None => assert_eq!(length, 0, "{:?}", R::INS),
        Some(NE_ALL) => {}
        Some(70) => assert!(length >= 70, "a larger curve than SM2 in {:?}", R::INS),
        Some(ne) => assert_eq!(length, ne as usize, "{:?}", R::INS),
    }
    true
}

#[test]
fn exact_answer_lengths_are_right() {
    for seed in 0..20 {
        for_every_request!(exact_ne(seed));
    }
}
