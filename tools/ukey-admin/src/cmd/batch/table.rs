//! The table of keys to produce: CSV (RFC 4180) in UTF-8. Anything odd in it stops everything, with
//! the number of the line, before any key is touched.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use ukey_pki::Name;

use crate::{
    error::{Error, Result},
    files,
    text::batch as words,
};

/// Longest label in bytes (GM/T 0016).
const LONGEST_LABEL: usize = 31;

/// Longest id, since files are called so.
const LONGEST_ID: usize = 64;

/// One key to produce.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) subject: Name,
    pub(super) label: Option<String>,
    /// The only USBKEY that it may go to.
    pub(super) serial: Option<String>,
    pub(super) seal: Option<PathBuf>,
}

/// A record with the number of its first line.
type Record = (usize, Vec<String>);

pub(super) fn read(path: &Path) -> Result<Vec<Row>> {
    let bytes = files::read_small(path)?;
    let at = |line: usize, message: String| {
        Error::Unfit(words::in_line(&path.display().to_string(), line, &message))
    };
    let mut records = records(&bytes).map_err(|(line, message)| at(line, message))?;
    if records.is_empty() {
        return Err(at(1, words::no_header().to_owned()));
    }
    let (_, header) = records.remove(0);
    let columns = columns(&header).map_err(|message| at(1, message))?;
    if records.is_empty() {
        return Err(at(2, words::no_rows().to_owned()));
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut rows = Vec::new();
    let mut seen: HashMap<(&str, String), usize> = HashMap::new();
    for (line, fields) in records {
        if fields.len() != header.len() {
            let message = words::columns(fields.len(), header.len());
            return Err(at(line, message));
        }
        let row = row(&columns, &fields, folder).map_err(|message| at(line, message))?;
        let keys = [("id", Some(row.id.clone())), ("serial", row.serial.clone())];
        for (column, value) in keys {
            let Some(value) = value else { continue };
            if let Some(first) = seen.insert((column, value.to_uppercase()), line) {
                return Err(at(line, words::duplicate(column, &value, first)));
            }
        }
        rows.push(row);
    }
    Ok(rows)
}

/// Which field is what.
struct Columns(HashMap<&'static str, usize>);

impl Columns {
    fn get<'a>(&self, fields: &'a [String], name: &str) -> Option<&'a str> {
        let field = fields.get(*self.0.get(name)?)?.trim();
        Some(field).filter(|field| !field.is_empty())
    }
}

fn columns(header: &[String]) -> Result<Columns, String> {
    let mut found = HashMap::new();
    for (at, name) in header.iter().enumerate() {
        let known = ["id", "subject", "label", "serial", "seal"];
        let name = name.trim();
        let Some(known) = known.into_iter().find(|known| *known == name) else {
            return Err(words::unknown_column(name));
        };
        if found.insert(known, at).is_some() {
            return Err(words::column_twice(known));
        }
    }
    match ["id", "subject"]
        .into_iter()
        .find(|name| !found.contains_key(name))
    {
        Some(missing) => Err(words::missing_column(missing)),
        None => Ok(Columns(found)),
    }
}

fn row(columns: &Columns, fields: &[String], folder: &Path) -> Result<Row, String> {
    let needed = |name: &'static str| {
        let value = columns.get(fields, name);
        value.ok_or_else(|| words::missing_value(name))
    };
    let id = needed("id")?.to_owned();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if id.len() > LONGEST_ID || id.starts_with('.') || !id.chars().all(allowed) {
        return Err(words::bad_id().to_owned());
    }
    let subject: Name = needed("subject")?
        .parse()
        .map_err(|error: ukey_pki::Error| words::bad_subject(&error.to_string()))?;
    let label = columns.get(fields, "label").map(str::to_owned);
    if label
        .as_ref()
        .is_some_and(|label| label.len() > LONGEST_LABEL)
    {
        return Err(crate::text::error::label_too_long().to_owned());
    }
    let seal = columns.get(fields, "seal").map(|seal| folder.join(seal));
    if let Some(seal) = &seal {
        fs::metadata(seal).map_err(|error| words::no_seal(seal, &error))?;
    }
    Ok(Row {
        id,
        subject,
        label,
        serial: columns.get(fields, "serial").map(str::to_uppercase),
        seal,
    })
}

/// The records, each with the number of its first line.
fn records(bytes: &[u8]) -> Result<Vec<Record>, (usize, String)> {
    let line_of = |at: usize| 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count();
    if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) {
        return Err((1, words::bom().to_owned()));
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err((1, words::utf16().to_owned()));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| (line_of(error.valid_up_to()), words::not_utf8().to_owned()))?;
    let mut rest = text;
    let mut line = 1;
    let mut records = Vec::new();
    while !rest.is_empty() {
        let (fields, after) = record(rest).map_err(|message| (line, message.to_owned()))?;
        if fields.iter().all(|field| field.trim().is_empty()) {
            return Err((line, words::empty_line().to_owned()));
        }
        let taken = &rest[..rest.len() - after.len()];
        records.push((line, fields));
        line += taken.matches('\n').count();
        rest = after;
    }
    Ok(records)
}

/// One record, and what follows it.
fn record(text: &str) -> Result<(Vec<String>, &str), &'static str> {
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        let (field, after) = field(rest)?;
        fields.push(field);
        rest = match after.strip_prefix(',') {
            Some(after) => after,
            None => {
                let after = after.strip_prefix('\r').unwrap_or(after);
                return Ok((fields, after.strip_prefix('\n').unwrap_or(after)));
            }
        };
    }
}

/// One field, and what follows it: a comma or the end of the line.
fn field(text: &str) -> Result<(String, &str), &'static str> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find([',', '\n', '\r']).unwrap_or(text.len());
        let (field, after) = text.split_at(end);
        return match field.contains('"') {
            true => Err(words::stray_quote()),
            false => Ok((field.to_owned(), after)),
        };
    };
    let mut field = String::new();
    loop {
        let (part, after) = rest.split_once('"').ok_or(words::open_quote())?;
        field.push_str(part);
        // Two quotes stand for one.
        match after.strip_prefix('"') {
            Some(after) => {
                field.push('"');
                rest = after;
            }
            None if after.is_empty() || after.starts_with([',', '\n', '\r']) => {
                return Ok((field, after));
            }
            None => return Err(words::stray_quote()),
        }
    }
}

#[cfg(test)]
mod tests;
