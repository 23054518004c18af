//! Bytes written down by hand, from published captures, tables and `docs/apdu.md`. None of them
//! comes out of the encoder, so a mistake made in both directions is seen.
#![allow(clippy::unwrap_used)]

mod cases;
mod chaining;
mod continuation;
mod proposed;
mod published;
mod secrets;
mod secure;

use std::fmt::Debug;

use ukey_apdu::{CommandApdu, Form, Reply, Request, StatusWord};

/// Bytes of a text like `80 74 02 00`; `AA*14` is a byte 14 times.
fn bytes(text: &str) -> Vec<u8> {
    let mut result = Vec::new();
    for word in text.split_whitespace() {
        let (digits, count) = match word.split_once('*') {
            Some((digits, count)) => (digits, count.parse().unwrap()),
            None => (word, 1),
        };
        let part = hex::decode(digits).unwrap();
        (0..count).for_each(|_| result.extend_from_slice(&part));
    }
    result
}

/// The request is written as these bytes and these bytes are read as the request.
#[track_caller]
fn same<R: Request + Debug + PartialEq>(request: R, wire: &str) {
    let wire = bytes(wire);
    let encoded = request.to_command().encode(Form::Extended).unwrap();
    assert_eq!(hex::encode(&encoded), hex::encode(&wire));
    assert_eq!(
        R::from_command(&CommandApdu::parse(&wire).unwrap()),
        Ok(request)
    );
}

/// The answer is written as these bytes and these bytes are read as the answer.
#[track_caller]
fn same_reply<R: Reply + Debug + PartialEq>(reply: R, data: &str) {
    let data = bytes(data);
    assert_eq!(hex::encode(reply.to_bytes()), hex::encode(&data));
    assert_eq!(R::from_bytes(&data), Ok(reply));
}

/// A card refuses these bytes for `R` with this status word.
#[track_caller]
fn refused<R: Request + Debug + PartialEq>(wire: &str, sw: u16) {
    let command = CommandApdu::parse(&bytes(wire)).unwrap();
    assert_eq!(R::from_command(&command), Err(StatusWord(sw)));
}
