//! What `digest` and commands over several files say.

super::message::messages! {
    "digest-"
    fn good();
    fn bad();
    fn false_file();
    fn one_signature();
    fn false_files(failed: usize);
    fn not_a_line(list: &str, line: usize);
    fn empty_list(list: &str);
}

/// A line for people who check a list, as the sum programs write it.
pub(crate) fn checked(name: &str, is_good: bool) -> String {
    let verdict = if is_good { good() } else { bad() };
    format!("{name}: {verdict}\n")
}

/// Above the report about one of several files.
pub(crate) fn heading(name: &str) -> String {
    format!("{name}:\n")
}
