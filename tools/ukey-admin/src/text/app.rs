//! What `app` says.

use ukey_token::Rights;

super::message::messages! {
    "app-"
    fn user_pin();
    fn so_pin();
    fn containers();
    fn certificates();
    fn files();
    fn share(used: usize, limit: usize);
    fn created(name: &str);
    fn deleted(name: &str);
}

pub(crate) fn columns() -> [&'static str; 6] {
    let application = super::label::application();
    [
        application,
        user_pin(),
        so_pin(),
        containers(),
        certificates(),
        files(),
    ]
}

/// A star marks the one that commands use without `--application`.
pub(crate) fn name(name: &str, is_chosen: bool) -> String {
    match is_chosen {
        true => format!("{name} *"),
        false => name.to_owned(),
    }
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
