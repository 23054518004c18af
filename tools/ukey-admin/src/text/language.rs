//! In which language the program speaks.

use std::{ffi::OsString, sync::OnceLock};

/// A language with texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Language {
    /// English
    #[value(name = "en")]
    English,
    /// 简体中文 (simplified Chinese)
    #[value(name = "zh", alias = "zh-CN")]
    Chinese,
}

/// Where POSIX has the language of messages, in its order; the first that is set decides.
const VARIABLES: [&str; 4] = ["LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"];

static CHOSEN: OnceLock<Language> = OnceLock::new();

/// Takes the language of this process; the first call decides.
pub(crate) fn choose(language: Language) {
    CHOSEN.set(language).ok();
}

/// The language of this process: English until another is chosen.
pub(crate) fn chosen() -> Language {
    CHOSEN.get().copied().unwrap_or(Language::English)
}

impl Language {
    /// The language to speak, found before the command line is parsed, since help and the parser's
    /// own errors need it. `--json` is for programs: it follows `--lang` alone, so that its bytes are
    /// the same on every machine.
    pub(crate) fn find(
        arguments: &[OsString],
        environment: impl Fn(&str) -> Option<OsString>,
    ) -> Self {
        match asked(arguments) {
            Some(language) => language,
            None if options(arguments).any(|option| option == "--json") => Self::English,
            None => of_environment(environment),
        }
    }
}

/// What `--lang` says; the parser refuses what is no language.
fn asked(arguments: &[OsString]) -> Option<Language> {
    let mut options = options(arguments);
    while let Some(option) = options.next() {
        let name = match option.split_once('=') {
            Some(("--lang", name)) => Some(name),
            None if option == "--lang" => options.next(),
            _ => None,
        };
        if let Some(name) = name {
            return clap::ValueEnum::from_str(name, false).ok();
        }
    }
    None
}

/// What stands before `--`.
fn options(arguments: &[OsString]) -> impl Iterator<Item = &str> {
    let texts = arguments.iter().map(|text| text.to_str().unwrap_or(""));
    texts.take_while(|text| *text != "--")
}

fn of_environment(environment: impl Fn(&str) -> Option<OsString>) -> Language {
    let mut values = VARIABLES.iter().filter_map(|name| environment(name));
    let value = values.find(|value| !value.is_empty()).unwrap_or_default();
    let value = value.to_string_lossy();
    match value.split(['_', '-', '.', '@', ':']).next() {
        Some("zh") => Language::Chinese,
        _ => Language::English,
    }
}

#[cfg(test)]
mod tests;
