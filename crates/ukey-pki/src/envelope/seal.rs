//! Making envelopes.

use std::io::{Read, Write};

use ukey_crypto::rng;
use ukey_crypto::sm4::{self, Direction, Mode, Padding};

use super::integrity::{self, EnvelopeMac};
use super::pipeline::overlapped;
use super::recipient;
use crate::asn1;
use crate::ber::{CHUNK, read_full};
use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::flavour::Flavour;
use crate::oid;

/// Length octet of the indefinite form, and the octets that end it.
const INDEFINITE: u8 = 0x80;
const END_OF_CONTENTS: [u8; 2] = [0, 0];

/// How an envelope is written.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SealOptions {
    /// Identifiers and version numbers; GB/T 35275 unless changed.
    pub flavour: Flavour,
    /// Length of the content in octets, if known: the envelope is then DER. It must be right.
    pub content_len: Option<u64>,
    /// Whether to add the integrity check; yes unless changed. To be turned off only for a reader
    /// that refuses the additional field.
    pub integrity: bool,
}

impl Default for SealOptions {
    fn default() -> Self {
        Self {
            flavour: Flavour::Gm,
            content_len: None,
            integrity: true,
        }
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sealed {
    /// Octets of content.
    pub content_len: u64,
}

/// Encrypts `content` to all `recipients` (their encryption certificates). One pass, constant memory,
/// one thread besides the caller's.
///
/// The certificates are not validated here, only their key usage is looked at; see
/// [`crate::certificate::chain::validate`].
///
/// # Errors
/// [`Error::Invalid`] without recipients or with one whose certificate is not for encryption,
/// [`Error::LengthChanged`] when the content is not as long as announced, [`Error::Io`]. `output` is
/// then incomplete and must be discarded.
pub fn seal(
    recipients: &[&Certificate],
    content: &mut dyn Read,
    output: &mut dyn Write,
    options: &SealOptions,
) -> Result<Sealed> {
    let key = sm4::Key::generate()?;
    let head = Head::make(recipients, &key, options)?;
    let mut cipher = sm4::Cipher::new(
        Direction::Encrypt,
        Mode::Cbc,
        &key,
        &head.iv,
        Padding::Pkcs7,
    );
    let mut writer = ContentWriter {
        mac: options
            .integrity
            .then(|| EnvelopeMac::new(key.expose_bytes(), &head.authenticated())),
        segmented: options.content_len.is_none(),
        output,
    };
    match options.content_len {
        Some(length) => writer.output.write_all(&head.definite(length, options)?)?,
        None => writer.output.write_all(&head.indefinite())?,
    }
    let mut reader = ContentReader {
        content,
        announced: options.content_len,
        total: 0,
    };
    overlapped(
        |piece| reader.read(&mut piece.plaintext),
        |piece| {
            piece.ciphertext.clear();
            Ok(cipher.update_into(&piece.plaintext, &mut piece.ciphertext)?)
        },
        |piece| writer.write(&piece.ciphertext),
    )?;
    writer.end(cipher)?;
    Ok(Sealed {
        content_len: reader.total,
    })
}

/// The elements before the encrypted content.
struct Head {
    outer_type: Vec<u8>,
    version: Vec<u8>,
    recipients: Vec<u8>,
    content_type: Vec<u8>,
    algorithm: Vec<u8>,
    iv: [u8; sm4::BLOCK],
}

impl Head {
    fn make(recipients: &[&Certificate], key: &sm4::Key, options: &SealOptions) -> Result<Self> {
        if recipients.is_empty() {
            return Err(Error::invalid("recipient list", "it is empty"));
        }
        let flavour = options.flavour;
        let mut infos = Vec::new();
        for (index, certificate) in recipients.iter().enumerate() {
            if !recipients[..index].contains(certificate) {
                infos.push(recipient::make(certificate, key, flavour)?);
            }
        }
        let mut iv = integrity::derived_iv(key.expose_bytes());
        if !options.integrity {
            rng::fill(&mut iv)?;
        }
        Ok(Self {
            outer_type: asn1::oid(flavour.enveloped_data()),
            version: asn1::unsigned(&[version(options)]),
            recipients: asn1::set_of(asn1::SET, infos),
            content_type: asn1::oid(flavour.data()),
            algorithm: asn1::sequence(&[&asn1::oid(oid::SM4_CBC), &asn1::octet_string(&iv)]),
            iv,
        })
    }

    /// What the MAC covers besides the ciphertext.
    fn authenticated(&self) -> Vec<u8> {
        [
            self.outer_type.as_slice(),
            &self.version,
            &self.recipients,
            &self.content_type,
            &self.algorithm,
        ]
        .concat()
    }

    /// Everything before the ciphertext of a content of this length, in DER.
    fn definite(&self, content_len: u64, options: &SealOptions) -> Result<Vec<u8>> {
        // Padding completes the last block or adds one. A quarter of the range is more than any
        // file, and leaves room for what is added below.
        let ciphertext_len = (content_len / sm4::BLOCK as u64 + 1) * sm4::BLOCK as u64;
        if content_len > u64::MAX / 4 {
            return Err(Error::invalid("content length", content_len.to_string()));
        }
        let attributes_len = match options.integrity {
            true => integrity::attributes_len() as u64,
            false => 0,
        };
        let octets = asn1::header(asn1::context_primitive(0), ciphertext_len);
        let info_head = [self.content_type.as_slice(), &self.algorithm, &octets].concat();
        let info_len = info_head.len() as u64 + ciphertext_len;
        let info = asn1::header(asn1::SEQUENCE, info_len);
        let body_head = [self.version.as_slice(), &self.recipients, &info].concat();
        let body_len = body_head.len() as u64 + info_len + attributes_len;
        let body = asn1::header(asn1::SEQUENCE, body_len);
        let explicit = asn1::header(asn1::context(0), body.len() as u64 + body_len);
        let outer_head = [self.outer_type.as_slice(), &explicit, &body].concat();
        let outer = asn1::header(asn1::SEQUENCE, outer_head.len() as u64 + body_len);
        Ok([outer, outer_head, body_head, info_head].concat())
    }

    /// Everything before the ciphertext segments, in BER.
    fn indefinite(&self) -> Vec<u8> {
        [
            &[asn1::SEQUENCE, INDEFINITE],
            self.outer_type.as_slice(),
            &[asn1::context(0), INDEFINITE],
            &[asn1::SEQUENCE, INDEFINITE],
            &self.version,
            &self.recipients,
            &[asn1::SEQUENCE, INDEFINITE],
            &self.content_type,
            &self.algorithm,
            &[asn1::context(0), INDEFINITE],
        ]
        .concat()
    }
}

/// GB/T 35275: always 1. RFC 5652 section 6.1: 2 with unprotectedAttrs, otherwise 0.
fn version(options: &SealOptions) -> u8 {
    match (options.flavour, options.integrity) {
        (Flavour::Gm, _) => 1,
        (Flavour::Pkcs7, true) => 2,
        (Flavour::Pkcs7, false) => 0,
    }
}

/// Reads the content, and compares its length with the announced one.
struct ContentReader<'a> {
    content: &'a mut dyn Read,
    announced: Option<u64>,
    total: u64,
}

impl ContentReader<'_> {
    /// The next piece; `false` at the end.
    fn read(&mut self, plaintext: &mut Vec<u8>) -> Result<bool> {
        plaintext.resize(CHUNK, 0);
        let read = read_full(self.content, plaintext)?;
        plaintext.truncate(read);
        self.total += read as u64;
        if let Some(announced) = self.announced
            && (self.total > announced || (read == 0 && self.total < announced))
        {
            let actual = self.total;
            return Err(Error::LengthChanged { announced, actual });
        }
        Ok(read > 0)
    }
}

/// Authenticates and writes ciphertext.
struct ContentWriter<'a> {
    mac: Option<EnvelopeMac>,
    /// Whether the ciphertext is written as segments of an indefinite-length string.
    segmented: bool,
    output: &'a mut dyn Write,
}

impl ContentWriter<'_> {
    fn end(mut self, cipher: sm4::Cipher) -> Result<()> {
        let mut last = Vec::with_capacity(sm4::BLOCK);
        cipher.finish_into(&mut last)?;
        self.write(&last)?;
        if self.segmented {
            // The string and EncryptedContentInfo.
            self.output.write_all(&END_OF_CONTENTS.repeat(2))?;
        }
        if let Some(mac) = self.mac {
            self.output.write_all(&mac.into_attributes())?;
        }
        if self.segmented {
            // EnvelopedData, its explicit tag, ContentInfo.
            self.output.write_all(&END_OF_CONTENTS.repeat(3))?;
        }
        Ok(self.output.flush()?)
    }

    fn write(&mut self, ciphertext: &[u8]) -> Result<()> {
        if ciphertext.is_empty() {
            return Ok(());
        }
        if let Some(mac) = &mut self.mac {
            mac.update(ciphertext);
        }
        if self.segmented {
            let header = asn1::header(asn1::OCTET_STRING, ciphertext.len() as u64);
            self.output.write_all(&header)?;
        }
        Ok(self.output.write_all(ciphertext)?)
    }
}
