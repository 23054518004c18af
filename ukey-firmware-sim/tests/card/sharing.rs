//! Several devices on one image, as several processes would have them.

use crate::host::{
    ADMIN, ADMIN_PIN, Data, Host, USER, USER_PIN, blank_image, seal_key, sm2_signature,
};
use ukey_firmware_sim::store::file::FileStorage;
use ukey_firmware_sim::{Config, Device, Factory, image};

fn two_hosts() -> (Host, Host) {
    let memory = blank_image(256 * 1024);
    let (mut first, mut second) = (Host::on(memory.clone()), Host::on(memory));
    first.create_application(b"APP", 0x10);
    second.open_application(b"APP");
    (first, second)
}

#[test]
fn changes_are_seen_and_logins_are_not() {
    let (mut first, mut second) = two_hosts();
    first.log_in(USER, USER_PIN);
    let data = second.app().bytes(b"C");
    assert_eq!(second.refused([0x80, 0x40, 0, 0], &data), 0x6982);
    let container = first.create_container(b"C");
    let public = first.generate_sm2(container);
    assert_eq!(second.change_counter(), first.change_counter());
    let container = second.open_container(b"C");
    assert_eq!(second.sign_digest(container, &[1; 32]).1, 0x6982);
    second.log_in(USER, USER_PIN);
    let (signature, _) = second.sign_digest(container, &[1; 32]);
    public
        .verify_digest(&[1; 32], &sm2_signature(&signature))
        .unwrap();
    // Tries are one counter for both.
    assert_eq!(first.verify_pin(ADMIN, b"wrong"), 0x63C4);
    assert_eq!(second.verify_pin(ADMIN, b"wrong"), 0x63C3);
    // Each has its own challenge, too.
    first.challenge();
    let data = second.app().bytes(&[0; 16]);
    assert_eq!(second.refused([0x80, 0x18, USER, 0], &data), 0x6985);
}

#[test]
fn a_replaced_key_is_not_used_from_the_cache() {
    let (mut first, mut second) = two_hosts();
    for host in [&mut first, &mut second] {
        host.log_in(USER, USER_PIN);
    }
    let in_first = first.create_container(b"C");
    let in_second = second.open_container(b"C");
    for _ in 0..3 {
        let public = first.generate_sm2(in_first);
        let (signature, _) = second.sign_digest(in_second, &[2; 32]);
        public
            .verify_digest(&[2; 32], &sm2_signature(&signature))
            .unwrap();
    }
    let data = first.app().bytes(b"C");
    first.ok([0x80, 0x48, 0, 0], &data);
    assert_eq!(second.sign_digest(in_second, &[2; 32]).1, 0x6A94);
    // A new container of the same name is another one.
    first.create_container(b"C");
    assert_eq!(second.sign_digest(in_second, &[2; 32]).1, 0x6A94);
}

#[test]
fn a_login_ends_when_another_process_sets_the_pin() {
    let (mut first, mut second) = two_hosts();
    let change = |host: &mut Host| assert_eq!(host.change_pin(USER, USER_PIN, b"other"), 0x9000);
    let unblock = |host: &mut Host| assert_eq!(host.unblock_pin(ADMIN_PIN, USER_PIN), 0x9000);
    let reset = |host: &mut Host| {
        host.log_in(ADMIN, ADMIN_PIN);
        let app = host.app();
        host.ok([0x80, 0xDA, 0, 0], &app);
    };
    for event in [change, unblock, reset] {
        if first.verify_pin(USER, USER_PIN) != 0x9000 {
            first.log_in(USER, b"other");
        }
        let data = first.app().n8(b"F").u32(1).u32(0x10).u32(0x10);
        assert_ne!(first.send([0x80, 0x30, 0, 0], &data).1, 0x6982);
        event(&mut second);
        assert_eq!(first.refused([0x80, 0x30, 0, 0], &data), 0x6982);
    }
}

#[test]
fn a_deleted_application_is_gone_for_all() {
    let (mut first, mut second) = two_hosts();
    second.log_in(USER, USER_PIN);
    first.dev_auth();
    first.ok([0x80, 0x24, 0, 0], &Data::new().bytes(b"APP"));
    let data = second.app().bytes(b"C");
    assert_eq!(second.refused([0x80, 0x40, 0, 0], &data), 0x6A88);
    // Made anew with another PIN: neither the old ID nor the old login reaches it.
    first.create_application(b"APP", 0x10);
    assert_eq!(second.refused([0x80, 0x40, 0, 0], &data), 0x6A88);
    second.open_application(b"APP");
    let data = second.app().bytes(b"C");
    assert_eq!(second.refused([0x80, 0x40, 0, 0], &data), 0x6982);
}

#[test]
fn many_threads_on_one_file_lose_nothing() {
    const THREADS: u8 = 4;
    const ROUNDS: u8 = 12;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    image::create(
        &path,
        &Factory {
            size: 64 * 1024,
            ..Factory::default()
        },
    )
    .unwrap();
    let host = |path: &std::path::Path| Host {
        device: image::open(path).unwrap(),
        app: 0,
    };
    host(&path).create_application(b"APP", 0xFF);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let path = &path;
            scope.spawn(move || {
                let mut host = host(path);
                host.open_application(b"APP");
                for round in 0..ROUNDS {
                    let content = [thread, round].repeat(200);
                    let data = host.app().u32(0).u8(2).n8(b"").bytes(&content);
                    let id = host.ok([0x80, 0xD4, 0, 0], &data);
                    if round % 2 == 0 {
                        let data = host.app().bytes(&id);
                        host.ok([0x80, 0xD8, 0, 0], &data);
                    }
                }
            });
        }
    });
    let mut host = host(&path);
    host.open_application(b"APP");
    let data = host.app().u32(0);
    let objects = host.ok([0x80, 0xD6, 0, 0], &data);
    let kept = usize::from(THREADS) * usize::from(ROUNDS / 2);
    assert_eq!(objects.len(), kept * (10 + 400));
    assert_eq!(
        host.change_counter(),
        u64::from(THREADS) * u64::from(ROUNDS) * 3 / 2 + 1
    );
}

#[test]
fn a_second_open_file_takes_turns_with_the_first() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("image");
    let mut file = FileStorage::open_or_create(&path).unwrap();
    file.set_len(64 * 1024).unwrap();
    ukey_firmware_sim::personalise(Box::new(file), &seal_key(), &Factory::default()).unwrap();
    let open = || {
        let file = FileStorage::open(&path).unwrap();
        Device::open(Box::new(file), seal_key(), Config::default()).unwrap()
    };
    let (mut first, mut second) = (
        Host {
            device: open(),
            app: 0,
        },
        Host {
            device: open(),
            app: 0,
        },
    );
    for round in 0..20u8 {
        let (writer, reader) = if round % 2 == 0 {
            (&mut first, &mut second)
        } else {
            (&mut second, &mut first)
        };
        writer.ok([0x80, 0x02, 0, 0], &Data::new().bytes(&[b'a' + round]));
        assert_eq!(
            reader.ok([0x80, 0x04, 0, 0], &Data::new())[132],
            b'a' + round
        );
    }
}
