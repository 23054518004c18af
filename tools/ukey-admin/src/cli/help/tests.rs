#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use clap::{CommandFactory, FromArgMatches};

use super::*;
use crate::{cli::Cli, text::help::ids};

/// Names of messages without which `command` and what is below it would show English, and of all that
/// it uses.
struct Wanted {
    missing: Vec<String>,
    used: BTreeSet<String>,
}

impl Wanted {
    fn need(&mut self, id: String) {
        match find(&id) {
            Some(_) => drop(self.used.insert(id)),
            None => self.missing.push(id),
        }
    }

    fn may_use(&mut self, id: String) {
        if find(&id).is_some() {
            self.used.insert(id);
        }
    }

    fn command(&mut self, command: &Command, id: &str) {
        self.need(id.to_owned());
        if command.get_long_about().is_some() {
            self.need(format!("{id}-long"));
        }
        if command.get_after_help().is_some() {
            self.need(format!("{id}-after"));
        }
        if let Some(text) = command.get_after_long_help() {
            match has_english(&text.to_string()) {
                true => self.need(format!("{id}-notes")),
                false => self.may_use(format!("{id}-notes")),
            }
        }
        for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
            self.argument(arg, id);
        }
        for below in command.get_subcommands() {
            self.command(below, &id_below(id, below.get_name()));
        }
    }

    fn argument(&mut self, arg: &Arg, id: &str) {
        let id = argument_id(id, arg.get_id().as_str());
        for value in values(arg) {
            if value.get_help().is_some() {
                self.need(value_id(arg, &id, value.get_name()));
            }
        }
        self.need(id);
        if let Some(heading) = arg.get_help_heading() {
            self.need(heading_id(heading));
        }
    }
}

/// Whether there is more than a heading and commands: a sentence, or a remark beside a command.
fn has_english(notes: &str) -> bool {
    notes.lines().any(|line| {
        let is_heading = line == "Examples:";
        let is_command = line.starts_with("  ") && !line.trim().contains("  ");
        !(line.is_empty() || is_heading || is_command)
    })
}

#[test]
fn every_command_and_argument_has_chinese_help() {
    let mut wanted = Wanted {
        missing: Vec::new(),
        used: BTreeSet::new(),
    };
    wanted.command(&Cli::command(), "help");
    assert!(wanted.missing.is_empty(), "{:#?}", wanted.missing);
    for id in FRAME {
        wanted.need((*id).to_owned());
    }
    let unused: Vec<String> = ids()
        .into_iter()
        .filter(|id| !wanted.used.contains(id))
        .collect();
    assert!(unused.is_empty(), "{unused:#?}");
}

/// Messages that belong to no command and no argument of the definition.
const FRAME: &[&str] = &[
    "help-usage",
    "help-commands",
    "help-arguments",
    "help-options",
    "help-examples",
    "help-default",
    "help-environment",
    "help-one-of",
    "help-values",
    "help-arg-help",
    "help-arg-version",
    "help-end-notes",
    "help-error-unknown",
    "help-error-no-command",
    "help-error-missing",
    "help-error-conflict",
    "help-error-conflicts",
    "help-error-twice",
    "help-error-too-many",
    "help-error-no-value",
    "help-error-value",
    "help-error-possible",
    "help-error-range",
    "help-error-no-number",
    "help-error-too-large",
    "help-error-guess",
    "help-error-more",
];

#[test]
fn the_translated_definition_is_sound_and_parses_the_same() {
    let command = translated(Cli::command());
    command.clone().debug_assert();
    for line in [
        "ukey-admin --json cert list --expiring 90d",
        "ukey-admin file sign a b --format cms --pin-source stdin",
        "ukey-admin device init --pin-tries 3 --yes",
    ] {
        let parsed = |command: Command| {
            let matches = command.try_get_matches_from(line.split(' ')).unwrap();
            format!("{:?}", Cli::from_arg_matches(&matches).unwrap())
        };
        assert_eq!(parsed(Cli::command()), parsed(command.clone()), "{line}");
    }
}

#[test]
fn no_help_page_has_english_of_the_parser() {
    fn check(command: &mut Command) {
        let help = command.render_long_help().to_string();
        for word in ["Usage:", "Options:", "Arguments:", "Commands:", "Examples:"] {
            assert!(!help.contains(word), "{word} in {help}");
        }
        for word in [
            "[default",
            "[env",
            "[possible",
            "Possible values",
            "Print help",
        ] {
            assert!(!help.contains(word), "{word} in {help}");
        }
        command.get_subcommands_mut().for_each(check);
    }
    check(&mut translated(Cli::command()));
}
