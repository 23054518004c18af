//! What `app` says.

use ukey_token::Rights;

pub(crate) const COLUMNS: [&str; 6] = [
    "APPLICATION",
    "USER PIN",
    "SO PIN",
    "CONTAINERS",
    "CERTIFICATES",
    "FILES",
];

/// A star marks the one that commands use without `--application`.
pub(crate) fn name(name: &str, is_chosen: bool) -> String {
    match is_chosen {
        true => format!("{name} *"),
        false => name.to_owned(),
    }
}

pub(crate) fn share(used: usize, limit: usize) -> String {
    format!("{used} of {limit}")
}

pub(crate) fn created(name: &str) -> String {
    format!("Application {name} is created.")
}

pub(crate) fn deleted(name: &str) -> String {
    format!("Application {name} is deleted.")
}

/// Stable word, for JSON too.
pub(crate) fn rights_word(rights: Rights) -> &'static str {
    match rights {
        rights if rights.anyone() => "anyone",
        rights if rights.contains(Rights::ADMIN | Rights::USER) => "user or so",
        rights if rights.contains(Rights::ADMIN) => "so",
        rights if rights.contains(Rights::USER) => "user",
        _ => "nobody",
    }
}
