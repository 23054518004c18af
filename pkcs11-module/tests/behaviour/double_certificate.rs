//! A container as a CA fills it: a signature pair made in the token, an encryption pair imported from outside. The
//! imported key is that of the example in GB/T 32918.5, so the standard's own ciphertext can be decrypted.

use crate::harness::*;
use hex::FromHex;
use ukey_crypto::{sm2, sm4};
use ukey_token::{AlgId, EnvelopedSm2Key, Pin, PinType};

const PRIVATE: &str = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8";
const PUBLIC: &str = "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13";
/// "encryption standard": C1 ‖ C3 ‖ C2.
const CIPHER: [&str; 3] = [
    "0404EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73E858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0",
    "59983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD8766",
    "21886CA989CA9C7D58087307CA93092D651EFA",
];

fn hex(text: &str) -> Vec<u8> {
    Vec::from_hex(text).unwrap()
}

/// Makes the container as an enrolment program would, through links of its own.
fn enrol(p11: &P11) {
    let application = p11.other_program();
    application
        .verify_pin(PinType::User, &Pin::new(USER_PIN).unwrap())
        .unwrap();
    let container = application.create_container("double").unwrap();
    let signer = container.generate_sm2().unwrap();
    let session_key = [0x5A; 16];
    let mut encrypted_private = [0; 64];
    encrypted_private[32..].copy_from_slice(&hex(PRIVATE));
    sm4::ecb_encrypt(&sm4::Key::from(session_key), &mut encrypted_private).unwrap();
    let enveloped = EnvelopedSm2Key {
        sym_alg: AlgId::SGD_SM4_ECB,
        encrypted_private: &encrypted_private,
        public_key: &sm2::PublicKey::from_sec1(&hex(PUBLIC)).unwrap(),
        session_key: &signer.encrypt(&session_key).unwrap(),
    };
    container.import_sm2(&enveloped).unwrap();
}

#[test]
fn both_pairs_appear_and_do_what_they_are_for() {
    let (p11, session) = P11::user();
    enrol(&p11);
    let usage = |flag| Template::of(CKO_PRIVATE_KEY).flag(flag, true);
    let signing = p11.find_one(session, usage(CKA_SIGN));
    let decrypting = p11.find_one(session, usage(CKA_DECRYPT));
    assert_ne!(signing, decrypting);
    for (key, made_here) in [(signing, 1), (decrypting, 0)] {
        for flag in [CKA_LOCAL, CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE] {
            assert_eq!(p11.attribute(session, key, flag).unwrap(), [made_here]);
        }
        assert_eq!(p11.attribute(session, key, CKA_SENSITIVE).unwrap(), [1]);
        let id = p11.attribute(session, key, CKA_ID).unwrap();
        let public = p11.find_one(session, Template::of(CKO_PUBLIC_KEY).bytes(CKA_ID, &id));
        assert_eq!(
            p11.attribute(session, public, CKA_EC_POINT),
            p11.attribute(session, key, CKA_EC_POINT)
        );
    }
    let sm2 = || Mechanism::plain(CKM_SM2);
    assert!(p11.sign(session, sm2(), signing, &[1; 32]).is_ok());
    let refused = Err(CKR_KEY_FUNCTION_NOT_PERMITTED);
    assert_eq!(p11.sign(session, sm2(), decrypting, &[1; 32]), refused);
    expect(p11.set(
        session,
        decrypting,
        Template::default().flag(CKA_SIGN, true),
    ));
    assert_eq!(p11.sign(session, sm2(), decrypting, &[1; 32]), refused);
}

#[test]
fn the_ciphertext_of_the_standard_decrypts() {
    let (p11, session) = P11::user();
    enrol(&p11);
    let key = p11.find_one(
        session,
        Template::of(CKO_PRIVATE_KEY).flag(CKA_DECRYPT, true),
    );
    let [c1, c3, c2] = CIPHER.map(hex);
    for (layout, cipher) in [
        (SM2_LAYOUT_C1C3C2, [&c1[..], &c3, &c2].concat()),
        (SM2_LAYOUT_C1C2C3, [&c1[..], &c2, &c3].concat()),
    ] {
        let mechanism = Mechanism::numbers(CKM_SM2_ENCRYPT, &[layout]);
        assert_eq!(
            p11.decrypt(session, mechanism, key, &cipher).unwrap(),
            b"encryption standard"
        );
    }
}

#[test]
fn one_pair_is_not_destroyed_through_the_other() {
    let (p11, session) = P11::user();
    enrol(&p11);
    for key in p11.find(session, Template::of(CKO_PRIVATE_KEY)) {
        assert_eq!(
            call!(p11, C_DestroyObject(session, key)),
            CKR_ACTION_PROHIBITED
        );
    }
    assert_eq!(p11.find(session, Template::of(CKO_PRIVATE_KEY)).len(), 2);
}
