//! Text armour: PEM (RFC 7468, any line width) and bare base64, told from DER.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::asn1;
use crate::error::{Error, Result};

/// Label of a certificate.
pub(crate) const CERTIFICATE: &str = "CERTIFICATE";
/// Label of a PKCS#10 request.
pub(crate) const CERTIFICATE_REQUEST: &str = "CERTIFICATE REQUEST";
/// Label that older software gives to a PKCS#10 request.
pub(crate) const NEW_CERTIFICATE_REQUEST: &str = "NEW CERTIFICATE REQUEST";
/// Label of an unencrypted PKCS#8 key.
pub(crate) const PRIVATE_KEY: &str = "PRIVATE KEY";

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// The DER inside `input`: DER as it is, the first PEM block with one of `labels`, or bare base64.
///
/// Text before a PEM block (a readable dump, as some CAs send) is skipped.
///
/// # Errors
/// [`Error::Invalid`] when the armour is broken or only other labels are present.
pub(crate) fn to_der(
    input: &[u8],
    labels: &[&str],
    what: &'static str,
) -> Result<Zeroizing<Vec<u8>>> {
    if input.first() == Some(&asn1::SEQUENCE) {
        return Ok(Zeroizing::new(input.to_vec()));
    }
    let text = std::str::from_utf8(input).map_err(|_| Error::malformed(what))?;
    let blocks = blocks(text, what)?;
    if blocks.is_empty() {
        return decode(text, what);
    }
    match blocks.iter().find(|(label, _)| labels.contains(label)) {
        Some((_, body)) => decode(body, what),
        None => Err(Error::invalid(
            what,
            format!("the PEM block is a {}", blocks[0].0),
        )),
    }
}

/// All blocks with this label, in order; DER or bare base64 input counts as one block.
pub(crate) fn all(
    input: &[u8],
    label: &str,
    what: &'static str,
) -> Result<Vec<Zeroizing<Vec<u8>>>> {
    let single = || to_der(input, &[label], what).map(|der| vec![der]);
    if input.first() == Some(&asn1::SEQUENCE) {
        return single();
    }
    let text = std::str::from_utf8(input).map_err(|_| Error::malformed(what))?;
    let found = blocks(text, what)?
        .into_iter()
        .filter(|(found, _)| *found == label)
        .map(|(_, body)| decode(body, what))
        .collect::<Result<Vec<_>>>()?;
    if found.is_empty() {
        single()
    } else {
        Ok(found)
    }
}

/// PEM text with lines of 64 characters.
pub(crate) fn from_der(label: &str, der: &[u8]) -> Zeroizing<String> {
    let body = Zeroizing::new(STANDARD.encode(der));
    let mut text = Zeroizing::new(String::with_capacity(body.len() + body.len() / 64 + 80));
    text.push_str(&format!("{BEGIN}{label}{DASHES}\n"));
    for line in body.as_bytes().chunks(64) {
        text.extend(line.iter().map(|byte| char::from(*byte)));
        text.push('\n');
    }
    text.push_str(&format!("{END}{label}{DASHES}\n"));
    text
}

/// Label and body of every block.
fn blocks<'a>(text: &'a str, what: &'static str) -> Result<Vec<(&'a str, &'a str)>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(BEGIN) {
        let (label, after) = rest[start + BEGIN.len()..]
            .split_once(DASHES)
            .ok_or(Error::Truncated { what })?;
        let (body, after) = after
            .split_once(&format!("{END}{label}{DASHES}"))
            .ok_or(Error::Truncated { what })?;
        found.push((label, body));
        rest = after;
    }
    Ok(found)
}

fn decode(body: &str, what: &'static str) -> Result<Zeroizing<Vec<u8>>> {
    let compact: Zeroizing<Vec<u8>> = Zeroizing::new(
        body.bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect(),
    );
    STANDARD
        .decode(&*compact)
        .map(Zeroizing::new)
        .map_err(|_| Error::invalid(what, "broken base64"))
}
