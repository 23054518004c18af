#![allow(clippy::unwrap_used)]

use time::Duration;
use ukey_pki::{
    CertificationRequest, SoftwareKey,
    ca::{Authority, IssueOptions},
    certificate::{Validity, build::Profile},
    key::{KeyAlgorithm, Signer},
};
use ukey_token::view::{ContainerKind, ContainerView, PublicKey};

use super::*;

/// A signature side whose certificate is valid from and until so many days from now.
fn side(from_days: i64, until_days: i64, profile: Profile) -> Side {
    let now = OffsetDateTime::now_utc();
    let root = Authority::create_root(
        &"CN=root".parse().unwrap(),
        KeyAlgorithm::Sm2,
        Validity::days(now, 1),
    )
    .unwrap();
    let key = SoftwareKey::generate(KeyAlgorithm::Sm2).unwrap();
    let subject = "CN=holder".parse().unwrap();
    let request = CertificationRequest::build(&subject, &key, &Default::default()).unwrap();
    let validity = Validity {
        not_before: now + Duration::days(from_days),
        not_after: now + Duration::days(until_days) + Duration::hours(1),
    };
    let options = IssueOptions::new(validity);
    let certificate = root.issue_for_request(&request, profile, &options).unwrap();
    let public_key = *Signer::public_key(&key).as_sm2().unwrap();
    Side {
        public_key: Some(PublicKey::Sm2(public_key)),
        certificate: Some(certificate.as_der().to_vec()),
    }
}

fn codes(signature: Side) -> Vec<(u16, Status)> {
    let container = ContainerView {
        name: "main".to_owned(),
        kind: ContainerKind::Sm2,
        signature,
        encryption: Side::default(),
        retired: false,
    };
    let view = ObjectView {
        containers: vec![container].into(),
        ..ObjectView::default()
    };
    let mut findings = Vec::new();
    check("token", &view, None, &mut findings);
    findings
        .iter()
        .map(|finding| (finding.code, finding.status))
        .collect()
}

#[test]
fn a_sound_certificate_is_fine() {
    assert_eq!(
        codes(side(-1, 400, Profile::Signature)),
        [(100, Status::Ok)]
    );
}

#[test]
fn the_end_is_announced_from_the_thirtieth_day_on() {
    assert_eq!(codes(side(-1, 31, Profile::Signature)), [(100, Status::Ok)]);
    assert_eq!(
        codes(side(-1, 30, Profile::Signature)),
        [(109, Status::Warn)]
    );
}

#[test]
fn an_expired_certificate_fails() {
    assert_eq!(
        codes(side(-400, -1, Profile::Signature)),
        [(108, Status::Fail)]
    );
}

#[test]
fn a_certificate_of_the_future_points_to_the_clock() {
    assert_eq!(
        codes(side(2, 400, Profile::Signature)),
        [(107, Status::Fail)]
    );
}

#[test]
fn the_wrong_key_usage_fails() {
    assert_eq!(
        codes(side(-1, 400, Profile::Encryption)),
        [(106, Status::Fail)]
    );
}

#[test]
fn a_certificate_of_another_key_fails() {
    let mut signature = side(-1, 400, Profile::Signature);
    signature.certificate = side(-1, 400, Profile::Signature).certificate;
    assert_eq!(codes(signature), [(105, Status::Fail)]);
}

#[test]
fn halves_are_found() {
    let mut signature = side(-1, 400, Profile::Signature);
    signature.certificate = Some(b"not a certificate".to_vec());
    assert_eq!(codes(signature.clone()), [(104, Status::Fail)]);
    signature.certificate = None;
    assert_eq!(codes(signature.clone()), [(102, Status::Warn)]);
    signature.certificate = Some(Vec::new());
    signature.public_key = None;
    assert_eq!(codes(signature), [(103, Status::Fail)]);
}

#[test]
fn an_application_without_containers_is_a_warning() {
    let mut findings = Vec::new();
    check("token", &ObjectView::default(), None, &mut findings);
    assert_eq!(findings[0].code, 101);
}
