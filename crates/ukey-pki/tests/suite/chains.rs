//! Certification paths: what is accepted, and the reason given for what is not.

use std::slice::from_ref;

use time::macros::datetime;
use ukey_pki::ca::Authority;
use ukey_pki::certificate::build::{Profile, Template};
use ukey_pki::certificate::chain::{self, ChainError};
use ukey_pki::certificate::{Extension, Purpose, Validity};
use ukey_pki::key::KeyAlgorithm;
use ukey_pki::{Certificate, Error, Name, SoftwareKey};

use crate::support::{ALICE, BOB, NOW, RUTH, SM2_ROOT, root, validity};

fn validate(
    leaf: &Certificate,
    intermediates: &[Certificate],
    anchors: &[Certificate],
    purpose: Purpose,
) -> Result<usize, ChainError> {
    match chain::validate(leaf, intermediates, anchors, NOW, purpose) {
        Ok(path) => Ok(path.len()),
        Err(Error::Chain(defect)) => Err(defect),
        Err(other) => panic!("{other:?}"),
    }
}

fn leaf_under(authority: &Authority, validity: Validity, extensions: &[Extension]) -> Certificate {
    let subject: Name = "C=CN, CN=leaf".parse().unwrap();
    let key = SoftwareKey::generate(KeyAlgorithm::Sm2).unwrap();
    authority
        .issue(&Template {
            subject: &subject,
            public_key: key.public_key(),
            profile: Profile::Signature,
            validity,
            extensions,
        })
        .unwrap()
}

fn subordinate(above: &Authority, name: &str) -> Authority {
    let name = name.parse().unwrap();
    above
        .create_subordinate(&name, KeyAlgorithm::Sm2, validity())
        .unwrap()
}

#[test]
fn a_leaf_leads_through_an_intermediate_to_the_root() {
    let issuing = subordinate(&SM2_ROOT, "C=CN, CN=issuing TEST");
    let leaf = leaf_under(&issuing, validity(), &[]);
    let intermediates = [RUTH.root.clone(), issuing.certificate().clone()];
    let anchors = [SM2_ROOT.certificate().clone()];
    assert_eq!(
        validate(&leaf, &intermediates, &anchors, Purpose::Sign),
        Ok(3)
    );
    assert!(matches!(
        validate(&leaf, &[], &anchors, Purpose::Sign),
        Err(ChainError::UnknownIssuer { issuer }) if issuer == "C=CN, CN=issuing TEST"
    ));
    // The intermediate itself may be the anchor.
    assert_eq!(
        validate(&leaf, &[], from_ref(issuing.certificate()), Purpose::Sign),
        Ok(2)
    );
}

#[test]
fn a_root_of_the_same_name_with_another_key_is_no_issuer() {
    let impostor = root(KeyAlgorithm::Sm2);
    assert!(matches!(
        validate(
            &ALICE.sign_cert,
            &[],
            from_ref(impostor.certificate()),
            Purpose::Any
        ),
        Err(ChainError::BadSignature { .. })
    ));
    // Both of the same name: the right one is found.
    let anchors = [impostor.certificate().clone(), ALICE.root.clone()];
    assert_eq!(
        validate(&ALICE.sign_cert, &[], &anchors, Purpose::Any),
        Ok(2)
    );
}

#[test]
fn key_usage_decides_the_purpose() {
    let anchors = [ALICE.root.clone()];
    assert_eq!(
        validate(&ALICE.sign_cert, &[], &anchors, Purpose::Sign),
        Ok(2)
    );
    assert_eq!(
        validate(&ALICE.enc_cert, &[], &anchors, Purpose::Encrypt),
        Ok(2)
    );
    for (cert, purpose) in [
        (&ALICE.sign_cert, Purpose::Encrypt),
        (&ALICE.enc_cert, Purpose::Sign),
    ] {
        assert!(matches!(
            validate(cert, &[], &anchors, purpose),
            Err(ChainError::KeyUsage { .. })
        ));
    }
}

#[test]
fn times_outside_the_validity_are_refused() {
    let past = Validity {
        not_before: datetime!(2020-01-01 0:00 UTC),
        not_after: datetime!(2026-06-15 11:59:59 UTC),
    };
    let future = Validity {
        not_before: datetime!(2026-06-15 12:00:01 UTC),
        not_after: datetime!(2030-01-01 0:00 UTC),
    };
    let anchors = [SM2_ROOT.certificate().clone()];
    assert!(matches!(
        validate(
            &leaf_under(&SM2_ROOT, past, &[]),
            &[],
            &anchors,
            Purpose::Sign
        ),
        Err(ChainError::Expired { .. })
    ));
    assert!(matches!(
        validate(
            &leaf_under(&SM2_ROOT, future, &[]),
            &[],
            &anchors,
            Purpose::Sign
        ),
        Err(ChainError::NotYetValid { .. })
    ));
}

#[test]
fn an_end_entity_cannot_issue() {
    let forger = Authority::load(ALICE.sign_cert.clone(), copy_of(&ALICE.signing_key));
    assert!(matches!(forger, Err(Error::Mismatch { .. })));

    // Forge by hand what load() refuses.
    let subject = BOB.sign_cert.subject();
    let template = Template {
        subject,
        public_key: &BOB.sign_cert.public_key().unwrap(),
        profile: Profile::Signature,
        validity: validity(),
        extensions: &[],
    };
    let forged =
        ukey_pki::certificate::build::issue(&template, Some(&ALICE.sign_cert), &ALICE.signing_key)
            .unwrap();
    assert!(matches!(
        validate(
            &forged,
            from_ref(&ALICE.sign_cert),
            from_ref(&ALICE.root),
            Purpose::Sign
        ),
        Err(ChainError::NotAnAuthority { .. })
    ));
}

#[test]
fn the_path_length_limit_of_an_authority_holds() {
    // create_subordinate limits to "no authority below".
    let first = subordinate(&SM2_ROOT, "C=CN, CN=first TEST");
    let second = subordinate(&first, "C=CN, CN=second TEST");
    let leaf = leaf_under(&second, validity(), &[]);
    let intermediates = [first.certificate().clone(), second.certificate().clone()];
    assert!(matches!(
        validate(&leaf, &intermediates, from_ref(SM2_ROOT.certificate()), Purpose::Sign),
        Err(ChainError::PathTooLong { subject }) if subject == "C=CN, CN=first TEST"
    ));
}

#[test]
fn an_unknown_critical_extension_is_refused_and_an_uncritical_one_is_not() {
    let unknown = |critical| Extension {
        id: "1.2.3.4.5".parse().unwrap(),
        critical,
        value: b"bare text".to_vec(),
    };
    let anchors = [SM2_ROOT.certificate().clone()];
    let plain = leaf_under(&SM2_ROOT, validity(), &[unknown(false)]);
    assert_eq!(validate(&plain, &[], &anchors, Purpose::Sign), Ok(2));
    let critical = leaf_under(&SM2_ROOT, validity(), &[unknown(true)]);
    assert!(matches!(
        validate(&critical, &[], &anchors, Purpose::Sign),
        Err(ChainError::UnknownCriticalExtension { extension, .. }) if extension == "1.2.3.4.5"
    ));
}

#[test]
fn many_roots_of_one_name_do_not_keep_the_search_busy() {
    let impostors: Vec<Certificate> = (0..70)
        .map(|_| root(KeyAlgorithm::Sm2).certificate().clone())
        .collect();
    assert_eq!(
        validate(
            &ALICE.sign_cert,
            &impostors,
            from_ref(&ALICE.root),
            Purpose::Any
        ),
        Err(ChainError::TooComplex)
    );
}

#[test]
fn an_altered_certificate_is_refused_at_every_octet() {
    let anchors = [ALICE.root.clone()];
    let good = ALICE.sign_cert.as_der();
    for at in 0..good.len() {
        let mut bad = good.to_vec();
        bad[at] ^= 1;
        let accepted = Certificate::from_der(&bad)
            .is_ok_and(|cert| validate(&cert, &[], &anchors, Purpose::Sign).is_ok());
        assert!(!accepted, "octet {at}");
    }
}

fn copy_of(key: &SoftwareKey) -> SoftwareKey {
    SoftwareKey::from_pkcs8(&key.to_pkcs8_der()).unwrap()
}
