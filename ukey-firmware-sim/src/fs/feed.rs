//! What has changed in an application since the change counter had a value.

use super::Flash;
use super::record::{self, Subject};
use std::collections::BTreeSet;
use ukey_apdu::request::feed::Touched;

/// The changes of one transaction to one application.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The change counter after it.
    pub(crate) counter: u64,
    pub(crate) subjects: Vec<Subject>,
}

/// The steps after `since`, oldest first; `None` if they are not remembered.
pub(crate) fn since(
    flash: &Flash,
    present: u64,
    since: u64,
    application: u32,
) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut counter = present;
    let mut journal = flash.journal().peekable();
    // Each transaction that counts makes the counter grow by one, so that steps back can be counted.
    while counter > since {
        let (frame, key) = journal.next()?;
        let (mut keys, mut counts) = (vec![key], key == record::CHANGE_COUNTER);
        while let Some((_, key)) = journal.next_if(|(other, _)| *other == frame) {
            counts |= key == record::CHANGE_COUNTER;
            keys.push(key);
        }
        if !counts {
            continue;
        }
        let subjects = keys
            .iter()
            .filter_map(|key| record::subject(key, application));
        steps.push(Step {
            counter,
            subjects: subjects.collect(),
        });
        counter -= 1;
    }
    steps.reverse();
    (counter == since).then_some(steps)
}

/// Names of containers or files that were touched.
#[derive(Default)]
pub(crate) struct Names {
    numbers: BTreeSet<u32>,
    listed: bool,
}

impl Names {
    pub(crate) fn touch(&mut self, number: u32, named: bool) {
        self.numbers.insert(number);
        self.listed |= named;
    }

    /// For the answer; `name` gives the name of what is still there.
    pub(crate) fn touched(self, name: impl Fn(u32) -> Option<Vec<u8>>) -> Touched {
        Touched {
            listed: self.listed,
            names: self.numbers.into_iter().filter_map(name).collect(),
        }
    }
}
