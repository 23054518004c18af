//! Signatures.

use crate::host::{Data, Host, USER, USER_PIN, sm2_public, sm2_signature};

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
    // ExportPubKey gives the same key, without login.
    host.log_out();
    let data = host.in_container(container);
    assert_eq!(sm2_public(&host.ok([0x80, 0x88, 1, 0], &data)), public);
}

#[test]
fn login_is_needed_and_reset_ends_it() {
    let (mut host, container) = Host::with_container();
    host.generate_sm2(container);
    host.log_out();
    assert_eq!(host.sign_digest(container, &[1; 32]).1, 0x6982);
    host.log_in(USER, USER_PIN);
    assert_eq!(host.sign_digest(container, &[1; 32]).1, 0x9000);
    host.device.reset();
    // The old IDs are worth nothing now.
    assert_eq!(host.sign_digest(container, &[1; 32]).1, 0x6A88);
    host.open_application(b"APP");
    let container = host.open_container(b"C");
    assert_eq!(host.sign_digest(container, &[1; 32]).1, 0x6982);
    let info = host.ok([0x80, 0x04, 0, 0], &Data::new());
    assert_eq!(info.len(), 288);
}
