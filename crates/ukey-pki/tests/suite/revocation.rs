//! Revocation lists: OpenSSL reads what they say, and checks the RSA ones (it has no way to check
//! SM2 ones with the default user ID); certificates for the services around them.

use time::Duration;
use ukey_pki::SoftwareKey;
use ukey_pki::certificate::build::{Profile, Template as CertificateTemplate};
use ukey_pki::crl::{Entry, Reason, RevocationList, Template};
use ukey_pki::key::KeyAlgorithm;

use crate::support::{BOB, Lab, NOW, RSA_ROOT, SM2_ROOT, validity};

fn entries() -> Vec<Entry> {
    vec![
        Entry {
            serial: vec![0x41, 0x02, 0x03],
            since: NOW - Duration::days(3),
            reason: Reason::KeyCompromise,
        },
        Entry {
            // The top bit set: DER needs a zero octet in front.
            serial: vec![0x90, 0x01],
            since: NOW - Duration::days(2),
            reason: Reason::CertificateHold,
        },
        Entry {
            serial: vec![0x05],
            since: NOW,
            reason: Reason::Unspecified,
        },
    ]
}

fn template(entries: &[Entry]) -> Template<'_> {
    Template {
        number: 300,
        this_update: NOW,
        next_update: NOW + Duration::days(7),
        entries,
    }
}

#[test]
fn openssl_reads_the_list_as_it_was_meant() {
    let entries = entries();
    for (authority, algorithm) in [
        (&*SM2_ROOT, "SM2-with-SM3"),
        (&*RSA_ROOT, "sha256WithRSAEncryption"),
    ] {
        let list = RevocationList::issue(
            &template(&entries),
            authority.certificate(),
            authority.key(),
        )
        .unwrap();
        let lab = Lab::new();
        lab.write("list.pem", list.to_pem());
        let text = lab.openssl(&["crl", "-in", "list.pem", "-noout", "-text"]);
        for expected in [
            "Version 2 (0x1)",
            algorithm,
            "410203",
            "9001",
            "Key Compromise",
            "Certificate Hold",
            "X509v3 CRL Number: \n                300",
            "Jun 22 12:00:00 2026 GMT",
        ] {
            assert!(text.contains(expected), "{expected} is missing in {text}");
        }
    }
}

#[test]
fn openssl_accepts_the_signature_of_an_rsa_list() {
    let list = RevocationList::issue(&template(&[]), RSA_ROOT.certificate(), RSA_ROOT.key());
    let lab = Lab::new();
    lab.write("list.der", list.unwrap().as_der());
    lab.write("ca.pem", RSA_ROOT.certificate().to_pem());
    let check = [
        "crl", "-inform", "DER", "-in", "list.der", "-CAfile", "ca.pem", "-noout",
    ];
    let verdict = lab.openssl(&[&check[..], &["-text"]].concat());
    assert!(verdict.contains("No Revoked Certificates"), "{verdict}");
}

#[test]
fn a_list_reads_back_and_names_its_certificates() {
    let mut entries = entries();
    let serial: Vec<u8> = BOB.sign_cert.serial().to_vec();
    entries.push(Entry {
        serial: serial.clone(),
        since: NOW,
        reason: Reason::Superseded,
    });
    let list = RevocationList::issue(&template(&entries), SM2_ROOT.certificate(), SM2_ROOT.key());
    let list = RevocationList::from_file_bytes(list.unwrap().to_pem().as_bytes()).unwrap();
    assert_eq!(list.entries(), entries);
    assert_eq!(list.number(), Some(300));
    assert_eq!(list.this_update(), NOW);
    assert_eq!(list.next_update(), Some(NOW + Duration::days(7)));
    assert_eq!(
        list.find(&BOB.sign_cert).unwrap().reason,
        Reason::Superseded
    );
    assert!(list.find(SM2_ROOT.certificate()).is_none());
    list.verify_signed_by(SM2_ROOT.certificate()).unwrap();
    assert!(list.verify_signed_by(RSA_ROOT.certificate()).is_err());
}

#[test]
fn an_altered_list_does_not_verify() {
    let entries = entries();
    let list = RevocationList::issue(&template(&entries), SM2_ROOT.certificate(), SM2_ROOT.key());
    let der = list.unwrap().as_der().to_vec();
    let mut refused = 0;
    for position in 0..der.len() {
        let mut altered = der.clone();
        altered[position] ^= 1;
        let verdict = RevocationList::from_der(&altered)
            .and_then(|list| list.verify_signed_by(SM2_ROOT.certificate()));
        assert!(verdict.is_err(), "octet {position} does not matter");
        refused += 1;
    }
    assert_eq!(refused, der.len());
}

#[test]
fn service_certificates_say_what_they_are_for() {
    let key = SoftwareKey::generate(KeyAlgorithm::Sm2).unwrap();
    let lab = Lab::new();
    for (profile, usage) in [
        (
            Profile::TimeStamping,
            "Extended Key Usage: critical\n                Time Stamping",
        ),
        (
            Profile::OcspSigning,
            "Extended Key Usage: \n                OCSP Signing",
        ),
    ] {
        let certificate = SM2_ROOT
            .issue(&CertificateTemplate {
                subject: &"C=CN, CN=service".parse().unwrap(),
                public_key: key.public_key(),
                profile,
                validity: validity(),
                extensions: &[],
            })
            .unwrap();
        lab.write("c.pem", certificate.to_pem());
        let text = lab.openssl(&["x509", "-in", "c.pem", "-noout", "-text"]);
        assert!(text.contains(usage), "{text}");
        assert!(certificate.can_sign() && !certificate.can_encrypt());
    }
}
