//! Every engine against the `sm3` crate and the examples of the standard.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::amount;
use ::sm3::Digest;
use std::vec::Vec;

fn reference(message: &[u8]) -> [u8; DIGEST] {
    ::sm3::Sm3::digest(message).into()
}

/// Bytes that differ.
fn bytes(count: usize, seed: u8) -> Vec<u8> {
    (0..count)
        .map(|i| (i * 31 + i / 251 + usize::from(seed) * 17) as u8)
        .collect()
}

fn check(lengths: &[usize]) {
    let messages: Vec<Vec<u8>> = lengths
        .iter()
        .enumerate()
        .map(|(i, len)| bytes(*len, i as u8))
        .collect();
    let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
    let expected: Vec<_> = messages.iter().map(|message| reference(message)).collect();
    for engine in Engine::available() {
        let mut digests = std::vec![[0; DIGEST]; messages.len()];
        engine.digest_all(&messages, &mut digests);
        assert_eq!(digests, expected, "{engine:?} {lengths:?}");
    }
}

#[test]
fn examples_of_the_standard() {
    let long = b"abcd".repeat(16);
    let expected = [
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
    ];
    for engine in Engine::available() {
        let mut digests = [[0; DIGEST]; 2];
        engine.digest_all(&[b"abc", &long], &mut digests);
        assert_eq!(digests.map(hex::encode), expected, "{engine:?}");
        // in every lane
        let mut digests = [[0; DIGEST]; 40];
        engine.digest_all(&[&long[..]; 40], &mut digests);
        for digest in digests {
            assert_eq!(hex::encode(digest), expected[1], "{engine:?}");
        }
    }
}

#[test]
fn every_length_in_every_lane() {
    for count in (0..=35).step_by(amount(1, 17)) {
        check(&std::vec![count * 3; count]);
    }
    let all: Vec<usize> = (0..=200).step_by(amount(1, 11)).collect();
    check(&all);
    let back: Vec<usize> = all.into_iter().rev().collect();
    check(&back);
}

#[test]
fn unequal_lengths_across_lanes() {
    check(&[
        0, 200, 55, 56, 63, 64, 65, 119, 120, 127, 128, 129, 1, 4000, 7, 3, 191, 192,
    ]);
    check(&[
        5000, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 5000, 5000,
    ]);
    let mixed: Vec<usize> = (0..amount(100, 10)).map(|i| i * 7919 % 201).collect();
    check(&mixed);
}

/// Which message goes to which lane is plain Rust everywhere; only the lanes are not.
#[test]
fn lanes_take_the_next_message_when_they_are_done() {
    let messages: Vec<Vec<u8>> = [0, 130, 55, 64, 1, 300, 63, 119, 120, 2, 2, 2]
        .iter()
        .map(|len| bytes(*len, 9))
        .collect();
    let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
    let mut digests = [[0; DIGEST]; 12];
    lanes::run::<4>(&messages, &mut digests, |state, blocks| {
        for (lane, block) in blocks.iter().enumerate() {
            let mut one = state.map(|word| word[lane]);
            compress::compress(&mut one, block);
            for (words, word) in state.iter_mut().zip(one) {
                words[lane] = word;
            }
        }
    });
    assert_eq!(
        digests[..],
        messages
            .iter()
            .map(|one| reference(one))
            .collect::<Vec<_>>()
    );
}

#[test]
#[should_panic(expected = "a digest for each message")]
fn digests_must_be_as_many_as_messages() {
    digest_all(&[b"one"], &mut []);
}
