//! What `batch` says.

use std::{io, path::Path};

// The letter is for the holder, whose language the operator's does not tell: it has both.
pub(crate) const LETTER_TITLE: &str = "USBKEY";
pub(crate) const LETTER_SERIAL: &str = "序列号 Serial number";
pub(crate) const LETTER_LABEL: &str = "标签 Label";
pub(crate) const LETTER_PIN: &str = "初始口令 PIN";
pub(crate) const LETTER_ADVICE: &str = "请在首次使用前修改口令，并销毁本函。\
     Change this PIN before the first use, then destroy this letter.";

super::message::messages! {
    "batch-"
    fn no_header();
    fn no_rows();
    fn bom();
    fn utf16();
    fn not_utf8();
    fn empty_line();
    fn stray_quote();
    fn open_quote();
    fn bad_id();
    fn bad_tries();
    fn bad_pin_length();
    fn bad_days();
    fn runs();
    fn in_line(file: &str, line: usize, message: &str);
    fn columns(found: usize, wanted: usize);
    fn duplicate(column: &str, value: &str, first: usize);
    fn no_such_column(name: &str);
    fn column_twice(name: &str);
    fn missing_column(name: &str);
    fn missing_value(name: &str);
    fn bad_subject(why: &str);
    fn unreadable_seal(path: &Path, cause: &str);
    fn pin_file(path: &Path);
    fn is_done(id: &str);
    fn produced(id: &str, serial: &str);
    fn failed(id: &str, serial: &str, why: &str);
    fn summary(rows: usize, produced: usize, failed: usize, left: usize);
    fn would_produce(rows: usize, blank: usize);
    fn partial(left: usize);
}

pub(crate) fn in_file(file: &str, message: &str) -> String {
    format!("{file}: {message}")
}

pub(crate) fn unknown_column(name: &str) -> String {
    no_such_column(&format!("{name:?}"))
}

pub(crate) fn no_seal(path: &Path, error: &io::Error) -> String {
    unreadable_seal(path, &super::error::cause(error))
}
