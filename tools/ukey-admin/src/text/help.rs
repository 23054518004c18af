//! The Chinese help. Its English is the definition of the command line, and so its messages are found
//! by the names of commands and arguments, which a test goes through.

use fluent_bundle::FluentArgs;

use super::message::{self, Argument as _};

/// A text of the help without variables; `None` where there is none of that name.
pub(crate) fn find(id: &str) -> Option<String> {
    message::help(id, &FluentArgs::new())
}

/// "Default …".
pub(crate) fn default(value: &str) -> String {
    with("help-default", &[("value", value)])
}

/// "Environment variable …".
pub(crate) fn environment(name: &str) -> String {
    with("help-environment", &[("name", name)])
}

/// "One of …".
pub(crate) fn one_of(values: &str) -> String {
    with("help-one-of", &[("values", values)])
}

/// Names of all messages of the help.
#[cfg(test)]
pub(crate) fn ids() -> Vec<String> {
    message::help_ids()
}

/// A text of the help with variables.
pub(crate) fn with(id: &str, variables: &[(&'static str, &str)]) -> String {
    let arguments: FluentArgs<'_> = variables
        .iter()
        .map(|(name, value)| (*name, value.value()))
        .collect();
    message::help(id, &arguments).unwrap_or_default()
}
