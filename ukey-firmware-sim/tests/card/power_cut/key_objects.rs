//! Power cuts while keys in objects are made, changed and deleted.

use super::*;

/// Logs in and makes the two objects of a pair, if they are not there yet.
fn log_in_with_key(host: &mut Host) -> u16 {
    host.open_application(b"APP");
    host.log_in(USER, USER_PIN);
    0
}

fn generate_with_companion(host: &mut Host) -> u16 {
    let data = host.app().kind(SM2).u16(ALL).part(PUBLIC, b"private half");
    let data = data.u8(1).part(PUBLIC, b"public half");
    host.send(keyed::GENERATE, &data).1
}

#[test]
fn while_a_key_in_an_object_is_generated() {
    let scene = Scene {
        image: furnished(|_| {}),
        prepare: log_in_with_key,
        act: |host, _| generate_with_companion(host),
    };
    scene.cut_everywhere(|wreck| {
        if !wreck.is_after {
            assert_eq!(
                wreck.image, wreck.intact,
                "remains of a key that was never made"
            );
            return;
        }
        let mut host = Host::on(MemoryStorage::from_bytes(wreck.image.clone()));
        log_in_with_key(&mut host);
        host.used(1, 0x02, &[1; 32]);
    });
}

#[test]
fn while_a_key_in_an_object_is_imported() {
    let act = |host: &mut Host, _| {
        let cipher = host.for_transport(b"sixteen bytes k!");
        let data = host.app().kind(AES_128).u16(ALL).cipher(&cipher);
        host.send(keyed::IMPORT, &data.part(PUBLIC, b"of the key").u8(0))
            .1
    };
    let scene = Scene {
        image: furnished(|_| {}),
        prepare: log_in_with_key,
        act,
    };
    scene.cut_everywhere(|wreck| {
        assert!(wreck.is_after || wreck.image == wreck.intact);
        assert!(!contains(&wreck.image, b"sixteen bytes k!"));
    });
}

#[test]
fn while_a_pair_of_objects_is_deleted() {
    let image = furnished(|host| {
        generate_with_companion(host);
    });
    let act = |host: &mut Host, _| {
        let data = host.app().u32(1).u32(2);
        host.send(keyed::DELETE, &data).1
    };
    let scene = Scene {
        image,
        prepare: log_in_with_key,
        act,
    };
    scene.cut_everywhere(no_deleted_key_is_left);
}

#[test]
fn while_attributes_and_policy_are_set() {
    let image = furnished(|host| {
        generate_with_companion(host);
    });
    let act = |host: &mut Host, _| {
        let data = host
            .app()
            .u32(1)
            .u16(ALL & !1)
            .part(PRIVATE, b"new attributes");
        host.send(keyed::UPDATE, &data).1
    };
    let scene = Scene {
        image,
        prepare: log_in_with_key,
        act,
    };
    scene.cut_everywhere(|wreck| {
        no_deleted_key_is_left(wreck);
        // Attributes and policy change together, and the key still works.
        let mut host = Host::on(MemoryStorage::from_bytes(wreck.image.clone()));
        log_in_with_key(&mut host);
        let record = &host.list(false)[0];
        let policy = record.key.as_ref().unwrap().policy;
        assert_eq!((policy == ALL & !1), wreck.is_after);
        assert_eq!(record.content == b"new attributes", wreck.is_after);
        host.used(1, 0x02, &[1; 32]);
    });
}
