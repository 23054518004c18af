//! Signatures.

use crate::host::{Data, Host, USER, USER_PIN, extended, sm2_public, sm2_signature};
use ukey_crypto::sm2;

const SIGN_DIGEST: [u8; 4] = [0x80, 0x74, 2, 0];
const SIGN_MESSAGE: [u8; 4] = [0x80, 0x74, 1, 0];
const VERIFY_DIGEST: [u8; 4] = [0x80, 0x76, 2, 0];
const VERIFY_MESSAGE: [u8; 4] = [0x80, 0x76, 1, 0];

#[test]
fn sm2_signature_over_a_digest_verifies() {
    let (mut host, container) = Host::with_container();
    let public = host.generate_sm2(container);
    let digest = [0x5A; 32];
    let (answer, sw) = host.sign_digest(container, &digest);
    assert_eq!(sw, 0x9000);
    public
        .verify_digest(&digest, &sm2_signature(&answer))
        .unwrap();
    // As real middleware sends it: no Le.
    let data = host.in_container(container).bytes(&digest);
    let apdu = extended(SIGN_DIGEST, &data.0, None);
    assert_eq!(apdu.len(), 0x2B);
    let (answer, sw) = host.raw(&apdu);
    assert_eq!(sw, 0x9000);
    public
        .verify_digest(&digest, &sm2_signature(&answer))
        .unwrap();
    // ExportPubKey gives the same key, without login.
    host.log_out();
    let data = host.in_container(container);
    assert_eq!(sm2_public(&host.ok([0x80, 0x88, 1, 0], &data)), public);
    assert_eq!(
        host.refused([0x80, 0x88, 0, 0], &data),
        0x6A95,
        "no encryption pair"
    );
}

#[test]
fn the_card_computes_the_digest_of_a_message() {
    let (mut host, container) = Host::with_container();
    let public = host.generate_sm2(container);
    for (id, message) in [
        (sm2::DEFAULT_ID, &b"message"[..]),
        (b"Alice", b""),
        (b"", &[7; 5000]),
    ] {
        let data = host.in_container(container).l32(id).bytes(message);
        let signature = sm2_signature(&host.ok(SIGN_MESSAGE, &data));
        let digest = public.message_digest(id, message).unwrap();
        public.verify_digest(&digest, &signature).unwrap();
    }
    let too_long = host.in_container(container).l32(&[1; 9000]);
    assert_eq!(
        host.refused(SIGN_MESSAGE, &too_long),
        0x6700,
        "ID over 8191 bytes"
    );
}

#[test]
fn verification_says_yes_and_no() {
    let key = sm2::SecretKey::from_bytes(&[3; 32]).unwrap();
    let public = key.public_key();
    let head = Data::new().u32(256).bytes(&public.x()).bytes(&public.y());
    let mut host = Host::blank();
    let digest = public.message_digest(b"id", b"message").unwrap();
    let signature = key.sign_digest(&digest).unwrap().to_bytes();
    let by_digest = head.clone().l32(&digest);
    let by_message = head.clone().l32(b"id").l32(b"message");
    host.ok(VERIFY_DIGEST, &by_digest.clone().bytes(&signature));
    host.ok(VERIFY_MESSAGE, &by_message.clone().bytes(&signature));
    for at in [0, 31, 32, 63] {
        let mut altered = signature;
        altered[at] ^= 1;
        assert_eq!(
            host.refused(VERIFY_DIGEST, &by_digest.clone().bytes(&altered)),
            0x6A98
        );
        assert_eq!(
            host.refused(VERIFY_MESSAGE, &by_message.clone().bytes(&altered)),
            0x6A98
        );
    }
    assert_eq!(
        host.refused(VERIFY_DIGEST, &by_digest.clone().bytes(&[0; 64])),
        0x6A98
    );
    let other_id = head.clone().l32(b"di").l32(b"message").bytes(&signature);
    assert_eq!(host.refused(VERIFY_MESSAGE, &other_id), 0x6A98);
    let off_curve = Data::new()
        .u32(256)
        .bytes(&[1; 64])
        .l32(&digest)
        .bytes(&signature);
    assert_eq!(host.refused(VERIFY_DIGEST, &off_curve), 0x6A80);
    assert_eq!(
        host.refused(
            VERIFY_DIGEST,
            &head.clone().l32(&digest[1..]).bytes(&signature)
        ),
        0x6700
    );
    let p384 = Data::new()
        .u32(384)
        .bytes(&[1; 96])
        .l32(&digest)
        .bytes(&[1; 96]);
    assert_eq!(host.refused(VERIFY_DIGEST, &p384), 0x6A81);
}

#[test]
fn login_is_needed_and_reset_ends_it() {
    let (mut host, container) = Host::with_container();
    host.generate_sm2(container);
    host.log_out();
    assert_eq!(host.sign_digest(container, &[1; 32]).1, 0x6982);
    host.log_in(USER, USER_PIN);
    assert_eq!(host.sign_digest(container, &[1; 32]).1, 0x9000);
    for event in [
        |host: &mut Host| host.device.reset(),
        |host: &mut Host| host.device.power_off(),
        |host: &mut Host| host.device.power_on(),
    ] {
        event(&mut host);
        // The old IDs are worth nothing now.
        assert_eq!(host.sign_digest(container, &[1; 32]).1, 0x6A88);
        host.open_application(b"APP");
        let reopened = host.open_container(b"C");
        assert_eq!(host.sign_digest(reopened, &[1; 32]).1, 0x6982);
        host.log_in(USER, USER_PIN);
        assert_eq!(host.sign_digest(reopened, &[1; 32]).1, 0x9000);
    }
}

#[test]
fn malformed_requests_are_refused() {
    let (mut host, container) = Host::with_container();
    assert_eq!(
        host.sign_digest(container, &[1; 32]).1,
        0x6A95,
        "no key yet"
    );
    host.generate_sm2(container);
    assert_eq!(host.sign_digest(container, &[1; 31]).1, 0x6700);
    assert_eq!(host.sign_digest(container, &[1; 33]).1, 0x6700);
    assert_eq!(host.sign_digest(container ^ 1, &[1; 32]).1, 0x6A94);
    let data = host.in_container(container).bytes(&[1; 32]);
    assert_eq!(host.refused([0x80, 0x74, 0, 0], &data), 0x6A86);
    assert_eq!(host.refused([0x80, 0x74, 3, 0], &data), 0x6A86);
    assert_eq!(host.refused([0x80, 0x74, 2, 1], &data), 0x6A86);
    assert_eq!(host.refused([0x84, 0x74, 2, 0], &data), 0x6E00);
    let rsa = host.in_container(container).bytes(&[1; 32]);
    assert_eq!(
        host.refused([0x80, 0x58, 0, 0], &rsa),
        0x6A95,
        "an SM2 container"
    );
}
