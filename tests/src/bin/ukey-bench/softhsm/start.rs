//! From C_Initialize to the first answer, each time in a fresh process.

use std::path::Path;
use std::time::{Duration, Instant};

use super::{command, crowd};
use crate::module::Module;
use crate::{Pair, median};

const ROUNDS: usize = 5;

/// In the fresh process: nanoseconds of C_Initialize, and until the first object is found.
pub(super) fn measure(module: &Module) {
    let start = Instant::now();
    module.initialize();
    let initialised = start.elapsed();
    let session = module.open();
    module.login(session);
    module.find_data(session, &crowd::label(4321));
    let answered = start.elapsed();
    println!("{} {}", initialised.as_nanos(), answered.as_nanos());
    module.finalize();
}

pub(super) fn compare(folder: &Path) {
    let (mut ours, mut theirs) = (Times::default(), Times::default());
    for _ in 0..ROUNDS {
        ours.take(folder, "ours");
        theirs.take(folder, "softhsm");
    }
    Pair {
        ours: median(ours.initialised),
        bare: median(theirs.initialised),
    }
    .versus("C_Initialize, 10,000 objects", 50.0);
    // What is left out of C_Initialize has to be done later: so this too, though nobody asked.
    Pair {
        ours: median(ours.answered),
        bare: median(theirs.answered),
    }
    .versus("  ... to the first object found, with login", 1.0);
}

#[derive(Default)]
struct Times {
    initialised: Vec<Duration>,
    answered: Vec<Duration>,
}

impl Times {
    fn take(&mut self, folder: &Path, module: &str) {
        let output = command(folder, &["start", module]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let said = String::from_utf8(output.stdout).unwrap();
        let times: Vec<u64> = said
            .split_whitespace()
            .map(|n| n.parse().unwrap())
            .collect();
        self.initialised.push(Duration::from_nanos(times[0]));
        self.answered.push(Duration::from_nanos(times[1]));
    }
}
