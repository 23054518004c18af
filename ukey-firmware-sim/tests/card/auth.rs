//! Device authentication and PINs.

use crate::host::{
    ADMIN, ADMIN_PIN, DEVICE_KEY, Data, Host, USER, USER_PIN, blank_image, seal_key,
};
use ukey_apdu::devinfo::PinHash;
use ukey_crypto::sm4;
use ukey_firmware_sim::store::memory::MemoryStorage;
use ukey_firmware_sim::{Factory, personalise};

fn dev_auth(host: &mut Host, key: &[u8; 16], mut block: [u8; 16]) -> u16 {
    sm4::ecb_encrypt(&sm4::Key::from(*key), &mut block).unwrap();
    host.send([0x80, 0x10, 0, 0], &Data::new().bytes(&block)).1
}

fn short_block(challenge: &[u8]) -> [u8; 16] {
    let mut block = [0; 16];
    block[..8].copy_from_slice(&challenge[..8]);
    block
}

/// Whether the device authentication is there: CreateApplication needs it. (The parameters are
/// wrong, so that nothing is made.)
fn device_is_authenticated(host: &mut Host) -> bool {
    let parameters = Data::new().n8(b"X").n8(b"").u8(0).n8(b"").u8(0);
    let parameters = parameters.u32(0).u8(0).u8(0).u16(0);
    match host.send([0x80, 0x20, 0, 0], &parameters).1 {
        0x6982 => false,
        0x6A80 => true,
        other => panic!("{other:04X}"),
    }
}

#[test]
fn device_authentication_takes_eight_bytes_and_zeros_or_all_sixteen() {
    let mut host = Host::blank();
    let challenge = host.random(8);
    assert_eq!(
        dev_auth(&mut host, DEVICE_KEY, short_block(&challenge)),
        0x9000
    );
    assert!(device_is_authenticated(&mut host));
    host.device.reset();
    assert!(!device_is_authenticated(&mut host));
    let random: [u8; 16] = host.random(16).try_into().unwrap();
    assert_eq!(dev_auth(&mut host, DEVICE_KEY, random), 0x9000);
    let random = host.random(16);
    assert_eq!(
        dev_auth(&mut host, DEVICE_KEY, short_block(&random)),
        0x9000
    );
    // Drawn 8, encrypted 16 with something else behind.
    host.device.reset();
    let mut block = short_block(&host.random(8));
    block[15] = 1;
    assert_eq!(dev_auth(&mut host, DEVICE_KEY, block), 0x6982);
    assert!(!device_is_authenticated(&mut host));
}

#[test]
fn a_challenge_is_good_for_one_answer() {
    let mut host = Host::blank();
    assert_eq!(
        dev_auth(&mut host, DEVICE_KEY, [0; 16]),
        0x6985,
        "none drawn"
    );
    let block = short_block(&host.random(8));
    assert_eq!(dev_auth(&mut host, &[0; 16], block), 0x6982, "wrong key");
    assert_eq!(
        dev_auth(&mut host, DEVICE_KEY, block),
        0x6985,
        "used up by the wrong answer"
    );
    let block = short_block(&host.random(8));
    assert_eq!(
        host.send([0x80, 0x10, 0, 0], &Data::new().bytes(&[0; 15]))
            .1,
        0x6700
    );
    assert_eq!(
        dev_auth(&mut host, DEVICE_KEY, block),
        0x6985,
        "used up by the malformed one"
    );
    let block = short_block(&host.random(8));
    host.random(7);
    assert_eq!(
        dev_auth(&mut host, DEVICE_KEY, block),
        0x9000,
        "7 bytes are no challenge"
    );
    let old = short_block(&host.random(8));
    host.random(8);
    assert_eq!(
        dev_auth(&mut host, DEVICE_KEY, old),
        0x6982,
        "a newer one replaces it"
    );
    assert!(
        !device_is_authenticated(&mut host),
        "a wrong answer ends the authentication"
    );
    let block = short_block(&host.random(8));
    host.device.reset();
    assert_eq!(
        dev_auth(&mut host, DEVICE_KEY, block),
        0x6985,
        "lost on reset"
    );
}

#[test]
fn device_key_can_be_changed_with_the_old_one() {
    let memory = blank_image(64 * 1024);
    let mut host = Host::on(memory.clone());
    let new = [0xAB; 16];
    let old = sm4::Key::from(*DEVICE_KEY);
    let header = [0x84, 0x12, 0, 0];
    let apdu = host.secured(header, &Data::new(), &new, &old);
    assert_eq!(host.raw(&apdu).1, 0x6982, "needs device authentication");
    host.dev_auth();
    let apdu = host.secured(header, &Data::new(), &new, &sm4::Key::from([1; 16]));
    assert_eq!(host.raw(&apdu).1, 0x6982, "wrong key");
    let apdu = host.secured(header, &Data::new(), &new[..15], &old);
    assert_eq!(host.raw(&apdu).1, 0x6A80, "wrong length");
    let apdu = host.secured(header, &Data::new(), &new, &old);
    assert_eq!(host.raw(&apdu).1, 0x9000);
    let mut host = Host::on(memory);
    let block = short_block(&host.random(8));
    assert_eq!(dev_auth(&mut host, DEVICE_KEY, block), 0x6982);
    let block = short_block(&host.random(8));
    assert_eq!(dev_auth(&mut host, &new, block), 0x9000);
}

#[test]
fn wrong_pins_are_counted_down_to_locked() {
    let mut host = Host::with_application();
    assert_eq!(host.pin_info(USER), [6, 6, 1]);
    for left in (0..6).rev() {
        assert_eq!(host.verify_pin(USER, b"wrong"), 0x63C0 | left);
        assert_eq!(host.pin_info(USER)[1], left as u8);
    }
    assert_eq!(host.verify_pin(USER, USER_PIN), 0x6983);
    assert_eq!(host.change_pin(USER, USER_PIN, b"new pin"), 0x6983);
    // The administrator's is another counter.
    assert_eq!(host.verify_pin(ADMIN, ADMIN_PIN), 0x9000);
    host.device.reset();
    host.open_application(b"APP");
    assert_eq!(host.verify_pin(USER, USER_PIN), 0x6983, "locked for good");
}

#[test]
fn the_right_pin_gives_the_tries_back() {
    let mut host = Host::with_application();
    let counter = host.change_counter();
    assert_eq!(host.verify_pin(USER, b"wrong"), 0x63C5);
    assert_eq!(host.verify_pin(USER, b""), 0x63C4);
    assert_eq!(host.verify_pin(USER, USER_PIN), 0x9000);
    assert_eq!(host.pin_info(USER), [6, 6, 1]);
    assert_eq!(
        host.change_counter(),
        counter,
        "tries are no change that clients cache"
    );
}

#[test]
fn without_a_challenge_no_try_is_spent() {
    let mut host = Host::with_application();
    let data = host.app().bytes(&[0; 16]);
    assert_eq!(host.send([0x80, 0x18, USER, 0], &data).1, 0x6985);
    // Replayed cryptogram: the challenge is gone.
    assert_eq!(host.verify_pin(USER, USER_PIN), 0x9000);
    assert_eq!(host.send([0x80, 0x18, USER, 0], &data).1, 0x6985);
    // Malformed.
    host.challenge();
    let short = host.app().bytes(&[0; 15]);
    assert_eq!(host.send([0x80, 0x18, USER, 0], &short).1, 0x6700);
    assert_eq!(host.send([0x80, 0x18, 2, 0], &data).1, 0x6A86);
    assert_eq!(host.pin_info(USER)[1], 6);
}

#[test]
fn the_wrong_pin_that_locks_ends_the_login_of_its_role_only() {
    let (mut host, container) = Host::with_container();
    host.generate_sm2(container);
    assert_eq!(host.verify_pin(ADMIN, b"wrong"), 0x63C4);
    assert_eq!(host.sign_digest(container, &[1; 32]).1, 0x9000);
    for left in (1..6).rev() {
        assert_eq!(host.verify_pin(USER, b"wrong"), 0x63C0 + left);
        assert_eq!(host.sign_digest(container, &[1; 32]).1, 0x9000);
    }
    assert_eq!(host.verify_pin(USER, b"wrong"), 0x63C0);
    assert_eq!(host.sign_digest(container, &[1; 32]).1, 0x6982);
}

#[test]
fn changing_the_pin_needs_the_old_one() {
    let memory = blank_image(64 * 1024);
    let mut host = Host::on(memory.clone());
    host.create_application(b"APP", 0x10);
    assert_eq!(host.change_pin(USER, b"wrong", b"new pin"), 0x63C5);
    assert_eq!(host.change_pin(USER, USER_PIN, b""), 0x6A80, "empty");
    assert_eq!(
        host.pin_info(USER),
        [6, 6, 1],
        "the PIN was right, so the try came back"
    );
    assert_eq!(host.change_pin(USER, USER_PIN, &[b'x'; 65]), 0x6A80);
    assert_eq!(
        host.change_pin(USER, USER_PIN, "中文密码\0\u{1}".as_bytes()),
        0x9000
    );
    assert_eq!(host.pin_info(USER), [6, 6, 0]);
    assert_eq!(host.verify_pin(USER, USER_PIN), 0x63C5);
    assert_eq!(host.verify_pin(USER, "中文密码\0\u{1}".as_bytes()), 0x9000);
    // A login survives the change, and the new PIN the reset.
    assert_eq!(
        host.change_pin(USER, "中文密码\0\u{1}".as_bytes(), &[b'x'; 64]),
        0x9000
    );
    host.create_container(b"still logged in");
    let mut host = Host::on(memory);
    host.open_application(b"APP");
    host.log_in(USER, &[b'x'; 64]);
    assert_eq!(host.change_pin(ADMIN, ADMIN_PIN, b"new admin"), 0x9000);
    host.log_in(ADMIN, b"new admin");
}

#[test]
fn an_altered_secured_command_is_a_wrong_pin() {
    let mut host = Host::with_application();
    let app = host.app();
    let key = Host::pin_key(USER_PIN);
    for at in [9, 12, 25, 28] {
        let mut apdu = host.secured([0x84, 0x16, USER, 0], &app, b"new pin", &key);
        apdu[at] ^= 1;
        assert_eq!(host.raw(&apdu).1, 0x63C5, "byte {at}");
        host.log_in(USER, USER_PIN);
    }
    // Replayed: no challenge, no try.
    let apdu = host.secured([0x84, 0x16, USER, 0], &app, b"new pin", &key);
    assert_eq!(host.raw(&apdu).1, 0x9000);
    assert_eq!(host.raw(&apdu).1, 0x6985);
    assert_eq!(host.pin_info(USER)[1], 6);
}

#[test]
fn the_administrator_unblocks_the_user() {
    let mut host = Host::with_application();
    while host.verify_pin(USER, b"wrong") != 0x6983 {}
    assert_eq!(host.unblock_pin(b"wrong", b"new user"), 0x63C4);
    assert_eq!((host.pin_info(ADMIN)[1], host.pin_info(USER)[1]), (4, 0));
    assert_eq!(host.unblock_pin(ADMIN_PIN, b"new user"), 0x9000);
    assert_eq!(
        (host.pin_info(ADMIN)[1], host.pin_info(USER)),
        (5, [6, 6, 0])
    );
    assert_eq!(host.verify_pin(USER, USER_PIN), 0x63C5);
    host.log_in(USER, b"new user");
    // Unblocking ends the user's login.
    assert_eq!(host.unblock_pin(ADMIN_PIN, b"newer"), 0x9000);
    let data = host.app().bytes(b"C");
    assert_eq!(host.refused([0x80, 0x40, 0, 0], &data), 0x6982);
    while host.unblock_pin(b"wrong", b"x") != 0x6983 {}
    assert_eq!(
        host.unblock_pin(ADMIN_PIN, b"new user"),
        0x6983,
        "no remedy but the device key"
    );
}

#[test]
fn clearing_the_secure_state_ends_both_logins_and_the_challenge() {
    let (mut host, container) = Host::with_container();
    host.generate_sm2(container);
    host.log_in(ADMIN, ADMIN_PIN);
    let data = host.in_container(container).u32(0x401).n8(&[1; 16]);
    let key = host.ok([0x80, 0xA2, 0, 0], &data);
    host.challenge();
    host.log_out();
    assert_eq!(host.sign_digest(container, &[1; 32]).1, 0x6982);
    let reset = host.app();
    assert_eq!(host.refused([0x80, 0xDA, 0, 0], &reset), 0x6982);
    let pin = host.app().bytes(&[0; 16]);
    assert_eq!(host.refused([0x80, 0x18, USER, 0], &pin), 0x6985);
    let destroy = host.in_container(container).bytes(&key);
    assert_eq!(
        host.refused([0x80, 0xC4, 0, 0], &destroy),
        0x6A95,
        "session keys are gone"
    );
}

#[test]
fn logins_belong_to_one_application() {
    let mut host = Host::blank();
    host.create_application(b"ONE", 0x10);
    host.log_in(USER, USER_PIN);
    let one = host.app;
    host.create_application(b"TWO", 0x10);
    let data = host.app().bytes(b"C");
    assert_eq!(host.refused([0x80, 0x40, 0, 0], &data), 0x6982);
    host.app = one;
    host.create_container(b"C");
}

#[test]
fn sha1_tokens_say_so_and_take_sha1() {
    let memory = MemoryStorage::new(64 * 1024);
    let factory = Factory {
        pin_hash: PinHash::Sha1,
        ..Factory::default()
    };
    personalise(Box::new(memory.clone()), &seal_key(), &factory).unwrap();
    let mut host = Host::on(memory);
    host.create_application(b"APP", 0x10);
    assert_eq!(host.ok([0x80, 0x04, 0, 0], &Data::new())[226..228], [0, 0]);
    assert_eq!(host.verify_pin(USER, USER_PIN), 0x63C5, "SM3 is wrong here");
    // SHA-1("12345678") begins 7c222fb2927d828af22f592134e89324.
    let key = 0x7c22_2fb2_927d_828a_f22f_5921_34e8_9324u128.to_be_bytes();
    let mut block = short_block(&host.challenge());
    block[8] = 0x80;
    sm4::ecb_encrypt(&sm4::Key::from(key), &mut block).unwrap();
    let data = host.app().bytes(&block);
    host.ok([0x80, 0x18, USER, 0], &data);
}
