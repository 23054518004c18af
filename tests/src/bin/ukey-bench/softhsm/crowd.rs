//! A token with 10,000 objects.

use std::path::Path;
use std::time::Instant;

use super::{Both, Sessions, start};
use crate::alternate;
use crate::module::Module;

const OBJECTS: usize = 10_000;

pub(super) fn run(folder: &Path, both: &Both) {
    let sessions = both.begin();
    fill("ours", &both.ours, sessions.ours);
    fill("SoftHSM2", &both.softhsm, sessions.softhsm);
    find(both, &sessions);
    both.ours.finalize();
    both.softhsm.finalize();
    start::compare(folder);
}

/// Something found in the middle of the others.
pub(super) fn label(number: usize) -> String {
    format!("object {number:05}")
}

fn fill(name: &str, module: &Module, session: u64) {
    let start = Instant::now();
    for number in 0..OBJECTS {
        module.create_data(session, &label(number));
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{:<48} {seconds:>10.1} s",
        format!("{OBJECTS} objects made, {name}")
    );
}

fn find(both: &Both, sessions: &Sessions) {
    let mut number = 0;
    let mut next = || {
        number = (number + 3571) % OBJECTS;
        label(number)
    };
    let labels: Vec<String> = (0..64).map(|_| next()).collect();
    let (mut ours, mut theirs) = (labels.iter().cycle(), labels.iter().cycle());
    alternate(
        100,
        || {
            both.ours.find_data(sessions.ours, ours.next().unwrap());
        },
        || {
            let label = theirs.next().unwrap();
            both.softhsm.find_data(sessions.softhsm, label);
        },
    )
    .versus("find one by class and label among 10,000", 100.0);
}
