//! Online status: OpenSSL reads our questions and answers, and answers ours for an RSA authority; for SM2,
//! which it cannot sign with the default user ID, the answers are our own. And every refusal.

use time::{Duration, OffsetDateTime};
use ukey_pki::ca::Authority;
use ukey_pki::certificate::Extension;
use ukey_pki::certificate::Validity;
use ukey_pki::certificate::build::{Profile, Template};
use ukey_pki::crl::Reason;
use ukey_pki::key::KeyAlgorithm;
use ukey_pki::ocsp::{Answer, Reply, Request, Status, refuse};
use ukey_pki::{Certificate, Error, SoftwareKey, oid};

use crate::support::{ALICE, BOB, Lab, RSA_ROOT, RUTH, SM2_ROOT, validity};

const NONCE: [u8; 32] = [0x5A; 32];

fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

fn issued(
    authority: &Authority,
    profile: Profile,
    validity: Validity,
) -> (Certificate, SoftwareKey) {
    let algorithm = authority.key().public_key().algorithm();
    let key = SoftwareKey::generate(algorithm).unwrap();
    let template = Template {
        subject: &"C=CN, CN=status".parse().unwrap(),
        public_key: key.public_key(),
        profile,
        validity,
        extensions: &[],
    };
    (authority.issue(&template).unwrap(), key)
}

/// OpenSSL's answer to a request, from its index of what the authority issued.
fn openssl_answers(lab: &Lab, request: &Request, options: &str) -> Vec<u8> {
    lab.write("request.der", request.as_der());
    lab.openssl_line(&format!(
        "ocsp -index index.txt -CA ca.pem -rsigner responder.pem -rkey responder.key \
         -reqin request.der -respout response.der {options}"
    ));
    lab.read("response.der")
}

/// A folder with the RSA authority, a responder, and what OpenSSL has to know.
fn rsa_lab(responder: (&Certificate, &SoftwareKey)) -> Lab {
    let lab = Lab::new();
    lab.write("ca.pem", RSA_ROOT.certificate().to_pem());
    lab.write("responder.pem", responder.0.to_pem());
    lab.write("responder.key", responder.1.to_pkcs8_pem().as_bytes());
    let line = |kind: &str, revoked: &str, certificate: &Certificate| {
        let serial = certificate.serial_hex();
        format!("{kind}\t551231235959Z\t{revoked}\t{serial}\tunknown\t/CN=x\n")
    };
    let good = line("V", "", &RUTH.sign_cert);
    let revoked = line("R", "260102030405Z,keyCompromise", &RUTH.enc_cert);
    lab.write("index.txt", good + &revoked);
    lab
}

#[test]
fn openssl_answers_for_an_rsa_authority() {
    let issuer = RSA_ROOT.certificate();
    let (responder, key) = issued(&RSA_ROOT, Profile::OcspSigning, validity());
    for (certificate, key) in [(&responder, &key), (issuer, RSA_ROOT.key())] {
        let lab = rsa_lab((certificate, key));
        let ask = |about: &Certificate, options: &str| -> Answer {
            let request = Request::new(about, issuer, Some(&NONCE)).unwrap();
            let response = openssl_answers(&lab, &request, options);
            request.check(&response, issuer, now()).unwrap()
        };
        for options in ["-nmin 5", "-nmin 5 -resp_key_id", "-nmin 5 -resp_no_certs"] {
            if options.ends_with("certs") && certificate != issuer {
                continue; // without its certificate nobody knows the responder
            }
            let good = ask(&RUTH.sign_cert, options);
            assert_eq!(
                (good.status, good.is_fresh),
                (Status::Good, true),
                "{options}"
            );
            assert!(good.next_update.unwrap() > now());
        }
        let revoked = Status::Revoked {
            since: time::macros::datetime!(2026-01-02 03:04:05 UTC),
            reason: Reason::KeyCompromise,
        };
        assert_eq!(ask(&RUTH.enc_cert, "-nmin 5").status, revoked);
        assert_eq!(ask(&responder, "-nmin 5").status, Status::Unknown);
        assert_eq!(ask(&RUTH.sign_cert, "").next_update, None);
        let without = Request::new(&RUTH.sign_cert, issuer, None).unwrap();
        let response = openssl_answers(&lab, &without, "-nmin 5");
        assert!(!without.check(&response, issuer, now()).unwrap().is_fresh);
    }
}

/// Gives the folder's responder an ECDSA key, certified for `purpose` by the RSA authority.
fn ecdsa_responder(lab: &Lab, curve: &str, purpose: &str) {
    lab.write("ca.key", RSA_ROOT.key().to_pkcs8_pem().as_bytes());
    let usage = "keyUsage=critical,digitalSignature";
    lab.write("usage", format!("{usage}\nextendedKeyUsage={purpose}\n"));
    lab.openssl_line(&format!(
        "req -new -newkey ec -pkeyopt ec_paramgen_curve:{curve} -nodes -subj /CN=ec \
         -keyout responder.key -out responder.csr"
    ));
    lab.openssl_line(
        "x509 -req -in responder.csr -CA ca.pem -CAkey ca.key -days 2 -extfile usage \
         -out responder.pem",
    );
}

#[test]
fn openssl_answers_with_ecdsa_for_an_rsa_authority() {
    let issuer = RSA_ROOT.certificate();
    let lab = rsa_lab((issuer, RSA_ROOT.key()));
    let request = Request::new(&RUTH.sign_cert, issuer, Some(&NONCE)).unwrap();
    for (curve, hash) in [
        ("prime256v1", "sha256"),
        ("secp384r1", "sha384"),
        ("secp521r1", "sha512"),
        ("prime256v1", "sha512"),
    ] {
        ecdsa_responder(&lab, curve, "OCSPSigning");
        let response = openssl_answers(&lab, &request, &format!("-nmin 5 -rmd {hash}"));
        let answer = request.check(&response, issuer, now()).unwrap();
        assert_eq!((answer.status, answer.is_fresh), (Status::Good, true));
        // The signature counts: the response's status, "good", becomes "unknown".
        let good = [0x80, 0x00, 0x18, 0x0F];
        let at = response.windows(4).position(|w| w == good).unwrap();
        let mut altered = response;
        altered[at] = 0x82;
        let refused = request.check(&altered, issuer, now());
        assert!(
            matches!(refused, Err(Error::Signature { .. })),
            "{curve}: {refused:?}"
        );
    }
}

#[test]
fn an_ecdsa_key_without_the_authoritys_word_or_of_a_strange_curve_answers_nothing() {
    let issuer = RSA_ROOT.certificate();
    let lab = rsa_lab((issuer, RSA_ROOT.key()));
    let request = Request::new(&RUTH.sign_cert, issuer, Some(&NONCE)).unwrap();
    let ask = |curve: &str, purpose: &str, options: &str| {
        ecdsa_responder(&lab, curve, purpose);
        let response = openssl_answers(&lab, &request, &format!("-nmin 5 {options}"));
        request.check(&response, issuer, now()).unwrap_err()
    };
    let refused = ask("prime256v1", "clientAuth", "");
    assert!(matches!(refused, Error::Mismatch { .. }), "{refused:?}");
    let refused = ask("secp256k1", "OCSPSigning", "");
    assert!(matches!(refused, Error::Unsupported { .. }), "{refused:?}");
    let refused = ask("prime256v1", "OCSPSigning", "-rmd sha1");
    assert!(matches!(refused, Error::Unsupported { .. }), "{refused:?}");
}

#[test]
fn openssl_reads_our_questions_and_answers() {
    let issuer = RSA_ROOT.certificate();
    let (responder, key) = issued(&RSA_ROOT, Profile::OcspSigning, validity());
    let lab = rsa_lab((&responder, &key));
    lab.write("holder.pem", RUTH.sign_cert.to_pem());
    let request = Request::new(&RUTH.sign_cert, issuer, Some(&NONCE)).unwrap();
    lab.write("request.der", request.as_der());
    let text = lab.openssl_line("ocsp -reqin request.der -req_text");
    let serial = format!("Serial Number: {}", RUTH.sign_cert.serial_hex());
    assert!(text.contains(&serial), "{text}");
    assert!(
        text.contains("OCSP Nonce") && text.contains("5A5A5A5A"),
        "{text}"
    );

    let response = reply(Status::Good)
        .sign(&request, &responder, &key)
        .unwrap();
    lab.write("response.der", &response);
    let text = lab.openssl_line(
        "ocsp -respin response.der -CAfile ca.pem -issuer ca.pem -cert holder.pem -no_nonce",
    );
    assert!(text.contains("Response verify OK"), "{text}");
    assert!(text.contains("holder.pem: good"), "{text}");

    // And OpenSSL's own question is one that a responder of ours reads.
    lab.openssl_line("ocsp -issuer ca.pem -cert holder.pem -reqout theirs.der");
    let theirs = Request::from_der(&lab.read("theirs.der")).unwrap();
    let serial: String = theirs.serial().iter().map(|b| format!("{b:02X}")).collect();
    assert_eq!(serial, RUTH.sign_cert.serial_hex());
    let response = reply(Status::Good).sign(&theirs, &responder, &key).unwrap();
    assert!(theirs.check(&response, issuer, now()).unwrap().is_fresh);
}

fn reply(status: Status) -> Reply {
    Reply {
        status,
        this_update: now() - Duration::minutes(1),
        next_update: Some(now() + Duration::minutes(10)),
        produced_at: now(),
    }
}

fn question() -> Request {
    Request::new(&ALICE.sign_cert, SM2_ROOT.certificate(), Some(&NONCE)).unwrap()
}

#[test]
fn an_sm2_authority_and_its_responder_answer() {
    let issuer = SM2_ROOT.certificate();
    let (responder, key) = issued(&SM2_ROOT, Profile::OcspSigning, validity());
    let revoked = Status::Revoked {
        since: time::macros::datetime!(2026-01-02 03:04:05 UTC),
        reason: Reason::CertificateHold,
    };
    for status in [Status::Good, Status::Unknown, revoked] {
        for (certificate, key) in [(&responder, &key), (issuer, SM2_ROOT.key())] {
            let response = reply(status).sign(&question(), certificate, key).unwrap();
            let answer = question().check(&response, issuer, now()).unwrap();
            assert_eq!((answer.status, answer.is_fresh), (status, true));
        }
    }
}

#[test]
fn who_may_not_answer_is_not_believed() {
    let issuer = SM2_ROOT.certificate();
    let past = Validity {
        not_before: now() - Duration::days(9),
        not_after: now() - Duration::days(1),
    };
    let stranger = Authority::create_root(
        &"C=CN, O=ukey TEST, CN=ukey TEST root".parse().unwrap(),
        KeyAlgorithm::Sm2,
        validity(),
    );
    let wrong = [
        issued(&SM2_ROOT, Profile::Signature, validity()),
        issued(&SM2_ROOT, Profile::OcspSigning, past),
        issued(&stranger.unwrap(), Profile::OcspSigning, validity()),
        issued(&RSA_ROOT, Profile::OcspSigning, validity()),
    ];
    for (certificate, key) in &wrong {
        let response = reply(Status::Good)
            .sign(&question(), certificate, key)
            .unwrap();
        let refused = question().check(&response, issuer, now());
        assert!(
            matches!(refused, Err(Error::Mismatch { .. })),
            "{refused:?}"
        );
    }
    // The right certificate with another key behind it.
    let (responder, _) = issued(&SM2_ROOT, Profile::OcspSigning, validity());
    let response = reply(Status::Good)
        .sign(&question(), &responder, &wrong[0].1)
        .unwrap();
    let refused = question().check(&response, issuer, now());
    assert!(
        matches!(refused, Err(Error::Signature { .. })),
        "{refused:?}"
    );
}

#[test]
fn an_answer_to_another_question_or_of_another_time_is_none() {
    let issuer = SM2_ROOT.certificate();
    let check = |reply: Reply, request: &Request| {
        let response = reply.sign(request, issuer, SM2_ROOT.key()).unwrap();
        question().check(&response, issuer, now())
    };
    let others = [
        Request::new(&BOB.sign_cert, issuer, Some(&NONCE)),
        Request::new(&ALICE.sign_cert, issuer, Some(&[1; 32])),
        Request::new(&ALICE.sign_cert, RSA_ROOT.certificate(), Some(&NONCE)),
    ];
    for request in others {
        let refused = check(reply(Status::Good), &request.unwrap());
        assert!(
            matches!(refused, Err(Error::Mismatch { .. })),
            "{refused:?}"
        );
    }
    let minutes = |count| now() + Duration::minutes(count);
    for (this_update, next_update) in [
        (minutes(-60), Some(minutes(-10))),
        (minutes(10), Some(minutes(20))),
        (minutes(-120), None),
    ] {
        let stale = Reply {
            this_update,
            next_update,
            ..reply(Status::Good)
        };
        let refused = check(stale, &question());
        assert!(
            matches!(refused, Err(Error::Mismatch { .. })),
            "{refused:?}"
        );
    }
    for status in [1, 2, 3, 5, 6] {
        let refused = question().check(&refuse(status), issuer, now());
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    }
}

#[test]
fn broken_answers_are_refused_at_every_octet() {
    let issuer = SM2_ROOT.certificate();
    let (responder, key) = issued(&SM2_ROOT, Profile::OcspSigning, validity());
    let response = reply(Status::Good)
        .sign(&question(), &responder, &key)
        .unwrap();
    for length in 0..response.len() {
        assert!(
            question()
                .check(&response[..length], issuer, now())
                .is_err()
        );
    }
    // Everything before the certificate counts: tags, times, status, signature.
    let signed = response.len() - responder.as_der().len() - 8;
    for at in (0..signed).step_by(3) {
        let mut altered = response.clone();
        altered[at] ^= 0x01;
        let refused = question().check(&altered, issuer, now());
        assert!(refused.is_err(), "octet {at}: {refused:?}");
    }
}

#[test]
fn the_responders_address_is_found_in_a_certificate() {
    // AuthorityInfoAccess by hand: caIssuers first, then ocsp.
    let value = hex::decode(concat!(
        "303a",
        "301b06082b06010505073002860f687474703a2f2f63612e746573742f",
        "301b06082b06010505073001860f687474703a2f2f6f63737074657374",
    ))
    .unwrap();
    let key = SoftwareKey::generate(KeyAlgorithm::Sm2).unwrap();
    let template = Template {
        subject: &"CN=aia".parse().unwrap(),
        public_key: key.public_key(),
        profile: Profile::Signature,
        validity: validity(),
        extensions: &[Extension {
            id: oid::AUTHORITY_INFO_ACCESS,
            critical: false,
            value,
        }],
    };
    let certificate = SM2_ROOT.issue(&template).unwrap();
    assert_eq!(certificate.ocsp_responders(), ["http://ocsptest"]);
    assert!(ALICE.sign_cert.ocsp_responders().is_empty());
}
