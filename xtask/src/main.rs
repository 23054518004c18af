//! The chores of the house: `cargo xtask check` is what a change must pass, and exactly what CI runs
//! beside the tests. One file per chore; each can be run alone by its name.

#![forbid(unsafe_code)]
// A chore talks to the person who runs it.
#![allow(clippy::print_stdout)]

mod cargo;
mod deny;
mod jumps;
mod layers;
mod masked;
mod miri;
mod report;
mod size;
mod source;
mod symbols;
mod timing;
mod unsafe_zones;

use std::process::ExitCode;

use report::{Outcome, Workspace};

/// A chore: its name on the command line, what it is for, and the function that does it.
struct Chore {
    name: &'static str,
    purpose: &'static str,
    run: fn(&Workspace) -> Outcome,
}

/// All chores, cheap ones first so that a slip is seen before anything is compiled.
const CHORES: &[Chore] = &[
    Chore {
        name: "fmt",
        purpose: "formatting",
        run: cargo::fmt,
    },
    Chore {
        name: "size",
        purpose: "length of modules and functions",
        run: size::run,
    },
    Chore {
        name: "unsafe",
        purpose: "where unsafe may stand",
        run: unsafe_zones::run,
    },
    Chore {
        name: "layers",
        purpose: "who may know whom",
        run: layers::run,
    },
    Chore {
        name: "clippy",
        purpose: "lints, as errors",
        run: cargo::clippy,
    },
    Chore {
        name: "doc",
        purpose: "documentation builds without warnings",
        run: cargo::doc,
    },
    Chore {
        name: "deny",
        purpose: "licences and sources of dependencies",
        run: deny::run,
    },
    Chore {
        name: "symbols",
        purpose: "what the two libraries export",
        run: symbols::run,
    },
    Chore {
        name: "jumps",
        purpose: "no conditional jump on a secret in the kernels' machine code",
        run: jumps::run,
    },
];

/// Chores that `check` leaves out: they take minutes.
const EXTRAS: &[Chore] = &[
    Chore {
        name: "timing",
        purpose: "no time depends on a secret in the kernels or on a PIN in the token",
        run: timing::run,
    },
    Chore {
        name: "masked",
        purpose: "the kernels on emulated processors with less",
        run: masked::run,
    },
    Chore {
        name: "miri",
        purpose: "portable kernels, interpreted",
        run: miri::run,
    },
];

fn main() -> ExitCode {
    let argument = std::env::args().nth(1).unwrap_or_default();
    let chosen: Vec<&Chore> = match argument.as_str() {
        "check" => CHORES.iter().collect(),
        name => CHORES
            .iter()
            .chain(EXTRAS)
            .filter(|chore| chore.name == name)
            .collect(),
    };
    if chosen.is_empty() {
        usage();
        return ExitCode::from(2);
    }
    let workspace = Workspace::locate();
    let failed = chosen
        .iter()
        .filter(|chore| !passes(chore, &workspace))
        .count();
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Runs one chore and prints its line; a failed one also prints what it found.
fn passes(chore: &Chore, workspace: &Workspace) -> bool {
    match (chore.run)(workspace) {
        Outcome::Pass(note) => {
            println!("ok      {:8} {}", chore.name, note);
            true
        }
        Outcome::Skip(reason) => {
            println!("skipped {:8} {}", chore.name, reason);
            true
        }
        Outcome::Fail(findings) => {
            println!("FAILED  {:8} {}", chore.name, chore.purpose);
            for finding in findings {
                println!("          {finding}");
            }
            false
        }
    }
}

fn usage() {
    println!("usage: cargo xtask check | <chore>\n\nchores, all run by `check`:");
    for chore in CHORES {
        println!("  {:8} {}", chore.name, chore.purpose);
    }
    println!("\nalone only:");
    for chore in EXTRAS {
        println!("  {:8} {}", chore.name, chore.purpose);
    }
}
