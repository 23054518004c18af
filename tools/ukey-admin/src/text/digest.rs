//! What `digest` and commands over several files say.

/// A line for people who check a list, as the sum programs write it.
pub(crate) fn checked(name: &str, good: bool) -> String {
    let verdict = if good { "OK" } else { "FAILED" };
    format!("{name}: {verdict}\n")
}

pub(crate) const FALSE: &str = "the file is NOT the one that the list is about";
pub(crate) const ONE_SIGNATURE: &str =
    "one --signature cannot belong to several files; leave it out";

pub(crate) fn false_files(failed: usize) -> String {
    match failed {
        1 => "one file did NOT pass the check".to_owned(),
        n => format!("{n} files did NOT pass the check"),
    }
}

pub(crate) fn not_a_line(list: &str, line: usize) -> String {
    format!("{list}, line {line}: this is no line of a list of digests of that kind")
}

pub(crate) fn empty_list(list: &str) -> String {
    format!("{list} names no file")
}

/// Above the report about one of several files.
pub(crate) fn heading(name: &str) -> String {
    format!("{name}:\n")
}
