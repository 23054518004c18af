//! Logins and signatures against trust, revocation, replay and other sites; and the HTTP service as a
//! client meets it.
#![allow(clippy::unwrap_used)]

mod forge;
mod ocsp;
mod service;

use forge::{Holder, NONCE, ORIGIN, holder, list, name, now, root, signer, token, trust, validity};
use time::Duration;
use ukey_pki::certificate::Validity;
use ukey_pki::certificate::build::Profile;
use ukey_pki::crl::RevocationList;
use ukey_pki::key::KeyAlgorithm;
use ukey_pki::signed_data::write::{Identity, SignOptions, sign_detached};
use ukey_verifier::trust::{Revocation, Trust};
use ukey_verifier::{Refusal, signature};

#[test]
fn a_login_counts_for_its_site_and_its_challenge_only() {
    let authority = root();
    let trust = trust(&authority, vec![list(&authority, &[], 0)]);
    for algorithm in [KeyAlgorithm::Sm2, KeyAlgorithm::Rsa { bits: 2048 }] {
        let holder = holder(&authority, algorithm, Profile::Signature, validity(20));
        let token = token(&holder, ORIGIN, NONCE);
        assert!(token.verify(ORIGIN, NONCE, &trust, now()).unwrap() == holder.certificate);
        for (origin, nonce) in [
            ("https://evil.example.cn", NONCE),
            ("https://bid.example.cn:8443", NONCE),
            (ORIGIN, "BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ] {
            let refused = token.verify(origin, nonce, &trust, now());
            assert!(matches!(refused, Err(Refusal::Signature)), "{refused:?}");
        }
        let mut other = token.clone();
        other.algorithm = if token.algorithm == "RS256" {
            "SM2-SM3"
        } else {
            "RS256"
        }
        .into();
        assert!(matches!(
            other.verify(ORIGIN, NONCE, &trust, now()),
            Err(Refusal::Malformed("algorithm"))
        ));
    }
}

#[test]
fn only_a_valid_signing_certificate_of_a_trusted_authority_counts() {
    let authority = root();
    let stranger = root();
    let expired = Validity {
        not_before: now() - Duration::days(9),
        not_after: now() - Duration::days(1),
    };
    let trust = trust(&authority, vec![list(&authority, &[], 0)]);
    let wrong = [
        signer(&stranger),
        holder(&authority, KeyAlgorithm::Sm2, Profile::Signature, expired),
        holder(
            &authority,
            KeyAlgorithm::Sm2,
            Profile::Encryption,
            validity(20),
        ),
    ];
    for holder in &wrong {
        let refused = token(holder, ORIGIN, NONCE).verify(ORIGIN, NONCE, &trust, now());
        assert!(
            matches!(refused, Err(Refusal::Certificate(_))),
            "{refused:?}"
        );
    }
}

#[test]
fn a_revoked_certificate_does_not_count_and_a_missing_list_is_seen() {
    let authority = root();
    let holder = signer(&authority);
    let check = |lists: Vec<RevocationList>, policy| {
        Trust::new(vec![authority.certificate().clone()], policy)
            .with_lists(lists)
            .check_signer(&holder.certificate, &[], now())
    };
    use Revocation::{IfKnown, Required};
    assert!(check(vec![list(&authority, &[], 0)], Required).is_ok());
    assert!(matches!(
        check(vec![], Required),
        Err(Refusal::RevocationUnknown { .. })
    ));
    assert!(check(vec![], IfKnown).is_ok());
    let old = || list(&authority, &[], 30);
    assert!(matches!(
        check(vec![old()], Required),
        Err(Refusal::RevocationUnknown { .. })
    ));
    assert!(check(vec![old()], IfKnown).is_ok());
    for policy in [Required, IfKnown] {
        // Whatever the order, and even when the list that says so is out of date.
        let revoked = || list(&authority, &[&holder.certificate], 0);
        assert!(matches!(
            check(vec![old(), revoked()], policy),
            Err(Refusal::Revoked { .. })
        ));
        assert!(matches!(
            check(vec![revoked(), old()], policy),
            Err(Refusal::Revoked { .. })
        ));
        let stale = list(&authority, &[&holder.certificate], 30);
        assert!(matches!(
            check(vec![stale], policy),
            Err(Refusal::Revoked { .. })
        ));
    }
    // A list under the authority's name that somebody else signed is none.
    let impostor = root();
    let forged = list(&impostor, &[&holder.certificate], 0);
    assert!(check(vec![forged], IfKnown).is_ok());
}

#[test]
fn the_authority_in_between_may_be_revoked_too() {
    let root = root();
    let between = root
        .create_subordinate(&name("CN=between"), KeyAlgorithm::Sm2, validity(25))
        .unwrap();
    let holder = signer(&between);
    let check = |lists| {
        trust(&root, lists)
            .with_intermediates(vec![between.certificate().clone()])
            .check_signer(&holder.certificate, &[], now())
    };
    assert!(check(vec![list(&root, &[], 0), list(&between, &[], 0)]).is_ok());
    let missing = check(vec![list(&between, &[], 0)]);
    assert!(matches!(missing, Err(Refusal::RevocationUnknown { .. })));
    let revoked = check(vec![
        list(&root, &[between.certificate()], 0),
        list(&between, &[], 0),
    ]);
    assert!(matches!(revoked, Err(Refusal::Revoked { .. })));
}

#[test]
fn a_signed_message_needs_every_signer() {
    let authority = root();
    let (good, bad) = (signer(&authority), signer(&authority));
    let trust = trust(&authority, vec![list(&authority, &[&bad.certificate], 0)]);
    let sign = |holders: &[&Holder]| {
        let identities: Vec<Identity<'_>> = holders
            .iter()
            .map(|holder| Identity {
                certificate: &holder.certificate,
                signer: &holder.key,
            })
            .collect();
        sign_detached(&mut &b"tender"[..], &identities, &SignOptions::default()).unwrap()
    };
    let verify = |message: &[u8], mut content: &[u8]| {
        signature::verify_message(message, Some(&mut content), &trust, now())
    };
    assert_eq!(
        verify(&sign(&[&good]), b"tender").unwrap(),
        std::slice::from_ref(&good.certificate)
    );
    assert!(matches!(
        verify(&sign(&[&good]), b"other"),
        Err(Refusal::Signature)
    ));
    assert!(matches!(
        verify(&sign(&[&good, &bad]), b"tender"),
        Err(Refusal::Revoked { .. })
    ));
    assert!(matches!(
        verify(b"junk", b"tender"),
        Err(Refusal::Malformed(_))
    ));
}
