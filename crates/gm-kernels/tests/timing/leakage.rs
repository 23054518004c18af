//! Fixed against random secrets, compared by Welch's t: the method of dudect (Reparaz and others, 2017).
//!
//! Of two classes of inputs, one always the same and one random, the times are taken in mixed order. If they differ by
//! more than chance makes likely, they depend on the input.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::iter;
use std::time::Instant;

/// |t| above this is a leak (dudect's bound).
pub(crate) const BOUND: f64 = 4.5;
/// Parts of the samples, the fastest first, that are judged: the rest is interrupts.
const CROPS: [f64; 4] = [0.5, 0.8, 0.95, 1.0];

/// Works on a secret of 32 bytes; nothing comes out.
pub(crate) type Work = Box<dyn FnMut(&[u8; 32])>;

/// What is timed, and the secret of its fixed class.
pub(crate) struct Subject {
    pub(crate) name: String,
    pub(crate) fixed: [u8; 32],
    pub(crate) run: Work,
}

/// splitmix64: the classes and the random secrets need no better.
struct Random(u64);

impl Random {
    const fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    fn secret(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for chunk in bytes.as_chunks_mut().0 {
            *chunk = self.word().to_le_bytes();
        }
        bytes
    }
}

/// Whether the method sees the `control`, whose time does depend on its input.
pub(crate) fn see(mut control: Subject, samples: usize, bound: f64) {
    let seen = leakage(&mut control, samples, &mut Random(1));
    println!("   {:30} |t| {seen:6.1}", control.name);
    assert!(seen > bound, "{} was not seen: |t| = {seen}", control.name);
}

/// What is hard to see: a comparison of 16 bytes that ends at the first difference.
fn ends_early() -> Subject {
    Subject {
        name: "control (ends early)".to_owned(),
        fixed: [7; 32],
        run: Box::new(|secret| {
            black_box(secret[..16].iter().all(|byte| black_box(*byte == 7)));
        }),
    }
}

/// The largest |t| over all crops.
///
/// Which class an input is of is settled before the first is timed, and looked up after the last: where the timed loop
/// knew it, even masked, the classes were 0.2 ns apart for work that does nothing (|t| of 50).
fn leakage(subject: &mut Subject, samples: usize, random: &mut Random) -> f64 {
    let classes: Vec<bool> = (0..samples).map(|_| random.word() & 1 == 1).collect();
    let inputs: Vec<[u8; 32]> = classes
        .iter()
        .map(|fixed| {
            if *fixed {
                subject.fixed
            } else {
                random.secret()
            }
        })
        .collect();
    let nanoseconds = timed(&mut subject.run, black_box(&inputs));
    let mut times: Vec<(f64, bool)> = nanoseconds.into_iter().zip(classes).collect();
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let crop = |part: f64| welch(&times[..(samples as f64 * part) as usize]).abs();
    CROPS.map(crop).into_iter().fold(0.0, f64::max)
}

/// How many nanoseconds `run` takes with each of the `inputs`, all handed over at one place in memory.
fn timed(run: &mut Work, inputs: &[[u8; 32]]) -> Vec<f64> {
    let mut times = vec![0.0; inputs.len()];
    for (time, input) in times.iter_mut().zip(inputs) {
        let secret = *input;
        let start = Instant::now();
        run(black_box(&secret));
        *time = start.elapsed().as_nanos() as f64;
    }
    times
}

/// Welch's t between the two classes.
fn welch(times: &[(f64, bool)]) -> f64 {
    let moments = |class: bool| {
        let values = || {
            times
                .iter()
                .filter(|(_, c)| *c == class)
                .map(|(time, _)| time)
        };
        let count = values().count() as f64;
        let mean = values().sum::<f64>() / count;
        let variance = values().map(|time| (time - mean).powi(2)).sum::<f64>() / (count - 1.0);
        (mean, variance / count)
    };
    let ((m1, v1), (m2, v2)) = (moments(true), moments(false));
    (m1 - m2) / (v1 + v2).sqrt()
}

/// Does nothing with its secret: if this leaks, the method does.
fn nothing() -> Subject {
    Subject {
        name: "nothing (the method)".to_owned(),
        fixed: [0; 32],
        run: Box::new(|secret| {
            black_box(secret);
        }),
    }
}

/// None of the `subjects` may be above `bound` in two of three runs, nor nothing at all; the control must be seen.
pub(crate) fn none_leaks(subjects: Vec<Subject>, samples: usize, bound: f64) {
    see(ends_early(), 5_000, 2.0 * BOUND);
    let mut random = Random(99);
    let mut found = Vec::new();
    for (number, mut subject) in iter::once(nothing()).chain(subjects).enumerate() {
        let runs: [f64; 3] = std::array::from_fn(|_| leakage(&mut subject, samples, &mut random));
        println!("{number:2} {:30} |t| {runs:6.1?}", subject.name);
        if runs.iter().filter(|t| **t > bound).count() >= 2 {
            found.push(format!("{number} {} {runs:.1?}", subject.name));
        }
    }
    assert!(found.is_empty(), "{found:?}");
}
