//! Keys in objects: making, importing, exporting, updating, copying, deleting; and refusals.

use crate::host::{ADMIN, ADMIN_PIN, Data, Host, USER, USER_PIN, blank_image, words};
use crate::keyed::*;
use ukey_crypto::{ec, rsa, sm2};
use ukey_firmware_sim::store::memory::MemoryStorage;

fn logged_in() -> Host {
    let mut host = Host::with_application();
    host.log_in(USER, USER_PIN);
    host
}

fn on_image(size: usize) -> (MemoryStorage, Host) {
    let memory = blank_image(size);
    let mut host = Host::on(memory.clone());
    host.create_application(b"APP", 0x10);
    host.log_in(USER, USER_PIN);
    (memory, host)
}

fn p256(public: &[u8]) -> ec::PublicKey {
    ec::PublicKey::from_sec1(ec::Curve::P256, &[&[4], public].concat()).unwrap()
}

fn sm2_key(public: &[u8]) -> sm2::PublicKey {
    sm2::PublicKey::from_xy(&public[..32], &public[32..]).unwrap()
}

#[test]
fn a_pair_and_its_companion_are_made_in_one_command() {
    let (memory, mut host) = on_image(256 * 1024);
    let counter = host.change_counter();
    let data = host.app().kind(P256).u16(SIGN);
    let data = data
        .part(PRIVATE, b"private part")
        .u8(1)
        .part(PUBLIC, b"public part");
    let answer = host.ok(GENERATE, &data);
    let (id, companion, public) = (words(&answer[..4]), words(&answer[4..8]), &answer[8..]);
    assert_eq!((id, companion, public.len()), (1, 2, 64));
    assert_eq!(host.change_counter(), counter + 1);
    let key = |held, policy| {
        Some(Key {
            held,
            kind: P256,
            policy,
            public: public.to_vec(),
        })
    };
    let record = |id, flags, key, content: &[u8]| Record {
        id,
        flags,
        owner: vec![],
        key,
        content: content.to_vec(),
    };
    let expected = [
        record(1, PRIVATE, key(true, SIGN), b"private part"),
        record(2, PUBLIC, key(false, 0), b"public part"),
    ];
    assert_eq!(host.list(false), expected);
    assert_eq!(host.list(true), expected[..1]);
    // The old layout has no place for keys.
    let data = host.app().u32(0);
    assert!(host.ok([0x80, 0xD6, 0, 0], &data).is_empty());
    let signature = host.used(1, 0x01, &[9; 32]);
    let signature = ec::Signature::from_bytes(ec::Curve::P256, &signature).unwrap();
    p256(public).verify_digest(&[9; 32], &signature).unwrap();
    // After a restart, all is there; without login, only the companion.
    let mut host = Host::on(memory);
    host.open_application(b"APP");
    assert_eq!(host.list(false), expected[1..]);
    assert!(host.list(true).is_empty());
    assert_eq!(host.use_key(1, 0x01, &[9; 32]).1, 0x6982);
    host.log_in(USER, USER_PIN);
    assert_eq!(host.list(false), expected);
    host.used(1, 0x01, &[9; 32]);
    // The companion holds no private key.
    assert_eq!(host.use_key(2, 0x01, &[9; 32]).1, 0x6A95);
}

#[test]
fn every_kind_can_be_made_and_used() {
    let mut host = logged_in();
    let (id, public) = host.generate(P384, ALL);
    let signature = host.used(id, 0x01, &[9; 48]);
    let signature = ec::Signature::from_bytes(ec::Curve::P384, &signature).unwrap();
    let key = ec::PublicKey::from_sec1(ec::Curve::P384, &[&[4], &public[..]].concat()).unwrap();
    key.verify_digest(&[9; 48], &signature).unwrap();
    let (id, public) = host.generate(SM2, ALL);
    let signature = host.used(id, 0x02, &[9; 32]);
    let signature = sm2::Signature::from_bytes(&signature).unwrap();
    sm2_key(&public)
        .verify_digest(&[9; 32], &signature)
        .unwrap();
    let cipher = sm2_key(&public).encrypt(b"a plaintext").unwrap();
    assert_eq!(
        host.used(id, 0x10, &Data::new().cipher(&cipher).0),
        b"a plaintext"
    );
    for (kind, length) in [((4, 192), 24), ((4, 256), 32), (SM4, 16), ((6, 72), 9)] {
        let (id, public) = host.generate(kind, ALL);
        assert!(public.is_empty());
        let recipient = sm2::SecretKey::generate().unwrap();
        let (answer, sw) = host.export(id, &recipient.public_key());
        assert_eq!(sw, 0x9000);
        let material = recipient.decrypt(&cipher_of(&answer)).unwrap();
        assert_eq!(material.len(), length);
    }
    let (id, public) = host.generate(RSA_2048, ALL);
    let key = rsa::PublicKey::from_components(&public[..256], &public[256..]).unwrap();
    assert_eq!((key.bits(), &public[256..]), (2048, &[1, 0, 1][..]));
    let signature = host.used(id, 0x03, b"digest info");
    key.verify_pkcs1v15(b"digest info", &signature).unwrap();
}

/// X, Y, hash, length, data.
fn cipher_of(answer: &[u8]) -> sm2::Ciphertext {
    let part = |at: usize| answer[at..at + 32].try_into().unwrap();
    assert_eq!(words(&answer[96..100]) as usize, answer.len() - 100);
    sm2::Ciphertext {
        x: part(0),
        y: part(32),
        hash: part(64),
        data: answer[100..].to_vec(),
    }
}

#[test]
fn imported_material_is_what_comes_out_again() {
    let (memory, mut host) = on_image(256 * 1024);
    let rsa = rsa::PrivateKey::generate(2048).unwrap().to_pkcs1_der();
    let cases: [((u8, u16), &[u8]); 6] = [
        (P256, &[0x5A; 32]),
        (P384, &[0x5B; 48]),
        (SM2, &[0x5C; 32]),
        (RSA_2048, &rsa),
        (AES_128, b"sixteen bytes k!"),
        ((6, 160), b"a secret of 20 bytes"),
    ];
    for (kind, material) in cases {
        let id = host.import(kind, ALL, material);
        let recipient = sm2::SecretKey::generate().unwrap();
        let (answer, _) = host.export(id, &recipient.public_key());
        assert_eq!(*recipient.decrypt(&cipher_of(&answer)).unwrap(), material);
        let needle = &material[material.len() - 16..];
        let image = memory.snapshot();
        assert!(
            !image.windows(16).any(|w| w == needle),
            "{kind:?} in the clear"
        );
        // In part, and without extractability, it does not come out.
        let id = host.import(kind, ALL & !EXTRACTABLE, material);
        assert_eq!(host.export(id, &recipient.public_key()), (vec![], 0x6986));
    }
}

#[test]
fn material_that_is_no_such_key_is_refused() {
    let (memory, mut host) = on_image(256 * 1024);
    let rsa = rsa::PrivateKey::generate(2048).unwrap().to_pkcs1_der();
    let before = memory.snapshot();
    let cases: [((u8, u16), &[u8]); 9] = [
        (P256, &[0; 32]),
        (P256, &[0xFF; 32]),
        (P256, &[1; 31]),
        (P384, &[1; 32]),
        (SM2, &[0; 32]),
        ((3, 3072), &rsa),
        (RSA_2048, &rsa[..100]),
        (AES_128, &[1; 17]),
        ((6, 16), &[1; 3]),
    ];
    for (kind, material) in cases {
        let data = host.import_data(kind, ALL, material);
        assert_eq!(host.refused(IMPORT, &data), 0x6A80, "{kind:?}");
    }
    // Kinds, policies and flags that do not exist; companions of secrets; owners that are not there.
    for kind in [
        (0, 128),
        (7, 128),
        (1, 255),
        (3, 1024),
        (4, 127),
        (6, 4),
        (6, 4104),
    ] {
        let data = host.app().kind(kind).u16(0).part(PRIVATE, b"").u8(0);
        assert_eq!(host.refused(GENERATE, &data), 0x6A80, "{kind:?}");
    }
    let start = |host: &Host, policy| host.app().kind(AES_128).u16(policy);
    let cases = [
        (start(&host, 0x200).part(PRIVATE, b"").u8(0), 0x6A80),
        (start(&host, ALL).part(2, b"").u8(0), 0x6A80),
        (start(&host, ALL).part(3, b"").u8(0), 0x6A80),
        (start(&host, ALL).part(PRIVATE, b"").u8(2), 0x6A80),
        (
            start(&host, ALL).part(PRIVATE, b"").u8(1).part(PUBLIC, b""),
            0x6A80,
        ),
        (
            start(&host, ALL).u8(PRIVATE).n8(b"nowhere").l32(b"").u8(0),
            0x6A94,
        ),
        (start(&host, ALL).part(PRIVATE, &[0; 60_001]).u8(0), 0x6700),
        (start(&host, ALL).part(PRIVATE, b""), 0x6700),
        (start(&host, ALL).part(PRIVATE, b"").u8(0).u8(0), 0x6700),
    ];
    for (data, sw) in cases {
        assert_eq!(host.refused(GENERATE, &data), sw);
    }
    assert_eq!(memory.snapshot(), before);
}

#[test]
fn an_import_answers_a_challenge_once() {
    let mut host = logged_in();
    let data = host.import_data(AES_128, ALL, &[7; 16]);
    host.ok(IMPORT, &data);
    assert_eq!(host.refused(IMPORT, &data), 0x6985, "played again");
    let data = host.import_data(AES_128, ALL, &[7; 16]);
    host.challenge();
    assert_eq!(host.refused(IMPORT, &data), 0x6985, "another challenge");
    let mut data = host.import_data(AES_128, ALL, &[7; 16]);
    let at = data.0.len() - 30;
    data.0[at] ^= 1;
    assert_eq!(host.refused(IMPORT, &data), 0x6A80, "changed on the way");
    assert_eq!(host.list(false).len(), 1);
}

#[test]
fn everything_needs_the_user() {
    let mut host = logged_in();
    let (id, _) = host.generate(AES_128, ALL);
    let recipient = sm2::SecretKey::generate().unwrap().public_key();
    let import = host.import_data(AES_128, ALL, &[7; 16]);
    host.log_out();
    for admin in [false, true] {
        if admin {
            host.log_in(ADMIN, ADMIN_PIN);
        }
        let generate = host.app().kind(AES_128).u16(ALL).part(PRIVATE, b"").u8(0);
        assert_eq!(host.refused(GENERATE, &generate), 0x6982);
        host.challenge();
        assert_eq!(host.refused(IMPORT, &import), 0x6982);
        assert_eq!(host.use_key(id, 0x30, &[0; 16]).1, 0x6982);
        assert_eq!(host.export(id, &recipient).1, 0x6982);
        let update = host.app().u32(id).u16(0).part(PUBLIC, b"");
        assert_eq!(host.refused(UPDATE, &update), 0x6982);
        assert_eq!(host.refused(COPY, &update), 0x6982);
        if !admin {
            let data = host.app().u32(id);
            assert_eq!(host.refused(DELETE, &data), 0x6982);
        }
    }
    // The administrator may delete any object.
    let data = host.app().u32(id);
    host.ok(DELETE, &data);
    host.log_in(USER, USER_PIN);
    assert_eq!(host.use_key(id, 0x30, &[0; 16]).1, 0x6A83);
}

#[test]
fn a_policy_is_kept_and_only_gets_tighter() {
    let (memory, mut host) = on_image(256 * 1024);
    let (id, _) = host.generate(AES_128, ALL);
    let update = |host: &mut Host, policy: u16, content: &[u8]| {
        let data = host.app().u32(id).u16(policy).part(PRIVATE, content);
        host.send(UPDATE, &data).1
    };
    let encrypted = host.used(id, 0x30, &[1; 16]);
    // Encrypt 08, decrypt 10, wrap 40, unwrap 80.
    assert_eq!(update(&mut host, 0x08 | 0x10, b"tighter"), 0x9000);
    assert_eq!(update(&mut host, ALL, b"no"), 0x6986);
    assert_eq!(update(&mut host, 0x08 | 0x10 | 0x80, b"no"), 0x6986);
    assert_eq!(
        update(&mut host, 0x10 | ALWAYS_AUTHENTICATE, b"asks"),
        0x9000
    );
    assert_eq!(update(&mut host, 0x10, b"no"), 0x6986, "asks no more");
    let record = &host.list(false)[0];
    assert_eq!(record.content, b"asks");
    assert_eq!(
        record.key.as_ref().unwrap().policy,
        0x10 | ALWAYS_AUTHENTICATE
    );
    assert_eq!(host.use_key(id, 0x30, &[1; 16]).1, 0x6986, "encryption");
    assert_eq!(host.use_key(id, 0x06, &[0]).1, 0x6986, "MAC");
    let recipient = sm2::SecretKey::generate().unwrap().public_key();
    assert_eq!(host.export(id, &recipient).1, 0x6986);
    host.log_in(USER, USER_PIN);
    assert_eq!(host.used(id, 0x40, &encrypted), [1; 16]);
    // In the image, too, and a copy is at least as tight.
    let mut host = Host::on(memory);
    host.open_application(b"APP");
    host.log_in(USER, USER_PIN);
    assert_eq!(host.use_key(id, 0x30, &[1; 16]).1, 0x6986);
    let copy = host.app().u32(id).u16(ALL).part(PRIVATE, b"");
    assert_eq!(host.refused(COPY, &copy), 0x6986);
    let copy = host
        .app()
        .u32(id)
        .u16(0x10 | ALWAYS_AUTHENTICATE)
        .part(PRIVATE, b"copy");
    let copied = words(&host.ok(COPY, &copy));
    assert_eq!(copied, 2);
    let gone = host.app().u32(id);
    host.ok(DELETE, &gone);
    host.log_in(USER, USER_PIN);
    assert_eq!(host.used(copied, 0x40, &encrypted), [1; 16]);
}

#[test]
fn a_key_that_asks_for_the_pin_gets_one_use_of_it() {
    let (mut host, container) = Host::with_container();
    host.generate_sm2(container);
    let (id, _) = host.generate(SM2, SIGN | EXTRACTABLE | ALWAYS_AUTHENTICATE);
    let (other, _) = host.generate(SM2, SIGN);
    host.log_in(USER, USER_PIN);
    host.used(id, 0x02, &[1; 32]);
    assert_eq!(host.use_key(id, 0x02, &[1; 32]).1, 0x6985);
    assert_eq!(host.verify_pin(USER, b"wrong"), 0x63C5);
    assert_eq!(
        host.use_key(id, 0x02, &[1; 32]).1,
        0x6985,
        "a wrong PIN is good for nothing"
    );
    host.log_in(USER, USER_PIN);
    assert_eq!(host.verify_pin(USER, b"wrong"), 0x63C5);
    assert_eq!(
        host.use_key(id, 0x02, &[1; 32]).1,
        0x6985,
        "and takes the right one before it away"
    );
    host.log_in(USER, USER_PIN);
    // Questions do not use it up; the use of any other key does, and so does a use that fails.
    host.change_counter();
    host.list(false);
    host.used(id, 0x02, &[1; 32]);
    let uses: [fn(&mut Host, u32, u16, u32); 3] = [
        |host, other, _, _| drop(host.used(other, 0x02, &[1; 32])),
        |host, _, container, _| assert_eq!(host.sign_digest(container, &[1; 32]).1, 0x9000),
        |host, _, _, id| assert_eq!(host.use_key(id, 0x02, &[1; 31]).1, 0x6700),
    ];
    for spend in uses {
        host.log_in(USER, USER_PIN);
        spend(&mut host, other, container, id);
        assert_eq!(host.use_key(id, 0x02, &[1; 32]).1, 0x6985);
        let recipient = sm2::SecretKey::generate().unwrap().public_key();
        assert_eq!(host.export(id, &recipient).1, 0x6985);
    }
    // The administrator's PIN is not the user's.
    host.log_in(ADMIN, ADMIN_PIN);
    assert_eq!(host.use_key(id, 0x02, &[1; 32]).1, 0x6985);
}

#[test]
fn several_objects_are_deleted_together_or_not_at_all() {
    let (memory, mut host) = on_image(256 * 1024);
    let ids: Vec<u32> = (0..3).map(|_| host.generate(SM2, ALL).0).collect();
    let before = memory.snapshot();
    let data = host.app().u32(ids[0]).u32(99);
    assert_eq!(host.refused(DELETE, &data), 0x6A83);
    assert_eq!(memory.snapshot(), before);
    let data = host.app().u32(ids[0]).u32(ids[2]);
    host.ok(DELETE, &data);
    assert_eq!(
        host.list(false).iter().map(|r| r.id).collect::<Vec<_>>(),
        [ids[1]]
    );
    assert_eq!(host.use_key(ids[0], 0x02, &[1; 32]).1, 0x6A83);
    host.used(ids[1], 0x02, &[1; 32]);
    let data = host.app();
    assert_eq!(host.refused(DELETE, &data), 0x6700);
}

#[test]
fn a_key_dies_with_its_container_and_its_application() {
    let (mut host, _) = Host::with_container();
    let owned = |host: &Host| {
        host.app()
            .kind(SM2)
            .u16(ALL)
            .u8(PRIVATE)
            .n8(b"C")
            .l32(b"")
            .u8(0)
    };
    let data = owned(&host);
    host.ok(GENERATE, &data);
    host.generate(SM2, ALL);
    let container = host.app().bytes(b"C");
    host.ok([0x80, 0x48, 0, 0], &container);
    assert_eq!(host.use_key(1, 0x02, &[1; 32]).1, 0x6A83);
    host.used(2, 0x02, &[1; 32]);
    host.log_in(ADMIN, ADMIN_PIN);
    let app = host.app();
    host.ok([0x80, 0xDA, 0, 0], &app);
    let cipher = host.for_transport(USER_PIN);
    host.ok([0x80, 0xDC, 0, 0], &app.cipher(&cipher));
    host.log_in(USER, USER_PIN);
    assert!(host.list(false).is_empty());
    assert_eq!(host.use_key(2, 0x02, &[1; 32]).1, 0x6A83);
}

#[test]
fn the_content_of_a_keys_object_can_be_written_and_the_key_stays() {
    let mut host = logged_in();
    let (id, _) = host.generate(SM2, ALL);
    let data = host.app().u32(id).u8(PUBLIC).n8(b"").bytes(b"new content");
    host.ok([0x80, 0xD4, 0, 0], &data);
    host.used(id, 0x02, &[1; 32]);
    let record = &host.list(false)[0];
    assert_eq!(
        (record.flags, record.content.as_slice()),
        (PUBLIC, &b"new content"[..])
    );
    assert!(record.key.as_ref().unwrap().held);
    // An object without a key is none.
    let data = host.app().u32(0).u8(PRIVATE).n8(b"").bytes(b"x");
    let plain = words(&host.ok([0x80, 0xD4, 0, 0], &data));
    assert_eq!(host.use_key(plain, 0x02, &[1; 32]).1, 0x6A95);
    let data = host.app().u32(plain).u16(0).part(PRIVATE, b"");
    assert_eq!(host.refused(UPDATE, &data), 0x6A95);
    assert_eq!(host.refused(COPY, &data), 0x6A95);
}

#[test]
fn a_full_token_takes_no_half_a_key() {
    let (memory, mut host) = on_image(64 * 1024);
    let mut size = 4_000;
    while size > 0 {
        let data = host.app().u32(0).u8(0).n8(b"").bytes(&vec![7; size]);
        match host.send([0x80, 0xD4, 0, 0], &data).1 {
            0x9000 => {}
            0x6A84 => size /= 2,
            other => panic!("{other:04X}"),
        }
    }
    let (objects, before) = (host.list(false).len(), memory.snapshot());
    let data = host
        .app()
        .kind(SM2)
        .u16(ALL)
        .part(PRIVATE, b"")
        .u8(1)
        .part(PUBLIC, b"");
    assert_eq!(host.refused(GENERATE, &data), 0x6A84);
    let data = host.import_data(SM4, ALL, &[7; 16]);
    assert_eq!(host.refused(IMPORT, &data), 0x6A84);
    assert_eq!(
        (host.list(false).len(), memory.snapshot()),
        (objects, before)
    );
}

#[test]
fn a_tampered_policy_is_noticed() {
    let (memory, mut host) = on_image(256 * 1024);
    let (id, _) = host.generate(SM2, SIGN);
    drop(host);
    // What may be known of the key stands in the clear: change it as somebody with the image could.
    let mut store = ukey_firmware_sim::store::Store::open(memory.clone()).unwrap();
    let (key, mut value) = {
        let (key, value) = store.scan(&[0x42]).next().unwrap();
        (key.to_vec(), value.to_vec())
    };
    value[5] |= EXTRACTABLE as u8;
    let mut change = ukey_firmware_sim::store::Transaction::new();
    change.put(key, value);
    store.commit(&change).unwrap();
    let mut host = Host::on(memory);
    host.open_application(b"APP");
    host.log_in(USER, USER_PIN);
    let recipient = sm2::SecretKey::generate().unwrap().public_key();
    assert_eq!(host.export(id, &recipient).1, 0x6986);
}
