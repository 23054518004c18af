//! All digests of one content in one pass.

use ukey_crypto::hash::{HashAlg, Hasher};

use super::WHAT;
use super::attributes::SignedAttributes;
use crate::algorithm::SignatureAlgorithm;
use crate::asn1;
use crate::error::{Error, Result};
use crate::signature::{MessageDigest, MessageHasher};

/// Running digests: plain ones, shared by all signers with attributes, and one per signer without.
#[derive(Default)]
pub(super) struct ContentHasher {
    plain: Vec<Hasher>,
    keyed: Vec<(usize, MessageHasher)>,
    front: Vec<u8>,
    length: u64,
}

/// Octets kept from the front of the content; more than a set of signed attributes takes.
const FRONT_LEN: usize = 4096;

/// The finished digests.
#[derive(PartialEq, Eq)]
pub(super) struct ContentDigests {
    plain: Vec<(HashAlg, Vec<u8>)>,
    keyed: Vec<(usize, MessageDigest)>,
    front: Vec<u8>,
    /// Octets of content.
    pub(super) length: u64,
}

impl ContentHasher {
    pub(super) fn add_plain(&mut self, hash: HashAlg) {
        if self.plain.iter().all(|hasher| hasher.alg() != hash) {
            self.plain.push(Hasher::new(hash));
        }
    }

    /// Adds the digest that signer number `index` signs directly.
    pub(super) fn add_keyed(&mut self, index: usize, hasher: MessageHasher) {
        self.keyed.push((index, hasher));
    }

    pub(super) fn update(&mut self, piece: &[u8]) {
        self.length += piece.len() as u64;
        let wanted = (FRONT_LEN - self.front.len()).min(piece.len());
        self.front.extend_from_slice(&piece[..wanted]);
        for hasher in &mut self.plain {
            hasher.update(piece);
        }
        for (_, hasher) in &mut self.keyed {
            hasher.update(piece);
        }
    }

    pub(super) fn finish(self) -> ContentDigests {
        ContentDigests {
            plain: self
                .plain
                .into_iter()
                .map(|hasher| (hasher.alg(), hasher.finish()))
                .collect(),
            keyed: self
                .keyed
                .into_iter()
                .map(|(index, hasher)| (index, hasher.finish()))
                .collect(),
            front: self.front,
            length: self.length,
        }
    }
}

impl ContentDigests {
    /// What one signer of a detached message needs, of content that somebody else hashed: the plain digest
    /// with attributes, else the one that is signed.
    pub(super) fn of_one(
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        attributes: bool,
    ) -> Result<Self> {
        let hash = algorithm.hash();
        let wrong = || Error::invalid("digest", "it is of another length");
        let direct = match algorithm {
            SignatureAlgorithm::Sm2WithSm3 => {
                MessageDigest::Sm2(digest.try_into().map_err(|_| wrong())?)
            }
            SignatureAlgorithm::Rsa(_) if digest.len() != hash.output_len() => {
                return Err(wrong());
            }
            SignatureAlgorithm::Rsa(_) => MessageDigest::Plain(hash, digest.to_vec()),
        };
        let mut digests = Self {
            plain: Vec::new(),
            keyed: Vec::new(),
            front: Vec::new(),
            length: 0,
        };
        match attributes {
            true => digests.plain.push((hash, digest.to_vec())),
            false => digests.keyed.push((0, direct)),
        }
        Ok(digests)
    }

    pub(super) fn plain(&self, hash: HashAlg) -> Option<&[u8]> {
        self.plain
            .iter()
            .find(|(found, _)| *found == hash)
            .map(|(_, digest)| digest.as_slice())
    }

    /// Whether the content has the form of signed attributes.
    ///
    /// Somebody who drops the attributes of a message and puts their DER in the place of the content
    /// gets a message without attributes whose signature fits: the signer never saw that content.
    pub(super) fn looks_like_attributes(&self) -> bool {
        asn1::single(&self.front, asn1::SET, WHAT)
            .and_then(SignedAttributes::parse)
            .is_ok_and(|found| found.content_type.is_some() && found.message_digest.is_some())
    }

    /// Whether `octets` is one of the plain digests.
    pub(super) fn is_any_plain(&self, octets: &[u8]) -> bool {
        self.plain.iter().any(|(_, digest)| digest == octets)
    }

    pub(super) fn keyed(&self, index: usize) -> Option<&MessageDigest> {
        self.keyed
            .iter()
            .find(|(found, _)| *found == index)
            .map(|(_, digest)| digest)
    }
}
