//! Order, bounds and failures of the two threads.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Feeds `count` pieces that hold their number.
fn numbers(count: u32) -> impl FnMut(&mut Piece) -> Result<bool> {
    let mut next = 0;
    move |piece| {
        piece.plaintext.clear();
        piece.plaintext.extend_from_slice(&u32::to_be_bytes(next));
        next += 1;
        Ok(next <= count)
    }
}

fn copy(piece: &mut Piece) -> Result<()> {
    piece.ciphertext.clear();
    piece.ciphertext.extend_from_slice(&piece.plaintext);
    Ok(())
}

fn failure() -> Error {
    Error::invalid("test", "it fails")
}

fn is_failure(result: &Result<()>) -> bool {
    matches!(result, Err(Error::Invalid { what: "test", .. }))
}

#[test]
fn pieces_come_out_in_order_and_each_once() {
    for count in [0, 1, 2, 3, 15, 16, 17, 18, 40, 1000] {
        let mut seen = Vec::new();
        overlapped(numbers(count), copy, |piece| {
            seen.push(piece.ciphertext.clone());
            Ok(())
        })
        .unwrap();
        let expected: Vec<_> = (0..count).map(|n| n.to_be_bytes().to_vec()).collect();
        assert_eq!(seen, expected);
    }
}

#[test]
fn no_more_pieces_than_the_depth_are_under_way() {
    let (fed, taken, most) = (
        AtomicUsize::new(0),
        AtomicUsize::new(0),
        AtomicUsize::new(0),
    );
    let mut inner = numbers(500);
    overlapped(
        |piece| {
            let more = inner(piece)?;
            let under_way = fed.fetch_add(1, Ordering::SeqCst) + 1 - taken.load(Ordering::SeqCst);
            most.fetch_max(under_way, Ordering::SeqCst);
            Ok(more)
        },
        copy,
        |_| {
            taken.fetch_add(1, Ordering::SeqCst);
            Ok(())
        },
    )
    .unwrap();
    assert_eq!(taken.load(Ordering::SeqCst), 500);
    assert!(most.load(Ordering::SeqCst) <= DEPTH);
}

#[test]
fn an_error_of_any_part_ends_both_threads() {
    for count in [1, 2, 100] {
        let result = overlapped(numbers(count), |_| Err(failure()), |_| Ok(()));
        assert!(is_failure(&result), "work, {count}");
        let result = overlapped(numbers(count), copy, |_| Err(failure()));
        assert!(is_failure(&result), "take, {count}");
        let mut inner = numbers(count);
        let mut fed = 0;
        let feed = |piece: &mut Piece| {
            fed += 1;
            if fed > count {
                Err(failure())
            } else {
                inner(piece)
            }
        };
        assert!(
            is_failure(&overlapped(feed, copy, |_| Ok(()))),
            "feed, {count}"
        );
    }
}

#[test]
fn an_error_in_the_middle_lets_nothing_out_behind_it() {
    let mut worked = 0;
    let mut taken = 0;
    let result = overlapped(
        numbers(200),
        |_| {
            worked += 1;
            if worked > 100 { Err(failure()) } else { Ok(()) }
        },
        |_| {
            taken += 1;
            Ok(())
        },
    );
    assert!(is_failure(&result));
    assert!(taken <= 100);
}

#[test]
#[should_panic(expected = "in the other thread")]
fn a_panic_of_the_worker_comes_through() {
    let _ = overlapped(numbers(50), |_| panic!("in the other thread"), |_| Ok(()));
}
