//! The help in Chinese: the definition of the command line, walked through before it parses. Where
//! there is no Chinese text, the definition's English stays.

mod fold;

use clap::{Arg, ArgAction, Command, builder::PossibleValue};

use crate::text::help::{default, environment, find, one_of};
use fold::fold;

/// How far the long text of an argument is indented.
const INDENT: usize = 10;

/// The definition with Chinese help.
pub(super) fn translated(command: Command) -> Command {
    let version = Arg::new("version")
        .short('V')
        .long("version")
        .action(ArgAction::Version);
    walk(command.disable_version_flag(true).arg(version), "help")
}

/// A command and all below it. `id` is its message's name.
fn walk(command: Command, id: &str) -> Command {
    let help = Arg::new("help")
        .short('h')
        .long("help")
        .action(ArgAction::Help);
    let command = told(command.disable_help_flag(true).arg(help), id)
        .mut_args(|arg| argument(arg, id))
        .mut_subcommands(|below| {
            let id = id_below(id, below.get_name());
            walk(below, &id)
        });
    framed(command)
}

/// `file sign` and `sign` are one command.
pub(super) fn id_below(id: &str, name: &str) -> String {
    match id {
        "help-file" => format!("help-{name}"),
        id => format!("{id}-{name}"),
    }
}

/// What is said about the command itself.
fn told(mut command: Command, id: &str) -> Command {
    if let Some(text) = find(id) {
        if command.get_long_about().is_some() {
            let long = find(&format!("{id}-long")).unwrap_or_else(|| text.clone());
            command = command.long_about(fold(&long, 0));
        }
        command = command.about(text);
    }
    if let Some(text) = find(&format!("{id}-after")) {
        command = command.after_help(text);
    }
    if let Some(english) = command.get_after_long_help().map(ToString::to_string) {
        command = command.after_long_help(notes(id, &english));
    }
    command
}

/// Examples without a word of English need no translation but their heading's.
fn notes(id: &str, english: &str) -> String {
    let heading = find("help-examples").map(|word| format!("{word}："));
    match (find(&format!("{id}-notes")), heading) {
        (Some(notes), _) => notes,
        (None, Some(heading)) => english.replacen("Examples:", &heading, 1),
        (None, None) => english.to_owned(),
    }
}

/// Headings, and the usage line's beginning. Names of values stay as they are in both languages.
fn framed(command: Command) -> Command {
    let style = *command.get_styles().get_usage();
    let (Some(usage), Some(commands)) = (find("help-usage"), heading("help-commands")) else {
        return command;
    };
    command.subcommand_help_heading(commands).help_template(format!(
        "{{before-help}}{{about-with-newline}}\n{style}{usage}:{style:#} {{usage}}\n\n{{all-args}}{{after-help}}"
    ))
}

/// The message about an argument: of this command, else the one that several share.
pub(super) fn argument_id(id: &str, name: &str) -> String {
    let name = name.replace('_', "-");
    let own = format!("{id}-arg-{name}");
    match find(&own) {
        Some(_) => own,
        None => format!("help-arg-{name}"),
    }
}

/// The message about a value of an argument, whose own message is `id`.
pub(super) fn value_id(arg: &Arg, id: &str, value: &str) -> String {
    let own = format!("{id}-value-{value}");
    let name = arg.get_id().as_str().replace('_', "-");
    match find(&own) {
        Some(_) => own,
        None => format!("help-arg-{name}-value-{value}"),
    }
}

fn argument(arg: Arg, id: &str) -> Arg {
    let heading_id = match arg.get_help_heading() {
        Some(heading) => heading_id(heading),
        None if arg.is_positional() => "help-arguments".to_owned(),
        None => "help-options".to_owned(),
    };
    let arg = match heading(&heading_id) {
        Some(heading) => arg.help_heading(heading),
        None => arg,
    };
    let id = argument_id(id, arg.get_id().as_str());
    match find(&id) {
        Some(text) => described(arg, &id, text),
        None => arg,
    }
}

/// A heading. The parser wants it for the life of the process, which makes its definition once.
fn heading(id: &str) -> Option<&'static str> {
    find(id).map(|text| &*text.leak())
}

pub(super) fn heading_id(heading: &str) -> String {
    format!("help-heading-{}", heading.to_lowercase().replace(' ', "-"))
}

/// The argument with its text, and with what clap would say about its values in English.
fn described(arg: Arg, id: &str, text: String) -> Arg {
    let values = values(&arg);
    let (mut short, mut long) = (text.clone(), text);
    let mut remarks = remarks(&arg);
    if !remarks.is_empty() {
        long.push_str(&bracketed(&remarks));
    }
    if !values.is_empty() {
        let names: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
        remarks.push(one_of(&names.join("、")));
        long.push_str(&list(&values, |value| find(&value_id(&arg, id, value))));
    }
    if !remarks.is_empty() {
        short.push_str(&bracketed(&remarks));
    }
    let takes_values = arg.get_action().takes_values();
    let arg = arg.help(short).long_help(fold(&long, INDENT));
    match takes_values {
        true => arg
            .hide_default_value(true)
            .hide_env(true)
            .hide_possible_values(true),
        false => arg,
    }
}

fn bracketed(remarks: &[String]) -> String {
    format!("（{}）", remarks.join("；"))
}

/// Default and environment variable, where they are shown in English too.
fn remarks(arg: &Arg) -> Vec<String> {
    let mut remarks = Vec::new();
    if !arg.get_action().takes_values() {
        return remarks;
    }
    let defaults = arg.get_default_values();
    let defaults: Vec<_> = defaults
        .iter()
        .map(|value| value.to_string_lossy())
        .collect();
    if !defaults.is_empty() && !arg.is_hide_default_value_set() {
        remarks.push(default(&defaults.join(" ")));
    }
    if let Some(name) = arg.get_env() {
        remarks.push(environment(&name.to_string_lossy()));
    }
    remarks
}

fn values(arg: &Arg) -> Vec<PossibleValue> {
    match arg.get_action().takes_values() && !arg.is_hide_possible_values_set() {
        true => arg.get_possible_values(),
        false => Vec::new(),
    }
}

/// Values, one a line, with what they mean.
fn list(values: &[PossibleValue], meaning: impl Fn(&str) -> Option<String>) -> String {
    let mut text = format!("\n\n{}", find("help-values").unwrap_or_default());
    for value in values.iter().filter(|value| !value.is_hide_set()) {
        text.push_str(&format!("\n- {}", value.get_name()));
        if let Some(meaning) = meaning(value.get_name()) {
            text.push_str(&format!("：{meaning}"));
        }
    }
    text
}

#[cfg(test)]
mod tests;
