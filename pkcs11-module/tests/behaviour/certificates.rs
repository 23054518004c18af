//! Certificates and the keys that they belong to.

use crate::harness::*;

/// Made by OpenSSL 3.0 for a key that is on no token here.
const FOREIGN_CERTIFICATE: &[u8] = include_bytes!("../data/sm2-certificate.der");

/// A certificate for a key of the token: that of the fixture with another key in it. Nobody checks its signature here.
fn certificate_for(p11: &P11, session: CK_SESSION_HANDLE, key: CK_OBJECT_HANDLE) -> Vec<u8> {
    let point = p11.attribute(session, key, CKA_EC_POINT).unwrap();
    let mut certificate = FOREIGN_CERTIFICATE.to_vec();
    let at = certificate
        .windows(4)
        .position(|w| w == [0x03, 0x42, 0x00, 0x04])
        .unwrap()
        + 3;
    certificate[at..at + 65].copy_from_slice(&point[2..]);
    certificate
}

#[test]
fn a_certificate_for_a_key_joins_it() {
    let (p11, session) = P11::user();
    let (public, private) = p11.sm2_pair(session, "signer");
    let der = certificate_for(&p11, session, public);
    let template = Template::of(CKO_CERTIFICATE)
        .on_token()
        .bytes(CKA_VALUE, &der)
        .bytes(CKA_LABEL, b"mine");
    let certificate = p11.create(session, template.clone()).unwrap();
    let id = p11.attribute(session, private, CKA_ID).unwrap();
    assert_eq!(p11.attribute(session, certificate, CKA_ID).unwrap(), id);
    assert_eq!(
        p11.attribute(session, certificate, CKA_LABEL).unwrap(),
        b"mine"
    );
    assert_eq!(p11.attribute(session, certificate, CKA_VALUE).unwrap(), der);
    let subject = p11.attribute(session, certificate, CKA_SUBJECT).unwrap();
    assert!(der.windows(subject.len()).any(|part| part == subject));
    assert_eq!(
        p11.attribute(session, certificate, CKA_SERIAL_NUMBER)
            .unwrap()[..2],
        [2, 9]
    );
    // It is readable without a login, as is the public key.
    expect(call!(p11, C_Logout(session)));
    assert_eq!(
        p11.find(session, Template::default().bytes(CKA_ID, &id))
            .len(),
        2
    );
    expect(p11.login(session, CKU_USER, USER_PIN));

    // A second one, say after a renewal, stands beside the first.
    let mut renewed = der.clone();
    let last = renewed.len() - 1;
    renewed[last] ^= 1;
    let second = Template::of(CKO_CERTIFICATE)
        .on_token()
        .bytes(CKA_VALUE, &renewed)
        .bytes(CKA_ID, &id);
    let second = p11.create(session, second).unwrap();
    assert_eq!(p11.attribute(session, certificate, CKA_VALUE).unwrap(), der);
    assert_eq!(
        p11.find(session, Template::of(CKO_CERTIFICATE).bytes(CKA_ID, &id))
            .len(),
        2
    );

    // Destroyed, it is gone also for another run, and may come back.
    for doomed in [certificate, second] {
        expect(call!(p11, C_DestroyObject(session, doomed)));
    }
    p11.restart();
    let session = p11.open(p11.slot(), true);
    expect(p11.login(session, CKU_USER, USER_PIN));
    assert!(p11.find(session, Template::of(CKO_CERTIFICATE)).is_empty());
    p11.create(session, template).unwrap();
    let back = p11.find_one(session, Template::of(CKO_CERTIFICATE));
    assert_eq!(p11.attribute(session, back, CKA_VALUE).unwrap(), der);
}

#[test]
fn a_certificate_for_no_key_is_an_object_of_its_own() {
    let (p11, session) = P11::user();
    let (_, private) = p11.sm2_pair(session, "signer");
    let id = p11.attribute(session, private, CKA_ID).unwrap();
    // Its CKA_ID alone does not put a certificate of another key in a container.
    let template = Template::of(CKO_CERTIFICATE)
        .on_token()
        .bytes(CKA_VALUE, FOREIGN_CERTIFICATE);
    let certificate = p11.create(session, template.bytes(CKA_ID, &id)).unwrap();
    assert_eq!(p11.attribute(session, certificate, CKA_ID).unwrap(), id);
    expect(call!(p11, C_DestroyObject(session, private)));
    assert_eq!(
        p11.attribute(session, certificate, CKA_VALUE).unwrap(),
        FOREIGN_CERTIFICATE
    );
}

#[test]
fn a_private_key_is_destroyed_and_what_stood_beside_it_stays() {
    let (p11, session) = P11::user();
    let (public, private) = p11.sm2_pair(session, "doomed");
    let der = certificate_for(&p11, session, public);
    let template = Template::of(CKO_CERTIFICATE)
        .on_token()
        .bytes(CKA_VALUE, &der);
    let certificate = p11.create(session, template).unwrap();
    expect(call!(p11, C_DestroyObject(session, private)));
    assert_eq!(
        p11.attribute(session, private, CKA_CLASS),
        Err(CKR_OBJECT_HANDLE_INVALID)
    );
    assert_eq!(p11.attribute(session, certificate, CKA_VALUE).unwrap(), der);
    assert_eq!(
        p11.attribute(session, public, CKA_LABEL).unwrap(),
        b"doomed"
    );
    expect(call!(p11, C_DestroyObject(session, public)));
    expect(call!(p11, C_DestroyObject(session, certificate)));
    assert!(p11.find(session, Template::default()).is_empty());
    // The other way round.
    let (public, private) = p11.sm2_pair(session, "doomed");
    expect(call!(p11, C_DestroyObject(session, public)));
    assert_eq!(p11.find(session, Template::default()), [private]);
    assert!(
        p11.sign(session, Mechanism::plain(CKM_SM2), private, &[1; 32])
            .is_ok()
    );
    expect(call!(p11, C_DestroyObject(session, private)));
    assert!(p11.find(session, Template::default()).is_empty());
}
