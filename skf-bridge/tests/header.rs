//! `include/skf.h` against the sources: every prototype with its types in order, every structure with its members, every
//! return code. The compilers' view of the layout is in `c_client.rs`.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn header() -> String {
    let text = std::fs::read_to_string(root().join("include/skf.h")).unwrap();
    without_comments(&text)
}

/// C text without comments.
fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((code, comment)) = rest.split_once("/*") {
        out.push_str(code);
        rest = comment.split_once("*/").unwrap().1;
    }
    out + rest
}

/// The sources of the exported functions, as one text.
fn sources() -> String {
    let mut files: Vec<_> = std::fs::read_dir(root().join("src/abi"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect()
}

/// Name and parameters: name and type of each, the type in the words of C.
type Prototypes = BTreeMap<String, Vec<(String, String)>>;

fn in_the_header() -> Prototypes {
    let text = header();
    text.split("ULONG DEVAPI ")
        .skip(1)
        .map(|rest| {
            let (name, rest) = rest.split_once('(').unwrap();
            let (parameters, _) = rest.split_once(')').unwrap();
            let parameters = parameters
                .split(',')
                .map(str::trim)
                .filter(|p| *p != "void")
                .map(|p| {
                    let at = p.rfind(|c: char| !c.is_alphanumeric() && c != '_').unwrap() + 1;
                    (p[at..].to_owned(), p[..at].replace(' ', ""))
                })
                .collect();
            (name.to_owned(), parameters)
        })
        .collect()
}

fn in_the_sources() -> Prototypes {
    let text = sources();
    text.split("extern \"system\" fn ")
        .skip(1)
        .map(|rest| {
            let (name, rest) = rest.split_once('(').unwrap();
            let (parameters, rest) = rest.split_once(')').unwrap();
            assert!(rest.starts_with(" -> ULONG"), "{name}");
            let parameters = parameters
                .split(',')
                .map(str::trim)
                .filter(|p| !p.is_empty())
                .map(|p| {
                    let (name, kind) = p.split_once(": ").unwrap();
                    (name.to_owned(), c_type(kind))
                })
                .collect();
            (name.to_owned(), parameters)
        })
        .collect()
}

/// `*mut BYTE` as `BYTE*`.
fn c_type(kind: &str) -> String {
    match kind.strip_prefix("*mut ") {
        Some(target) => c_type(target) + "*",
        // The one parameter that the standard prints so.
        None if kind == "u8" => "unsignedchar".to_owned(),
        None => kind.to_owned(),
    }
}

#[test]
fn every_prototype_of_the_header_is_that_of_the_sources() {
    let (header, sources) = (in_the_header(), in_the_sources());
    assert_eq!(sources.len(), 80);
    for (name, parameters) in &sources {
        let declared = header
            .get(name)
            .unwrap_or_else(|| panic!("{name} is not declared"));
        assert_eq!(declared, parameters, "{name}");
    }
    assert_eq!(header.len(), sources.len());
}

#[test]
fn every_return_code_of_the_header_is_that_of_the_sources() {
    let declared: BTreeMap<String, u32> = header()
        .lines()
        .filter_map(|line| line.strip_prefix("#define SAR_"))
        .map(|line| {
            let (name, number) = line.split_once(' ').unwrap();
            let number = number.trim().strip_prefix("0x").unwrap();
            (
                format!("SAR_{name}"),
                u32::from_str_radix(number, 16).unwrap(),
            )
        })
        .collect();
    let mut defined: BTreeMap<String, u32> = ukey_skf::sar::NAMES
        .iter()
        .map(|(number, name)| ((*name).to_owned(), *number))
        .collect();
    defined.insert("SAR_OK".to_owned(), 0);
    assert_eq!(declared, defined);
}

/// Structures in the order of their members, which with one-byte packing and the checked sizes is the layout.
#[test]
fn every_structure_of_the_header_has_the_members_of_the_sources() {
    let members = |text: &str, name: fn(&str) -> Option<&str>| -> Vec<String> {
        text.lines()
            .filter_map(|line| name(line.trim()).map(str::to_owned))
            .collect()
    };
    let header = header();
    let sources = sources();
    let mut structures = 0;
    for rest in sources.split("pub struct ").skip(1) {
        let (name, body) = rest.split_once(" {").unwrap();
        let (body, _) = body.split_once("\n}").unwrap();
        let in_source = members(body, |line| {
            Some(line.strip_prefix("pub ")?.split_once(':')?.0)
        });
        let (before, _) = header.split_once(&format!("}} {name}")).unwrap();
        let (_, body) = before.rsplit_once('{').unwrap();
        let in_header = members(body, |line| {
            let declared = line.strip_suffix(';')?;
            let declared = declared.split('[').next()?;
            declared.rsplit(' ').next()
        });
        assert_eq!(in_header, in_source, "{name}");
        structures += 1;
    }
    assert_eq!(structures, 11);
}
