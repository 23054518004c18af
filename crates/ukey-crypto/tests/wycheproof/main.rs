//! The test cases of project Wycheproof: edge cases and known mistakes of other implementations.
#![allow(clippy::unwrap_used)]

mod curves;
mod derivation;
mod modes;
mod rsa;

use ukey_crypto::hash::HashAlg;
use wycheproof::{HashFunction, TestResult};

/// Judges outcomes and counts them, so that a set that ran empty does not pass.
#[derive(Default)]
struct Judge {
    accepted: usize,
    refused: usize,
}

impl Judge {
    /// `succeeded` is what happened in test case `id`.
    fn case(&mut self, id: usize, expected: TestResult, succeeded: bool) {
        match expected {
            TestResult::Valid => assert!(succeeded, "case {id} is valid"),
            TestResult::Invalid => assert!(!succeeded, "case {id} is invalid"),
            TestResult::Acceptable => {}
        }
        if succeeded {
            self.accepted += 1;
        } else {
            self.refused += 1;
        }
    }

    /// At least so many cases must have come out each way.
    fn end(&self, accepted: usize, refused: usize) {
        assert!(self.accepted >= accepted, "{} accepted", self.accepted);
        assert!(self.refused >= refused, "{} refused", self.refused);
    }
}

/// Our name of a hash, if we have it.
fn hash(name: HashFunction) -> Option<HashAlg> {
    Some(match name {
        HashFunction::Sha1 => HashAlg::Sha1,
        HashFunction::Sha2_224 => HashAlg::Sha224,
        HashFunction::Sha2_256 => HashAlg::Sha256,
        HashFunction::Sha2_384 => HashAlg::Sha384,
        HashFunction::Sha2_512 => HashAlg::Sha512,
        HashFunction::Sha3_224 => HashAlg::Sha3_224,
        HashFunction::Sha3_256 => HashAlg::Sha3_256,
        HashFunction::Sha3_384 => HashAlg::Sha3_384,
        HashFunction::Sha3_512 => HashAlg::Sha3_512,
        _ => return None,
    })
}
