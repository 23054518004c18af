//! What `batch` says.

use std::{io, path::Path};

pub(crate) const NO_HEADER: &str = "there is no header; the first line names the columns";
pub(crate) const NO_ROWS: &str = "there are no rows";
pub(crate) const BOM: &str = "the file begins with a byte-order mark; save it as UTF-8 without one";
pub(crate) const UTF16: &str = "the file is UTF-16; save it as UTF-8";
pub(crate) const NOT_UTF8: &str = "this is not UTF-8 (GBK, perhaps?); save the file as UTF-8";
pub(crate) const EMPTY_LINE: &str = "the line is empty";
pub(crate) const STRAY_QUOTE: &str =
    "a quote stands inside a field; write it twice and quote the field";
pub(crate) const OPEN_QUOTE: &str = "a quote is not closed";
pub(crate) const BAD_ID: &str = "an id has 1 to 64 letters, digits, - _ or .";
pub(crate) const BAD_TRIES: &str = "tries are 1 to 15";
pub(crate) const BAD_PIN_LENGTH: &str = "a PIN has 6 to 16 digits";
pub(crate) const BAD_DAYS: &str = "days are 1 to 3650";
pub(crate) const RUNS: &str = "another batch works in this directory";
pub(crate) const LETTER_TITLE: &str = "USBKEY";
pub(crate) const LETTER_SERIAL: &str = "序列号 Serial number";
pub(crate) const LETTER_LABEL: &str = "标签 Label";
pub(crate) const LETTER_PIN: &str = "初始口令 PIN";
pub(crate) const LETTER_ADVICE: &str = "请在首次使用前修改口令，并销毁本函。\
     Change this PIN before the first use, then destroy this letter.";

pub(crate) fn in_line(file: &str, line: usize, message: &str) -> String {
    format!("{file}, line {line}: {message}")
}

pub(crate) fn in_file(file: &str, message: &str) -> String {
    format!("{file}: {message}")
}

pub(crate) fn columns(found: usize, wanted: usize) -> String {
    format!("the row has {found} of {wanted} fields")
}

pub(crate) fn duplicate(column: &str, value: &str, first: usize) -> String {
    format!("the {column} {value} is in line {first} already")
}

pub(crate) fn unknown_column(name: &str) -> String {
    format!("the column {name:?} is not known; there are id, subject, label, serial and seal")
}

pub(crate) fn column_twice(name: &str) -> String {
    format!("the column {name} is there twice")
}

pub(crate) fn missing_column(name: &str) -> String {
    format!("the column {name} is missing")
}

pub(crate) fn missing_value(name: &str) -> String {
    format!("the {name} is missing")
}

pub(crate) fn bad_subject(why: &str) -> String {
    format!("the subject is no name: {why}")
}

pub(crate) fn no_seal(path: &Path, error: &io::Error) -> String {
    format!("the seal {} cannot be read: {error}", path.display())
}

pub(crate) fn pin_file(path: &Path) -> String {
    format!("{} holds no PIN", path.display())
}

pub(crate) fn is_done(id: &str) -> String {
    format!("row {id} is produced and cannot be given up")
}

pub(crate) fn produced(id: &str, serial: &str) -> String {
    format!("{id}: produced on {serial}")
}

pub(crate) fn failed(id: &str, serial: &str, why: &str) -> String {
    format!("{id}: not produced on {serial}: {why}")
}

pub(crate) fn summary(rows: usize, produced: usize, failed: usize, left: usize) -> String {
    format!("{rows} rows: {produced} produced now, {failed} failed, {left} left.")
}

pub(crate) fn would_produce(rows: usize, blank: usize) -> String {
    format!("{rows} rows are in order; {blank} blank USBKEYs are plugged in.")
}

pub(crate) fn partial(left: usize) -> String {
    match left {
        1 => "one row is not produced".to_owned(),
        n => format!("{n} rows are not produced"),
    }
}
