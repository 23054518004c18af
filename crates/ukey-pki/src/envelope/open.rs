//! Opening envelopes.

use std::io::{Read, Write};

use const_oid::ObjectIdentifier as Oid;
use ukey_crypto::sm4::{self, Direction, Mode, Padding};
use zeroize::Zeroizing;

use super::WHAT;
use super::integrity::{self, EnvelopeMac};
use super::pipeline::overlapped;
use super::recipient::{self, RecipientInfo};
use crate::algorithm::AlgorithmRef;
use crate::asn1;
use crate::ber::{BerHeader, BerReader};
use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::flavour::Flavour;
use crate::identifier::CertificateId;
use crate::key::Decryptor;
use crate::oid;

/// A certificate that may be a recipient, and the holder of its private key.
#[derive(Clone, Copy)]
pub struct Candidate<'a> {
    /// The encryption certificate, current or retired.
    pub certificate: &'a Certificate,
    /// Its private key.
    pub decryptor: &'a dyn Decryptor,
}

/// What to demand of an envelope.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct OpenOptions {
    /// Refuse envelopes without the integrity check, such as those of other software.
    pub require_integrity: bool,
}

/// Whether the content is known to be unaltered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Integrity {
    /// The check was there and is right.
    Verified,
    /// The envelope has no check: the content may have been altered by anybody.
    NotProtected,
}

/// What came out of an envelope.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Opened {
    /// Octets of content written.
    pub content_len: u64,
    /// Result of the integrity check.
    pub integrity: Integrity,
    /// Which of the candidates was used, counted from 0.
    pub candidate: usize,
}

/// An envelope read up to its encrypted content.
pub struct EnvelopeReader<R> {
    reader: BerReader<R>,
    /// DER of everything read so far, for the integrity check.
    head: Vec<u8>,
    recipients: Vec<RecipientInfo>,
    iv: [u8; sm4::BLOCK],
    content: BerHeader,
    flavour: Flavour,
}

impl<R: Read> EnvelopeReader<R> {
    /// Reads the front of an envelope, DER or BER.
    ///
    /// # Errors
    /// [`Error::Truncated`], [`Error::Malformed`], [`Error::Unsupported`] for another content type
    /// or cipher, [`Error::TooLarge`] when the recipients take more than 16 MiB, [`Error::Io`].
    pub fn new(input: R) -> Result<Self> {
        let mut reader = BerReader::new(input, WHAT);
        let mut head = Vec::new();
        let mut take = |reader: &mut BerReader<R>| -> Result<Vec<u8>> {
            let element = reader.element()?;
            head.extend_from_slice(&element);
            Ok(element)
        };
        reader.enter(asn1::SEQUENCE)?;
        let outer_type = as_oid(&take(&mut reader)?)?;
        let flavour = Flavour::of(outer_type, Flavour::enveloped_data)
            .ok_or_else(|| Error::unsupported("content type", outer_type))?;
        reader.enter(asn1::context(0))?;
        reader.enter(asn1::SEQUENCE)?;
        check_version(&take(&mut reader)?)?;
        if reader.peek_tag()? == Some(asn1::context(0)) {
            take(&mut reader)?; // originatorInfo
        }
        let recipients = recipient::parse_all(&take(&mut reader)?)?;
        reader.enter(asn1::SEQUENCE)?;
        as_oid(&take(&mut reader)?)?;
        let iv = content_cipher(&take(&mut reader)?)?;
        let content = reader.header()?;
        if content.tag != asn1::context(0) && content.tag != asn1::context_primitive(0) {
            return Err(reader.malformed());
        }
        Ok(Self {
            reader,
            head,
            recipients,
            iv,
            content,
            flavour,
        })
    }

    /// The certificates that the envelope is for.
    pub fn recipients(&self) -> impl Iterator<Item = &CertificateId> {
        self.recipients.iter().map(|recipient| &recipient.id)
    }

    /// Family of the outer content type.
    pub fn flavour(&self) -> Flavour {
        self.flavour
    }

    /// Decrypts the content to `output`, with the first recipient that one of `candidates` is. Costs
    /// one private-key operation. One pass, constant memory, one thread besides the caller's.
    ///
    /// `output` receives plaintext before the end of the envelope has been checked. Only after `Ok`
    /// is it whole and, unless [`Integrity::NotProtected`], unaltered; otherwise it must be discarded.
    ///
    /// # Errors
    /// [`Error::NotARecipient`], [`Error::Decryption`] for altered content or a wrong key,
    /// [`Error::IntegrityMissing`], [`Error::Truncated`], [`Error::Malformed`],
    /// [`Error::TrailingData`], [`Error::Io`], and those of the key holder.
    pub fn decrypt(
        mut self,
        candidates: &[Candidate<'_>],
        output: &mut dyn Write,
        options: &OpenOptions,
    ) -> Result<Opened> {
        let (candidate, key) = self.content_key(candidates)?;
        let mut mac = EnvelopeMac::new(key.expose_bytes(), &self.head);
        let mut cipher = sm4::Cipher::new(
            Direction::Decrypt,
            Mode::Cbc,
            &key,
            &self.iv,
            Padding::Pkcs7,
        );
        let mut content_len = 0;
        let mut octets = self.reader.octets(self.content)?;
        overlapped(
            |piece| {
                self.reader
                    .next_octets(&mut octets, &mut piece.ciphertext)?;
                Ok(!piece.ciphertext.is_empty())
            },
            |piece| {
                mac.update(&piece.ciphertext);
                Ok(())
            },
            |piece| {
                piece.plaintext.clear();
                cipher.update_into(&piece.ciphertext, &mut piece.plaintext)?;
                content_len += piece.plaintext.len() as u64;
                Ok(output.write_all(&piece.plaintext)?)
            },
        )?;
        let stated_mac = self.read_end()?;
        let integrity = match stated_mac {
            Some(stated) => mac.check(&stated).map(|()| Integrity::Verified)?,
            None if options.require_integrity => return Err(Error::IntegrityMissing),
            None if self.iv == integrity::derived_iv(key.expose_bytes()) => {
                return Err(Error::IntegrityMissing);
            }
            None => Integrity::NotProtected,
        };
        let mut last = Zeroizing::new(Vec::with_capacity(sm4::BLOCK));
        cipher
            .finish_into(&mut last)
            .map_err(|_| Error::Decryption)?;
        output.write_all(&last)?;
        content_len += last.len() as u64;
        Ok(Opened {
            content_len,
            integrity,
            candidate,
        })
    }

    fn content_key(&self, candidates: &[Candidate<'_>]) -> Result<(usize, sm4::Key)> {
        for recipient in &self.recipients {
            for (index, candidate) in candidates.iter().enumerate() {
                if recipient.id.names(candidate.certificate) {
                    return Ok((index, recipient.content_key(candidate.decryptor)?));
                }
            }
        }
        Err(Error::NotARecipient)
    }

    /// Everything after the encrypted content; returns the MAC.
    fn read_end(&mut self) -> Result<Option<[u8; 32]>> {
        let mut shared_info = false;
        while let Some(tag) = self.reader.peek_tag()? {
            // sharedInfo of GB/T 35275, not used here.
            if !matches!(tag & 0x1F, 1 | 2) {
                return Err(self.reader.malformed());
            }
            self.reader.element()?;
            shared_info = true;
        }
        self.reader.leave()?;
        let mac = match self.reader.peek_tag()? {
            Some(tag) if tag == asn1::context(1) => integrity::find(&self.reader.element()?)?,
            _ => None,
        };
        for _ in 0..3 {
            self.reader.leave()?;
        }
        self.reader.finish()?;
        match (mac, shared_info) {
            // The MAC does not cover them, and we never write them.
            (Some(_), true) => Err(self.reader.malformed()),
            (mac, _) => Ok(mac),
        }
    }
}

fn as_oid(element: &[u8]) -> Result<Oid> {
    asn1::single(element, asn1::OBJECT_IDENTIFIER, WHAT)?.oid(WHAT)
}

fn check_version(element: &[u8]) -> Result<()> {
    match asn1::single(element, asn1::INTEGER, WHAT)?.small(WHAT)? {
        0..=4 => Ok(()),
        other => Err(Error::unsupported("EnvelopedData version", other)),
    }
}

/// SM4-CBC, also under the identifier of SM4 without a mode, as CFCA software writes it.
fn content_cipher(element: &[u8]) -> Result<[u8; sm4::BLOCK]> {
    let element = asn1::single(element, asn1::SEQUENCE, WHAT)?;
    let algorithm = AlgorithmRef::parse(element, WHAT)?;
    if !matches!(algorithm.oid, oid::SM4_CBC | oid::SM4) {
        return Err(Error::unsupported("content cipher", algorithm.oid));
    }
    algorithm
        .parameters
        .and_then(|parameters| parameters.expect(asn1::OCTET_STRING, WHAT).ok())
        .and_then(|iv| iv.value.try_into().ok())
        .ok_or(Error::Malformed { what: WHAT })
}
