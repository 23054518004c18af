//! Checking signed messages, step by step.

use std::io::{Read, Seek, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use const_oid::ObjectIdentifier as Oid;
use time::OffsetDateTime;
use ukey_crypto::ct;
use ukey_crypto::hash::HashAlg;

use super::hashing::{ContentDigests, ContentHasher};
use super::parse::{ContentSpan, SignedMessage, SignerInfo};
use super::report::{Check, Outcome, SignerReport, Verification};
use crate::algorithm::{self, SignatureAlgorithm};
use crate::ber::{BerReader, CHUNK, read_retrying};
use crate::certificate::{Certificate, Purpose, chain};
use crate::error::{Error, Result};
use crate::flavour::both_data;
use crate::key::PublicKey;
use crate::oid;
use crate::signature::MessageHasher;

/// Longest content that can be the digest of a file: SHA-512 in base64, and a line end.
const LONGEST_DIGEST_TEXT: usize = 90;

/// Where the signed content is.
pub enum Content<'a> {
    /// In the message.
    Embedded,
    /// In the message, and to be copied out. The copy counts only if the verdict is good.
    EmbeddedTo(&'a mut dyn Write),
    /// In a file of its own. If the message contains something, it must be the digest of the file
    /// (raw or in base64), as some software signs.
    External(&'a mut dyn Read),
}

/// What to check against.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct VerifyOptions {
    /// Trusted root certificates. Without any, the step [`Check::Path`] is skipped.
    pub anchors: Vec<Certificate>,
    /// Further certificates: of signers, when the message has none, and of issuers.
    pub certificates: Vec<Certificate>,
    /// Time for which the certification path is checked.
    pub at: Option<OffsetDateTime>,
    /// Check the path for the signing time instead, where the signer states one. It is only the
    /// signer's word, so this is for signatures received and known in time.
    pub at_signing_time: bool,
}

/// A signer with what is needed to check it.
struct Candidate<'a> {
    info: &'a SignerInfo,
    /// Certificate, its key, and the algorithm; or why there is none.
    key: Result<(&'a Certificate, PublicKey, SignatureAlgorithm)>,
}

impl<R: Read + Seek> SignedMessage<R> {
    /// Checks all signers. One pass over the content, constant memory.
    ///
    /// # Errors
    /// Only when the content cannot be read or written, or is not where `content` says. A signature
    /// that does not verify is not an error but a failed step.
    pub fn verify(
        &mut self,
        content: Content<'_>,
        options: &VerifyOptions,
    ) -> Result<Verification> {
        let Self {
            reader,
            content: span,
            content_type,
            signers,
            certificates,
            ..
        } = self;
        let at_hand = [certificates.as_slice(), &options.certificates].concat();
        let candidates: Vec<Candidate<'_>> = signers
            .iter()
            .map(|info| Candidate::new(info, &at_hand))
            .collect();
        let mut hasher = ContentHasher::default();
        for (index, candidate) in candidates.iter().enumerate() {
            candidate.prepare(index, &mut hasher)?;
        }
        let (digests, binding) = match (content, *span) {
            (Content::Embedded, Some(span)) => (embedded(reader, span, hasher, None)?, None),
            (Content::EmbeddedTo(output), Some(span)) => {
                (embedded(reader, span, hasher, Some(output))?, None)
            }
            (Content::External(file), None) => (external(file, hasher)?, None),
            (Content::External(file), Some(span)) => {
                let (digests, bound) = bound_to(file, reader, span, hasher)?;
                (digests, Some(bound))
            }
            (_, None) => return Err(Error::invalid("content", "the signature is detached")),
        };
        let signers = candidates
            .into_iter()
            .enumerate()
            .map(|(index, candidate)| {
                let mut steps = vec![(Check::Certificate, candidate.certificate_outcome())];
                steps.push((Check::Binding, binding_outcome(binding)));
                steps.extend(candidate.content_outcomes(index, *content_type, &digests));
                steps.push((Check::Path, candidate.path_outcome(&at_hand, options)));
                candidate.report(steps)
            })
            .collect();
        Ok(Verification {
            signers,
            content_len: digests.length,
        })
    }
}

impl<'a> Candidate<'a> {
    fn new(info: &'a SignerInfo, at_hand: &'a [Certificate]) -> Self {
        let certificate = info.signer.find(at_hand);
        let key = certificate.and_then(|certificate| {
            let key = certificate.public_key()?;
            let algorithm = resolve_algorithm(info, &key)?;
            Ok((certificate, key, algorithm))
        });
        Self { info, key }
    }

    /// Adds the digest that this signer needs.
    fn prepare(&self, index: usize, hasher: &mut ContentHasher) -> Result<()> {
        let Ok((_, key, algorithm)) = &self.key else {
            return Ok(());
        };
        match self.info.attributes {
            Some(_) => hasher.add_plain(algorithm.hash()),
            None => hasher.add_keyed(index, MessageHasher::new(key, *algorithm)?),
        }
        Ok(())
    }

    fn certificate_outcome(&self) -> Outcome {
        match &self.key {
            Ok(_) => Outcome::Passed,
            Err(error) => Outcome::Failed(Error::invalid("signer", error.to_string())),
        }
    }

    /// The steps from contentType to signature.
    fn content_outcomes(
        &self,
        index: usize,
        content_type: Oid,
        digests: &ContentDigests,
    ) -> Vec<(Check, Outcome)> {
        let Ok((_, key, algorithm)) = &self.key else {
            return Vec::new();
        };
        let signature = &self.info.signature;
        let good = |good: bool| Outcome::from(good.then_some(()).ok_or(SIGNATURE_WRONG));
        let Some(attributes) = &self.info.attributes else {
            if digests.looks_like_attributes() {
                let reason = "it is the signed attributes of another message";
                let refused = Outcome::Failed(Error::invalid("content", reason));
                return vec![(Check::Signature, refused)];
            }
            let direct = digests.keyed(index);
            let fits = direct.is_some_and(|digest| digest.is_signed_by(key, signature));
            return vec![(Check::Signature, good(fits))];
        };
        let type_fits = attributes
            .content_type
            .is_some_and(|stated| stated == content_type || both_data(stated, content_type));
        let stated = attributes.message_digest.as_deref();
        let digest_fits = digests
            .plain(algorithm.hash())
            .zip(stated)
            .is_some_and(|(computed, stated)| ct::eq(computed, stated));
        let fits = MessageHasher::new(key, *algorithm)
            .map(|mut hasher| {
                hasher.update(&attributes.signed_bytes);
                hasher.finish().is_signed_by(key, signature)
            })
            .unwrap_or(false);
        vec![
            (
                Check::ContentType,
                attribute_outcome(type_fits, "contentType attribute"),
            ),
            (
                Check::ContentDigest,
                attribute_outcome(digest_fits, "content and its stated digest"),
            ),
            (Check::Signature, good(fits)),
        ]
    }

    fn path_outcome(&self, at_hand: &[Certificate], options: &VerifyOptions) -> Outcome {
        let Ok((certificate, _, _)) = &self.key else {
            return Outcome::Skipped;
        };
        if options.anchors.is_empty() {
            return Outcome::Skipped;
        }
        let stated = self.signing_time().filter(|_| options.at_signing_time);
        let Some(at) = stated.or(options.at) else {
            return Outcome::Failed(Error::invalid("time", "none is given or stated"));
        };
        chain::validate(certificate, at_hand, &options.anchors, at, Purpose::Sign)
            .map(drop)
            .into()
    }

    fn signing_time(&self) -> Option<OffsetDateTime> {
        self.info.attributes.as_ref()?.signing_time
    }

    fn report(self, steps: Vec<(Check, Outcome)>) -> SignerReport {
        SignerReport {
            signer: self.info.signer.clone(),
            signing_time: self.signing_time(),
            certificate: self.key.ok().map(|(certificate, _, _)| certificate.clone()),
            steps,
        }
    }
}

const SIGNATURE_WRONG: Error = Error::Signature { what: "content" };

fn attribute_outcome(fits: bool, what: &'static str) -> Outcome {
    fits.then_some(()).ok_or(Error::Mismatch { what }).into()
}

fn binding_outcome(binding: Option<bool>) -> Outcome {
    match binding {
        None => Outcome::Skipped,
        Some(fits) => attribute_outcome(fits, "the file and the content of the message"),
    }
}

/// The algorithm that a signer really used. Several identifiers are in use for SM2, and the digest
/// field may hold a signature algorithm.
fn resolve_algorithm(info: &SignerInfo, key: &PublicKey) -> Result<SignatureAlgorithm> {
    let digest = algorithm::digest_from_oid(info.digest_algorithm)?;
    let stated = info.signature_algorithm;
    let unsupported = || Error::unsupported("signature algorithm", stated);
    match (key, stated) {
        (
            PublicKey::Sm2(_),
            oid::SM2_SIGNATURE | oid::SM2 | oid::SM2_WITH_SM3 | oid::SM3 | oid::EC_PUBLIC_KEY,
        ) if digest == HashAlg::Sm3 => Ok(SignatureAlgorithm::Sm2WithSm3),
        (PublicKey::Rsa(_), oid::RSA_ENCRYPTION) => Ok(SignatureAlgorithm::Rsa(digest)),
        (PublicKey::Rsa(_), _) => match SignatureAlgorithm::from_oid(stated)? {
            found @ SignatureAlgorithm::Rsa(hash) if hash == digest => Ok(found),
            _ => Err(unsupported()),
        },
        _ => Err(unsupported()),
    }
}

/// Hashes the content of the message, and copies it if asked.
fn embedded<R: Read + Seek>(
    reader: &mut BerReader<R>,
    span: ContentSpan,
    mut hasher: ContentHasher,
    mut output: Option<&mut dyn Write>,
) -> Result<ContentDigests> {
    reader.rewind(span.position)?;
    let mut octets = reader.octets(span.header)?;
    let mut piece = Vec::new();
    loop {
        reader.next_octets(&mut octets, &mut piece)?;
        if piece.is_empty() {
            return Ok(hasher.finish());
        }
        hasher.update(&piece);
        if let Some(output) = &mut output {
            output.write_all(&piece)?;
        }
    }
}

fn external(file: &mut dyn Read, mut hasher: ContentHasher) -> Result<ContentDigests> {
    let mut buffer = vec![0; CHUNK];
    loop {
        match read_retrying(file, &mut buffer)? {
            0 => return Ok(hasher.finish()),
            read => hasher.update(&buffer[..read]),
        }
    }
}

/// Hashes the content of the message, and tells whether it stands for `file`: it is the file
/// itself, or its digest in raw octets or base64.
fn bound_to<R: Read + Seek>(
    file: &mut dyn Read,
    reader: &mut BerReader<R>,
    span: ContentSpan,
    mut hasher: ContentHasher,
) -> Result<(ContentDigests, bool)> {
    hasher.add_plain(HashAlg::Sm3);
    let mut text = ShortCopy::default();
    let digests = embedded(reader, span, hasher, Some(&mut text))?;
    let mut of_file = ContentHasher::default();
    for hash in [
        HashAlg::Sm3,
        HashAlg::Sha256,
        HashAlg::Sha384,
        HashAlg::Sha512,
    ] {
        of_file.add_plain(hash);
    }
    let of_file = external(file, of_file)?;
    let same = digests.plain(HashAlg::Sm3) == of_file.plain(HashAlg::Sm3);
    let digest_of_file = text
        .octets()
        .is_some_and(|content| of_file.is_any_plain(&content));
    Ok((digests, same || digest_of_file))
}

/// Keeps what is written as long as it can be a digest.
#[derive(Default)]
struct ShortCopy {
    octets: Vec<u8>,
    too_long: bool,
}

impl ShortCopy {
    /// The digest: raw, or decoded from base64.
    fn octets(&self) -> Option<Vec<u8>> {
        match (self.too_long, self.octets.len()) {
            (true, _) => None,
            (false, 32 | 48 | 64) => Some(self.octets.clone()),
            (false, _) => STANDARD.decode(self.octets.trim_ascii()).ok(),
        }
    }
}

impl Write for ShortCopy {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        self.too_long |= self.octets.len() + piece.len() > LONGEST_DIGEST_TEXT;
        if !self.too_long {
            self.octets.extend_from_slice(piece);
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
