//! Making signed messages.

use std::io::{Read, Seek, SeekFrom, Write};

use time::OffsetDateTime;
use ukey_crypto::hash::HashAlg;

use super::attributes;
use super::hashing::{ContentDigests, ContentHasher};
use crate::algorithm::{self, SignatureAlgorithm};
use crate::asn1;
use crate::ber::{CHUNK, read_retrying};
use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::flavour::Flavour;
use crate::identifier::CertificateId;
use crate::key::{PublicKey, Signer};
use crate::oid;
use crate::signature::{self, MessageHasher};

/// Who signs: a certificate and the holder of its private key.
#[derive(Clone, Copy)]
pub struct Identity<'a> {
    /// The signing certificate; it is put into the message.
    pub certificate: &'a Certificate,
    /// The private key of that certificate.
    pub signer: &'a dyn Signer,
}

/// How a message is written.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignOptions {
    /// Identifiers and conventions; GB/T 35275 unless changed.
    pub flavour: Flavour,
    /// Whether to sign attributes rather than the bare content; yes unless changed.
    pub attributes: bool,
    /// signingTime attribute, as claimed by the signer. Ignored without attributes.
    pub signing_time: Option<OffsetDateTime>,
    /// Further certificates for the message, such as issuers.
    pub certificates: Vec<Certificate>,
}

impl Default for SignOptions {
    fn default() -> Self {
        Self {
            flavour: Flavour::Gm,
            attributes: true,
            signing_time: None,
            certificates: Vec::new(),
        }
    }
}

/// Signs `content` into a message that does not contain it. One pass, constant memory.
///
/// # Errors
/// [`Error::Mismatch`] when a certificate and its signer do not belong together, those of the
/// signers, and [`Error::Io`].
pub fn sign_detached(
    content: &mut dyn Read,
    identities: &[Identity<'_>],
    options: &SignOptions,
) -> Result<Vec<u8>> {
    let algorithms = algorithms(identities)?;
    let digests = digest(content, identities, &algorithms, options, None)?;
    detached(identities, &algorithms, &digests, options)
}

/// Signs content that the caller has hashed into a message that does not contain it: `digest` is that of the
/// content or, for an SM2 key without attributes, of Z and the content.
///
/// # Errors
/// As [`sign_detached`]; [`Error::Invalid`] for a digest of another length.
pub fn sign_detached_digest(
    digest: &[u8],
    identity: Identity<'_>,
    options: &SignOptions,
) -> Result<Vec<u8>> {
    let identities = [identity];
    let algorithms = algorithms(&identities)?;
    let digests = ContentDigests::of_one(algorithms[0], digest, options.attributes)?;
    detached(&identities, &algorithms, &digests, options)
}

fn detached(
    identities: &[Identity<'_>],
    algorithms: &[SignatureAlgorithm],
    digests: &ContentDigests,
    options: &SignOptions,
) -> Result<Vec<u8>> {
    let parts = Parts::make(identities, algorithms, digests, options)?;
    let inner = asn1::sequence(&[&asn1::oid(options.flavour.data())]);
    let message = asn1::sequence(&[&parts.head, &inner, &parts.tail]);
    let tagged = asn1::tlv(asn1::context(0), &[&message]);
    Ok(asn1::sequence(&[
        &asn1::oid(options.flavour.signed_data()),
        &tagged,
    ]))
}

/// Signs `content` into a message that contains it, in DER.
///
/// Two passes over the content, since the lengths at the front of DER are known only after signing;
/// constant memory. Returns the length of the content.
///
/// # Errors
/// As [`sign_detached`]; [`Error::Invalid`] when the second pass found other content than the first.
/// `output` is then incomplete and must be discarded.
pub fn sign_attached<C: Read + Seek>(
    content: &mut C,
    output: &mut dyn Write,
    identities: &[Identity<'_>],
    options: &SignOptions,
) -> Result<u64> {
    let algorithms = algorithms(identities)?;
    let start = content.stream_position()?;
    let first = digest(content, identities, &algorithms, options, None)?;
    let parts = Parts::make(identities, &algorithms, &first, options)?;
    output.write_all(&parts.front(first.length, options.flavour))?;
    content.seek(SeekFrom::Start(start))?;
    // No more than announced, whatever the file has become in between.
    let mut same = content.take(first.length);
    let second = digest(&mut same, identities, &algorithms, options, Some(output))?;
    if second != first {
        return Err(Error::invalid(
            "content",
            "it changed while it was being signed",
        ));
    }
    output.write_all(&parts.tail)?;
    Ok(first.length)
}

fn algorithms(identities: &[Identity<'_>]) -> Result<Vec<SignatureAlgorithm>> {
    if identities.is_empty() {
        return Err(Error::invalid("signer list", "it is empty"));
    }
    identities
        .iter()
        .map(|identity| {
            let key = identity.signer.public_key();
            match identity.certificate.public_key()? == *key {
                true => Ok(SignatureAlgorithm::for_key(key)),
                false => Err(Error::Mismatch {
                    what: "signing key and certificate",
                }),
            }
        })
        .collect()
}

/// One pass over the content, copied to `copy` if given.
fn digest(
    content: &mut dyn Read,
    identities: &[Identity<'_>],
    algorithms: &[SignatureAlgorithm],
    options: &SignOptions,
    mut copy: Option<&mut dyn Write>,
) -> Result<ContentDigests> {
    let mut hasher = ContentHasher::default();
    for (index, (identity, algorithm)) in identities.iter().zip(algorithms).enumerate() {
        match options.attributes {
            true => hasher.add_plain(algorithm.hash()),
            false => {
                let key = identity.signer.public_key();
                hasher.add_keyed(index, MessageHasher::new(key, *algorithm)?);
            }
        }
    }
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = read_retrying(content, &mut buffer)?;
        if read == 0 {
            return Ok(hasher.finish());
        }
        hasher.update(&buffer[..read]);
        if let Some(copy) = &mut copy {
            copy.write_all(&buffer[..read])?;
        }
    }
}

/// SignedData without its content.
struct Parts {
    /// version and digestAlgorithms.
    head: Vec<u8>,
    /// certificates and signerInfos.
    tail: Vec<u8>,
}

impl Parts {
    fn make(
        identities: &[Identity<'_>],
        algorithms: &[SignatureAlgorithm],
        digests: &ContentDigests,
        options: &SignOptions,
    ) -> Result<Self> {
        let mut digest_algorithms = Vec::new();
        let mut signers = Vec::new();
        for (index, (identity, algorithm)) in identities.iter().zip(algorithms).enumerate() {
            let digest_algorithm = digest_algorithm(algorithm.hash())?;
            if !digest_algorithms.contains(&digest_algorithm) {
                digest_algorithms.push(digest_algorithm);
            }
            signers.push(signer_info(index, identity, *algorithm, digests, options)?);
        }
        let head = [
            asn1::unsigned(&[1]),
            asn1::set_of(asn1::SET, digest_algorithms),
        ];
        let tail = [
            certificates(identities, options),
            asn1::set_of(asn1::SET, signers),
        ];
        Ok(Self {
            head: head.concat(),
            tail: tail.concat(),
        })
    }

    /// Everything before the content octets, for a content of this length.
    fn front(&self, content_len: u64, flavour: Flavour) -> Vec<u8> {
        let octets = asn1::header(asn1::OCTET_STRING, content_len);
        let tagged = asn1::header(asn1::context(0), octets.len() as u64 + content_len);
        let content_type = asn1::oid(flavour.data());
        let inner_len = (content_type.len() + tagged.len() + octets.len()) as u64 + content_len;
        let inner = asn1::header(asn1::SEQUENCE, inner_len);
        let body_len = (self.head.len() + inner.len() + self.tail.len()) as u64 + inner_len;
        let body = asn1::header(asn1::SEQUENCE, body_len);
        let explicit = asn1::header(asn1::context(0), body.len() as u64 + body_len);
        let outer_type = asn1::oid(flavour.signed_data());
        let outer_len = (outer_type.len() + explicit.len() + body.len()) as u64 + body_len;
        let outer = asn1::header(asn1::SEQUENCE, outer_len);
        [
            outer,
            outer_type,
            explicit,
            body,
            self.head.clone(),
            inner,
            content_type,
            tagged,
            octets,
        ]
        .concat()
    }
}

fn digest_algorithm(hash: HashAlg) -> Result<Vec<u8>> {
    Ok(algorithm::without_parameters(algorithm::digest_oid(hash)?))
}

fn certificates(identities: &[Identity<'_>], options: &SignOptions) -> Vec<u8> {
    let mut all: Vec<Vec<u8>> = Vec::new();
    let own = identities.iter().map(|identity| identity.certificate);
    for certificate in own.chain(&options.certificates) {
        if all.iter().all(|other| other != certificate.as_der()) {
            all.push(certificate.as_der().to_vec());
        }
    }
    asn1::set_of(asn1::context(0), all)
}

fn signer_info(
    index: usize,
    identity: &Identity<'_>,
    algorithm: SignatureAlgorithm,
    digests: &ContentDigests,
    options: &SignOptions,
) -> Result<Vec<u8>> {
    let no_digest = || Error::malformed("content digest");
    let (attributes, value) = if options.attributes {
        let plain = digests.plain(algorithm.hash()).ok_or_else(no_digest)?;
        let set = attributes::encode(options.flavour.data(), plain, options.signing_time)?;
        let value = signature::sign(identity.signer, &set)?;
        // IMPLICIT [0] in place of SET; what was signed has the tag of SET.
        let mut tagged = set;
        tagged[0] = asn1::context(0);
        (tagged, value)
    } else {
        let direct = digests.keyed(index).ok_or_else(no_digest)?;
        (Vec::new(), direct.sign(identity.signer)?)
    };
    Ok(asn1::sequence(&[
        &asn1::unsigned(&[1]),
        &CertificateId::of(identity.certificate).to_der(),
        &digest_algorithm(algorithm.hash())?,
        &attributes,
        &signature_algorithm(identity.signer.public_key(), options.flavour),
        &asn1::octet_string(&value),
    ]))
}

/// digestEncryptionAlgorithm: SM2-1 or SM2-with-SM3 by flavour, rsaEncryption for RSA.
fn signature_algorithm(key: &PublicKey, flavour: Flavour) -> Vec<u8> {
    match (key, flavour) {
        (PublicKey::Rsa(_), _) => algorithm::with_null(oid::RSA_ENCRYPTION),
        (_, Flavour::Gm) => algorithm::without_parameters(oid::SM2_SIGNATURE),
        (_, Flavour::Pkcs7) => algorithm::without_parameters(oid::SM2_WITH_SM3),
    }
}
