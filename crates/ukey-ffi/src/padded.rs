//! Text in fixed fields and name lists. No pointers here: these make values, `output` writes them.

/// The longest prefix of `text` that has at most `limit` bytes and does not cut a character in two.
fn prefix(text: &str, limit: usize) -> &[u8] {
    let mut end = text.len().min(limit);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text.as_bytes()[..end]
}

/// A PKCS#11 text field: blank padded, no terminator, cut at a character boundary when too long.
pub fn blank<const N: usize>(text: &str) -> [u8; N] {
    filled(prefix(text, N), b' ')
}

/// An SKF text field: NUL padded with at least one NUL, cut at a character boundary when too long.
pub fn nul<const N: usize>(text: &str) -> [u8; N] {
    filled(prefix(text, N.saturating_sub(1)), 0)
}

fn filled<const N: usize>(bytes: &[u8], fill: u8) -> [u8; N] {
    let mut field = [fill; N];
    field[..bytes.len()].copy_from_slice(bytes);
    field
}

/// The text of a blank padded field, without the padding. `None` if it is not UTF-8.
pub fn trim_blank(field: &[u8]) -> Option<&str> {
    let end = field
        .iter()
        .rposition(|b| *b != b' ')
        .map_or(0, |last| last + 1);
    std::str::from_utf8(&field[..end]).ok()
}

/// The text of a NUL padded field up to its first NUL. `None` if it is not UTF-8.
pub fn trim_nul(field: &[u8]) -> Option<&str> {
    let end = field.iter().position(|b| *b == 0).unwrap_or(field.len());
    std::str::from_utf8(&field[..end]).ok()
}

/// An SKF name list: each name with its NUL, and one NUL more at the end.
///
/// No names give a single NUL (size 1): callers that allocate what they are told and look for the first NUL then stay
/// inside their buffer, and those that treat a size of 1 or less as empty are right too. Empty names cannot be
/// represented and are left out; a NUL inside a name ends it.
pub fn name_list<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Vec<u8> {
    let mut list = Vec::new();
    for name in names {
        let name = name.as_ref().split('\0').next().unwrap_or_default();
        if !name.is_empty() {
            list.extend_from_slice(name.as_bytes());
            list.push(0);
        }
    }
    list.push(0);
    list
}
