//! The test CA: enrolment and escrow.

use ukey_crypto::seal::SealKey;
use ukey_pki::ca::{Authority, Escrow, EscrowTable, IssueOptions};
use ukey_pki::certificate::{Purpose, Validity, chain};
use ukey_pki::key::KeyAlgorithm;
use ukey_pki::request::RequestOptions;
use ukey_pki::{Certificate, CertificationRequest, Error, Result, SoftwareKey};

use crate::support::{NOW, RSA_ROOT, SM2_ROOT, enroll, validity};

#[test]
fn enrolment_yields_a_double_certificate_of_one_subject() {
    for (authority, algorithm) in [
        (&*SM2_ROOT, KeyAlgorithm::Sm2),
        (&*RSA_ROOT, KeyAlgorithm::Rsa { bits: 2048 }),
        // An SM2 authority may certify RSA keys.
        (&*SM2_ROOT, KeyAlgorithm::Rsa { bits: 2048 }),
    ] {
        let key = SoftwareKey::generate(algorithm).unwrap();
        let (request, enrolment) = enroll(authority, &key, "C=CN, CN=投标人");
        let (sign, enc) = (
            &enrolment.signature_certificate,
            &enrolment.encryption_certificate,
        );
        assert_eq!(sign.public_key().unwrap(), *request.public_key());
        assert_eq!(enc.public_key().unwrap().algorithm(), algorithm);
        assert_ne!(sign.public_key().unwrap(), enc.public_key().unwrap());
        assert_eq!(sign.subject(), enc.subject());
        assert_ne!(sign.serial(), enc.serial());
        let anchors = [authority.certificate().clone()];
        chain::validate(sign, &[], &anchors, NOW, Purpose::Sign).unwrap();
        chain::validate(enc, &[], &anchors, NOW, Purpose::Encrypt).unwrap();
        let pair = enrolment.enveloped_key.open(&key).unwrap();
        assert_eq!(*pair.public_key(), enc.public_key().unwrap());
    }
}

#[test]
fn the_authority_survives_being_stored() {
    let key = SoftwareKey::from_pkcs8(SM2_ROOT.key().to_pkcs8_pem().as_bytes()).unwrap();
    let certificate = Certificate::from_file_bytes(SM2_ROOT.certificate().to_pem().as_bytes());
    let again = Authority::load(certificate.unwrap(), key).unwrap();
    let applicant = SoftwareKey::generate(KeyAlgorithm::Sm2).unwrap();
    let (_, enrolment) = enroll(&again, &applicant, "C=CN, CN=again");
    enrolment
        .signature_certificate
        .verify_signed_by(SM2_ROOT.certificate())
        .unwrap();

    let stranger = SoftwareKey::generate(KeyAlgorithm::Sm2).unwrap();
    assert!(matches!(
        Authority::load(SM2_ROOT.certificate().clone(), stranger),
        Err(Error::Mismatch { .. })
    ));
}

#[test]
fn an_escrowed_pair_goes_to_the_signing_key_of_a_new_token() {
    let old_token = SoftwareKey::generate(KeyAlgorithm::Sm2).unwrap();
    let subject = "C=CN, CN=补办".parse().unwrap();
    let request =
        CertificationRequest::build(&subject, &old_token, &RequestOptions::default()).unwrap();
    let mut table = EscrowTable::new(SealKey::from([7; 32]), Vec::new());
    let enrolment = SM2_ROOT
        .enroll(&request, &IssueOptions::new(validity()), &mut table)
        .unwrap();
    let certificate = &enrolment.encryption_certificate;

    let new_token = SoftwareKey::generate(KeyAlgorithm::Sm2).unwrap();
    let stored = EscrowTable::new(SealKey::from([7; 32]), table.records().to_vec());
    let recovered = stored.recover(certificate, new_token.public_key()).unwrap();
    let pair = recovered.open(&new_token).unwrap();
    assert_eq!(*pair.public_key(), certificate.public_key().unwrap());

    let wrong_key = EscrowTable::new(SealKey::from([8; 32]), table.records().to_vec());
    assert!(matches!(
        wrong_key.recover(certificate, new_token.public_key()),
        Err(Error::Decryption)
    ));
    assert!(matches!(
        stored.recover(&enrolment.signature_certificate, new_token.public_key()),
        Err(Error::Invalid { .. })
    ));
}

#[test]
fn nothing_is_issued_when_escrow_fails() {
    struct Full;
    impl Escrow for Full {
        fn deposit(&mut self, _: &Certificate, _: &SoftwareKey) -> Result<()> {
            Err(std::io::Error::other("disk full").into())
        }
    }
    let key = SoftwareKey::generate(KeyAlgorithm::Sm2).unwrap();
    let subject = "C=CN, CN=x".parse().unwrap();
    let request = CertificationRequest::build(&subject, &key, &RequestOptions::default()).unwrap();
    let issued = SM2_ROOT.enroll(&request, &IssueOptions::new(validity()), &mut Full);
    assert!(matches!(issued, Err(Error::Io(_))));
}

#[test]
fn a_validity_in_days_ends_before_the_next_begins() {
    let year = Validity::days(NOW, 365);
    assert!(year.contains(NOW));
    assert!(!year.contains(NOW + time::Duration::days(365)));
    assert!(year.contains(NOW + time::Duration::days(365) - time::Duration::SECOND));
}
