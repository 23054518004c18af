//! Logins while a responder is asked: OpenSSL for an RSA authority, our own answers for an SM2 one.

use crate::forge::{Holder, NONCE, ORIGIN, holder, list, name, now, root, signer, token, validity};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread;
use time::Duration;
use ukey_pki::ca::Authority;
use ukey_pki::certificate::Extension;
use ukey_pki::certificate::build::{Profile, Template};
use ukey_pki::crl::Reason;
use ukey_pki::key::KeyAlgorithm;
use ukey_pki::ocsp::{Reply, Request, Status, refuse};
use ukey_pki::{Certificate, SoftwareKey, oid};
use ukey_verifier::Refusal;
use ukey_verifier::ocsp::{Nonce, Ocsp, Responder};
use ukey_verifier::trust::{Revocation, Trust};

/// A responder on loopback that answers what `answer` makes of a question; its address.
fn responder(answer: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/ocsp", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            serve(&stream.unwrap(), &answer);
        }
    });
    address
}

fn serve(mut stream: &TcpStream, answer: &impl Fn(&[u8]) -> Vec<u8>) {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    let mut line = String::new();
    while reader.read_line(&mut line).unwrap() > 2 {
        let lower = line.to_ascii_lowercase();
        assert!(!lower.starts_with("get"), "{line}");
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if let Some(value) = lower.strip_prefix("content-type:") {
            assert_eq!(value.trim(), "application/ocsp-request");
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let response = answer(&body);
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        response.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // A client that has read enough goes away.
    stream.write_all(&response).ok();
}

/// An answer in the authority's own name.
fn says(authority: &Authority, request: &Request, status: Status) -> Vec<u8> {
    let reply = Reply {
        status,
        this_update: now() - Duration::minutes(1),
        next_update: Some(now() + Duration::minutes(10)),
        produced_at: now(),
    };
    reply
        .sign(request, authority.certificate(), authority.key())
        .unwrap()
}

fn same(authority: &Authority) -> Authority {
    let key = SoftwareKey::from_pkcs8(&authority.key().to_pkcs8_der()).unwrap();
    Authority::load(authority.certificate().clone(), key).unwrap()
}

/// A responder that says this about everything.
fn always(authority: &Authority, status: Status) -> String {
    let authority = same(authority);
    responder(move |question| says(&authority, &Request::from_der(question).unwrap(), status))
}

fn trust(authority: &Authority, revocation: Revocation, responder: Responder) -> Trust {
    let anchors = vec![authority.certificate().clone()];
    Trust::new(anchors, revocation).with_ocsp(Ocsp::new(responder, Nonce::Required))
}

fn log_in(holder: &Holder, trust: &Trust) -> Result<Certificate, Refusal> {
    token(holder, ORIGIN, NONCE).verify(ORIGIN, NONCE, trust, now())
}

const REVOKED: Status = Status::Revoked {
    since: time::macros::datetime!(2026-01-02 03:04:05 UTC),
    reason: Reason::KeyCompromise,
};

#[test]
fn what_a_responder_says_decides() {
    let authority = root();
    let holder = signer(&authority);
    for revocation in [Revocation::Required, Revocation::IfKnown] {
        let ask = |status| {
            let responder = Responder::At(always(&authority, status));
            log_in(&holder, &trust(&authority, revocation, responder))
        };
        assert!(ask(Status::Good).unwrap() == holder.certificate);
        assert!(matches!(ask(REVOKED), Err(Refusal::Revoked { .. })));
        let unknown = ask(Status::Unknown);
        match revocation {
            Revocation::Required => {
                assert!(matches!(unknown, Err(Refusal::RevocationUnknown { .. })));
            }
            Revocation::IfKnown => assert!(unknown.is_ok()),
        }
    }
}

#[test]
fn what_is_no_answer_leaves_the_matter_to_the_list_and_the_policy() {
    let authority = root();
    let holder = signer(&authority);
    let stranger = root();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let silent: Vec<String> = vec![
        format!("http://{}", closed.unwrap()),
        responder(|_| refuse(3)),
        responder(|_| Vec::new()),
        responder(|_| vec![0x30; 100 * 1024]),
        always(&stranger, Status::Good),
    ];
    for address in silent {
        let responder = || Responder::At(address.clone());
        let hard = trust(&authority, Revocation::Required, responder());
        let refused = log_in(&holder, &hard);
        assert!(
            matches!(refused, Err(Refusal::RevocationUnknown { .. })),
            "{address}: {refused:?}"
        );
        let soft = trust(&authority, Revocation::IfKnown, responder());
        assert!(log_in(&holder, &soft).is_ok(), "{address}");
        let listed = hard.with_lists(vec![list(&authority, &[], 0)]);
        assert!(log_in(&holder, &listed).is_ok(), "{address}");
    }
    // A list that knows better is believed, whatever a responder says.
    let responder = Responder::At(always(&authority, Status::Good));
    let listed = trust(&authority, Revocation::IfKnown, responder);
    let listed = listed.with_lists(vec![list(&authority, &[&holder.certificate], 0)]);
    assert!(matches!(
        log_in(&holder, &listed),
        Err(Refusal::Revoked { .. })
    ));
}

#[test]
fn an_answer_without_the_nonce_counts_only_where_that_is_allowed() {
    let authority = root();
    let holder = signer(&authority);
    let about = Request::new(&holder.certificate, authority.certificate(), None).unwrap();
    let prepared = says(&authority, &about, Status::Good);
    let address = responder(move |_| prepared.clone());
    for (nonce, counts) in [(Nonce::Required, false), (Nonce::IfSent, true)] {
        let ocsp = Ocsp::new(Responder::At(address.clone()), nonce);
        let anchors = vec![authority.certificate().clone()];
        let trust = Trust::new(anchors, Revocation::Required).with_ocsp(ocsp);
        assert_eq!(log_in(&holder, &trust).is_ok(), counts, "{nonce:?}");
    }
    // One with the nonce of an earlier question never does.
    let about = Request::new(&holder.certificate, authority.certificate(), Some(&[7; 32])).unwrap();
    let replayed = says(&authority, &about, Status::Good);
    let ocsp = Ocsp::new(
        Responder::At(responder(move |_| replayed.clone())),
        Nonce::IfSent,
    );
    let anchors = vec![authority.certificate().clone()];
    let trust = Trust::new(anchors, Revocation::Required).with_ocsp(ocsp);
    let refused = log_in(&holder, &trust);
    assert!(matches!(refused, Err(Refusal::RevocationUnknown { .. })));
}

/// authorityInfoAccess with one OCSP responder, by hand.
fn names_responder(address: &str) -> Extension {
    let length = u8::try_from(address.len()).unwrap();
    let oid = [0x06, 8, 0x2B, 6, 1, 5, 5, 7, 0x30, 1];
    let location = [&[0x86, length][..], address.as_bytes()].concat();
    let description = [&[0x30, 12 + length][..], &oid, &location].concat();
    Extension {
        id: oid::AUTHORITY_INFO_ACCESS,
        critical: false,
        value: [&[0x30, 14 + length][..], &description].concat(),
    }
}

#[test]
fn the_responder_that_the_certificate_names_is_asked() {
    let authority = root();
    let certified = |address: &str| {
        let key = SoftwareKey::generate(KeyAlgorithm::Sm2).unwrap();
        let template = Template {
            subject: &name("CN=bidder"),
            public_key: key.public_key(),
            profile: Profile::Signature,
            validity: validity(20),
            extensions: &[names_responder(address)],
        };
        let certificate = authority.issue(&template).unwrap();
        Holder { certificate, key }
    };
    let trust = trust(&authority, Revocation::Required, Responder::Named);
    let good = certified(&always(&authority, Status::Good));
    log_in(&good, &trust).unwrap();
    let revoked = certified(&always(&authority, REVOKED));
    assert!(matches!(
        log_in(&revoked, &trust),
        Err(Refusal::Revoked { .. })
    ));
    for address in ["ftp://127.0.0.1/", "file:///etc/passwd", ""] {
        let refused = log_in(&certified(address), &trust);
        assert!(
            matches!(refused, Err(Refusal::RevocationUnknown { .. })),
            "{address}"
        );
    }
    let refused = log_in(&signer(&authority), &trust);
    assert!(matches!(refused, Err(Refusal::RevocationUnknown { .. })));
}

#[test]
fn openssl_answers_for_an_rsa_authority() {
    let rsa = KeyAlgorithm::Rsa { bits: 2048 };
    let authority = Authority::create_root(&name("CN=rsa root"), rsa, validity(30)).unwrap();
    let good = holder(&authority, rsa, Profile::Signature, validity(20));
    let revoked = holder(&authority, rsa, Profile::Signature, validity(20));
    let delegate = holder(&authority, rsa, Profile::OcspSigning, validity(20));

    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &[u8]| fs::write(folder.path().join(name), content).unwrap();
    write("ca.pem", authority.certificate().to_pem().as_bytes());
    write("responder.pem", delegate.certificate.to_pem().as_bytes());
    write("responder.key", delegate.key.to_pkcs8_pem().as_bytes());
    let line = |kind: &str, since: &str, holder: &Holder| {
        let serial = holder.certificate.serial_hex();
        format!("{kind}\t491231235959Z\t{since}\t{serial}\tunknown\t/CN=x\n")
    };
    let index = line("V", "", &good) + &line("R", "260102030405Z,keyCompromise", &revoked);
    write("index.txt", index.as_bytes());
    let place = folder.path().to_owned();
    let address = responder(move |question| {
        fs::write(place.join("request.der"), question).unwrap();
        let done = Command::new("openssl")
            .args("ocsp -index index.txt -CA ca.pem -rsigner responder.pem".split(' '))
            .args("-rkey responder.key -reqin request.der -respout response.der".split(' '))
            .args(["-nmin", "5"])
            .current_dir(&place)
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
        fs::read(place.join("response.der")).unwrap()
    });
    let trust = trust(&authority, Revocation::Required, Responder::At(address));
    log_in(&good, &trust).unwrap();
    assert!(matches!(
        log_in(&revoked, &trust),
        Err(Refusal::Revoked { .. })
    ));
    // OpenSSL's index does not have it.
    let other = holder(&authority, rsa, Profile::Signature, validity(20));
    assert!(matches!(
        log_in(&other, &trust),
        Err(Refusal::RevocationUnknown { .. })
    ));
}
