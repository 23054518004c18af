//! `skf probe`, `skf test`: a vendor's SKF library, looked at and checked.
//!
//! The library runs in a second process of this program, which says line by line what it does. So a library that crashes
//! or hangs loses one case, not the report.

mod inner;
mod probe;
mod process;
mod test;

use crate::{cli::SkfCommand, context::Context, error::Result, output::Outcome};

pub(crate) fn run(context: &Context, command: &SkfCommand) -> Result<Outcome> {
    match command {
        SkfCommand::Probe(args) if args.inner => inner::probe(&args.library),
        SkfCommand::Probe(args) => probe::run(args),
        SkfCommand::Test(args) => match &args.inner {
            Some(first) => inner::test(args, first),
            None => test::run(context, args),
        },
    }
}
