//! Cases on files.

use super::{Case, Outcome, Subject, USER_RIGHT, demand, refused};
use crate::vendor::layout;

const FILE_EXISTS: u32 = 0x0A00_002F;
const FILE_NOT_EXIST: u32 = 0x0A00_0031;
/// SECURE_ANYONE_ACCOUNT.
const ANYONE: u32 = 0xFF;
/// SECURE_NEVER_ACCOUNT.
const NEVER: u32 = 0;
/// File that the cases make for themselves.
pub(super) const OWN_FILE: &[u8] = b"ukey-test";

pub(super) const CASES: &[Case] = &[
    Case::new("file", "what is written at an offset is read there", file).logged_in(),
    Case::new(
        "file-end",
        "nothing is written behind the end of a file",
        file_end,
    )
    .logged_in(),
    Case::new(
        "file-rights",
        "a file that nobody may write is not written",
        rights,
    )
    .logged_in(),
];

fn file(subject: &Subject<'_>) -> Outcome {
    subject.with_login(|_, application| {
        let skf = &subject.skf;
        refused(skf.read_file(application, OWN_FILE, 0, 1), FILE_NOT_EXIST)?;
        skf.create_file(application, OWN_FILE, 3000, (ANYONE, USER_RIGHT))?;
        let again = skf.create_file(application, OWN_FILE, 3000, (ANYONE, USER_RIGHT));
        refused(again, FILE_EXISTS)?;
        let list = skf.files(application)?;
        let is_listed = layout::names(&list).contains(&OWN_FILE);
        demand(is_listed, || "SKF_EnumFiles does not tell it".to_owned())?;
        let content: Vec<u8> = (0..2000_u32).map(|n| n as u8).collect();
        skf.write_file(application, OWN_FILE, 1000, &content)?;
        let back = skf.read_file(application, OWN_FILE, 1000, 2000)?;
        demand(back == content, || "something else is read".to_owned())?;
        let part = skf.read_file(application, OWN_FILE, 1500, 100)?;
        demand(part == content[500..600], || {
            "something else is read at an offset".to_owned()
        })?;
        let end = skf.read_file(application, OWN_FILE, 2990, 100)?;
        demand(end == content[1990..], || {
            "the end is not read as it is".to_owned()
        })
    })
}

fn file_end(subject: &Subject<'_>) -> Outcome {
    subject.with_login(|_, application| {
        let skf = &subject.skf;
        skf.create_file(application, OWN_FILE, 64, (ANYONE, USER_RIGHT))?;
        let written = skf.write_file(application, OWN_FILE, 60, &[1; 8]);
        demand(written.is_err(), || {
            "more is taken than there is room for".to_owned()
        })?;
        let end = skf.read_file(application, OWN_FILE, 60, 4)?;
        demand(end == [0; 4], || "a part was written".to_owned())
    })
}

fn rights(subject: &Subject<'_>) -> Outcome {
    subject.with_login(|_, application| {
        let skf = &subject.skf;
        skf.create_file(application, OWN_FILE, 64, (ANYONE, NEVER))?;
        let written = skf.write_file(application, OWN_FILE, 0, b"x");
        demand(written.is_err(), || "it is written".to_owned())
    })
}
