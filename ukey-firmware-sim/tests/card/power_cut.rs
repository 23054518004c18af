//! Power fails at every byte that a command writes. At the next start the token is as before the
//! command or as after it, tries are never more than before, and no secret of a command that did not
//! come through is left in the image.

mod key_objects;

use crate::host::{Host, USER, USER_PIN, blank_image, seal_key, sm2_public, sm2_signature, words};
use crate::import::{ca_key, envelope};
use crate::keyed::{self, AES_128, ALL, PRIVATE, PUBLIC, SM2};
use crate::view::view;
use std::cell::RefCell;
use std::collections::BTreeSet;
use ukey_firmware_sim::store::Store;
use ukey_firmware_sim::store::fault::{FaultStorage, Plan, Unsynced};
use ukey_firmware_sim::store::memory::MemoryStorage;
use ukey_firmware_sim::{Config, Device, Error, Factory, personalise, store};

/// A command under test: what is done before it with power secure, and the command.
struct Scene {
    image: Vec<u8>,
    prepare: fn(&mut Host) -> u16,
    act: fn(&mut Host, u16) -> u16,
}

/// What a cut has left.
struct Wreck {
    /// The image at the moment before the command.
    intact: Vec<u8>,
    /// The image after the next start.
    image: Vec<u8>,
    /// Whether the command came through.
    is_after: bool,
}

impl Scene {
    fn start(&self) -> (FaultStorage, Host, u16) {
        let medium = FaultStorage::new(self.image.clone(), Plan::NEVER);
        let mut host = Host::on(medium.clone());
        let container = (self.prepare)(&mut host);
        (medium, host, container)
    }

    /// Cuts power at every byte; calls `check` with what is left each time.
    fn cut_everywhere(&self, check: impl Fn(&Wreck)) {
        let (medium, mut host, container) = self.start();
        let (before, tries_before) = view(medium.survivor_now());
        medium.set_plan(Plan::NEVER);
        let expected = (self.act)(&mut host, container);
        let total = medium.written();
        let (after, tries_after) = view(medium.survivor_now());
        assert!(total > 20, "the command writes nothing");
        for cut in 0..=total {
            let unsynced = [Unsynced::Kept, Unsynced::Lost, Unsynced::Random][cut as usize % 3];
            let (medium, mut host, container) = self.start();
            let intact = medium.survivor_now();
            medium.set_plan(Plan {
                cut_at: Some(cut),
                unsynced,
                seed: cut,
            });
            let sw = (self.act)(&mut host, container);
            assert!(sw == expected || cut < total, "cut {cut}: {sw:04X}");
            let survivor = MemoryStorage::from_bytes(medium.survivor());
            // The next start repairs what there is to repair.
            drop(Device::open(Box::new(survivor.clone()), seal_key(), Config::default()).unwrap());
            let image = survivor.snapshot();
            let (found, tries) = view(image.clone());
            assert!(found == before || found == after, "cut {cut}: {found:#?}");
            if sw == 0x9000 {
                assert_eq!(found, after, "cut {cut}: answered 9000 too early");
            }
            // Only the right PIN gives tries back.
            for (role, left) in tries.iter().enumerate() {
                let sound = *left <= tries_before[role] || *left == tries_after[role];
                assert!(sound, "cut {cut}: {tries:?}, before {tries_before:?}");
            }
            let is_after = found == after && before != after;
            check(&Wreck {
                intact,
                image,
                is_after,
            });
        }
    }
}

/// Power stays on, but this is what a cut between two commands would leave.
trait SurvivorNow {
    fn survivor_now(&self) -> Vec<u8>;
}

impl SurvivorNow for FaultStorage {
    fn survivor_now(&self) -> Vec<u8> {
        use store::Storage;
        let mut bytes = vec![0; self.len().unwrap() as usize];
        self.read_at(0, &mut bytes).unwrap();
        bytes
    }
}

fn contains(image: &[u8], needle: &[u8]) -> bool {
    image.windows(needle.len()).any(|window| window == needle)
}

/// Sealed private keys and PIN keys, as they stand in an image.
fn sealed(image: &[u8]) -> Vec<Vec<u8>> {
    let store = Store::open(MemoryStorage::from_bytes(image.to_vec())).unwrap();
    let kinds = [0x22, 0x12, 0x43].map(|kind| {
        let values: Vec<_> = store
            .scan(&[kind])
            .map(|(_, value)| value.to_vec())
            .collect();
        values
    });
    kinds.concat()
}

const SIZE: usize = 48 * 1024;

fn blank() -> Vec<u8> {
    blank_image(SIZE).snapshot()
}

/// An image that `furnish` has worked on, with an application and a logged-in user.
fn furnished(furnish: fn(&mut Host)) -> Vec<u8> {
    let memory = blank_image(SIZE);
    let mut host = Host::on(memory.clone());
    host.create_application(b"APP", 0x10);
    host.log_in(USER, USER_PIN);
    furnish(&mut host);
    memory.snapshot()
}

fn log_in_and_open(host: &mut Host) -> u16 {
    host.open_application(b"APP");
    host.log_in(USER, USER_PIN);
    let data = host.app().bytes(b"C");
    words(&host.send([0x80, 0x42, 0, 0], &data).0) as u16
}

fn open_only(host: &mut Host) -> u16 {
    host.open_application(b"APP");
    0
}

#[test]
fn in_the_factory() {
    let total = {
        let medium = FaultStorage::new(vec![0; SIZE], Plan::NEVER);
        personalise(Box::new(medium.clone()), &seal_key(), &Factory::default()).unwrap();
        medium.written()
    };
    for cut in 0..=total {
        let unsynced = [Unsynced::Kept, Unsynced::Lost, Unsynced::Random][cut as usize % 3];
        let plan = Plan {
            cut_at: Some(cut),
            unsynced,
            seed: cut,
        };
        let medium = FaultStorage::new(vec![0; SIZE], plan);
        let made = personalise(Box::new(medium.clone()), &seal_key(), &Factory::default());
        let survivor = MemoryStorage::from_bytes(medium.survivor());
        match Device::open(Box::new(survivor.clone()), seal_key(), Config::default()) {
            Ok(_) => {
                let mut host = Host::on(survivor);
                host.create_application(b"APP", 0x10);
            }
            Err(Error::Store(store::Error::Unformatted)) => assert!(made.is_err(), "cut {cut}"),
            Err(other) => panic!("cut {cut}: {other}"),
        }
    }
}

#[test]
fn while_an_application_is_created() {
    let prepare = |host: &mut Host| {
        host.dev_auth();
        0
    };
    let act = |host: &mut Host, _| {
        let parameters = Host::application_parameters(b"APP", 0x10, USER_PIN);
        host.send([0x80, 0x20, 0, 0], &parameters).1
    };
    let scene = Scene {
        image: blank(),
        prepare,
        act,
    };
    scene.cut_everywhere(|wreck| {
        assert!(wreck.is_after || wreck.image == wreck.intact);
        assert!(!contains(&wreck.image, USER_PIN));
        assert!(!contains(
            &wreck.image,
            &Host::pin_key(USER_PIN).expose_bytes()[..]
        ));
    });
}

/// Tries left of the user at the next start.
fn user_tries(image: &[u8]) -> u8 {
    view(image.to_vec()).1[1]
}

#[test]
fn while_a_wrong_pin_is_verified() {
    let act = |host: &mut Host, _| host.verify_pin(USER, b"wrong");
    let scene = Scene {
        image: furnished(|_| {}),
        prepare: open_only,
        act,
    };
    scene.cut_everywhere(|wreck| assert!((5..=6).contains(&user_tries(&wreck.image))));
    // Whoever cuts the power before the try is spent learns nothing: it was not compared yet.
    for cut in 0.. {
        let (medium, mut host, _) = scene.start();
        medium.set_plan(Plan {
            cut_at: Some(cut),
            unsynced: Unsynced::Lost,
            seed: 0,
        });
        let sw = host.verify_pin(USER, b"wrong");
        let left = user_tries(&medium.survivor());
        match sw {
            0x6581 => assert_eq!(left, 6, "cut {cut}"),
            0x63C5 => return assert_eq!(left, 5, "cut {cut}"),
            other => panic!("cut {cut}: {other:04X}"),
        }
    }
}

#[test]
fn while_the_right_pin_is_verified() {
    let act = |host: &mut Host, _| host.verify_pin(USER, USER_PIN);
    let prepare = |host: &mut Host| {
        host.open_application(b"APP");
        host.verify_pin(USER, b"wrong");
        0
    };
    let scene = Scene {
        image: furnished(|_| {}),
        prepare,
        act,
    };
    // 5 before; 4 while it is compared, which happens after the try was spent; 6 once it was right.
    let seen = RefCell::new(BTreeSet::new());
    scene.cut_everywhere(|wreck| {
        seen.borrow_mut().insert(user_tries(&wreck.image));
    });
    assert_eq!(seen.into_inner(), BTreeSet::from([4, 5, 6]));
}

#[test]
fn while_the_pin_is_changed() {
    let act = |host: &mut Host, _| host.change_pin(USER, USER_PIN, b"the new one");
    let scene = Scene {
        image: furnished(|_| {}),
        prepare: open_only,
        act,
    };
    scene.cut_everywhere(|wreck| {
        let mut host = Host::on(MemoryStorage::from_bytes(wreck.image.clone()));
        host.open_application(b"APP");
        let pins = [
            (USER_PIN, !wreck.is_after),
            (b"the new one", wreck.is_after),
        ];
        for (pin, right) in pins {
            assert_eq!(host.verify_pin(USER, pin) == 0x9000, right);
        }
        if wreck.is_after {
            let old = sealed(&wreck.intact)
                .into_iter()
                .filter(|old| !sealed(&wreck.image).contains(old));
            assert!(
                old.into_iter().all(|old| !contains(&wreck.image, &old)),
                "the old PIN's key is left"
            );
        }
    });
}

#[test]
fn while_a_key_pair_is_generated() {
    let act = |host: &mut Host, container| {
        let data = host.in_container(container).u32(0x0002_0200);
        host.send([0x80, 0x70, 0, 0], &data).1
    };
    let image = furnished(|host| {
        host.create_container(b"C");
    });
    let scene = Scene {
        image,
        prepare: log_in_and_open,
        act,
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
        let container = log_in_and_open(&mut host);
        let data = host.in_container(container);
        let public = sm2_public(&host.ok([0x80, 0x88, 1, 0], &data));
        let (signature, _) = host.sign_digest(container, &[1; 32]);
        public
            .verify_digest(&[1; 32], &sm2_signature(&signature))
            .unwrap();
    });
}

#[test]
fn while_a_key_pair_is_replaced() {
    let act = |host: &mut Host, container| {
        let data = host.in_container(container).u32(0x0002_0200);
        host.send([0x80, 0x70, 0, 0], &data).1
    };
    let image = furnished(|host| {
        let container = host.create_container(b"C");
        host.generate_sm2(container);
    });
    let scene = Scene {
        image,
        prepare: log_in_and_open,
        act,
    };
    scene.cut_everywhere(|wreck| {
        let (old, new) = (sealed(&wreck.intact), sealed(&wreck.image));
        for key in old.iter().filter(|key| !new.contains(key)) {
            assert!(!contains(&wreck.image, key), "the old key is left");
        }
        assert_eq!(old.len(), new.len());
    });
}

#[test]
fn while_an_enveloped_key_is_imported() {
    let act = |host: &mut Host, container| {
        let data = host.in_container(container);
        let signer = sm2_public(&host.ok([0x80, 0x88, 1, 0], &data));
        let envelope = envelope(&signer, &[0x42; 32], &ca_key().public_key());
        host.send([0x80, 0x72, 0, 0], &data.bytes(&envelope.0)).1
    };
    let image = furnished(|host| {
        let container = host.create_container(b"C");
        host.generate_sm2(container);
    });
    let scene = Scene {
        image,
        prepare: log_in_and_open,
        act,
    };
    scene.cut_everywhere(|wreck| {
        assert!(
            !contains(&wreck.image, &[0x42; 16]),
            "the key stands in the clear"
        );
        assert!(
            !contains(&wreck.image, &[0x11; 16]),
            "its envelope's key does"
        );
        assert!(
            wreck.is_after || wreck.image == wreck.intact,
            "remains of the aborted import"
        );
    });
}

#[test]
fn while_a_certificate_is_imported_over_an_old_one() {
    let act = |host: &mut Host, container| {
        let data = host.in_container(container).l32(&[0xCE; 700]);
        host.send([0x80, 0x4C, 1, 0], &data).1
    };
    let image = furnished(|host| {
        let container = host.create_container(b"C");
        let data = host.in_container(container).l32(&[0xAB; 650]);
        host.ok([0x80, 0x4C, 1, 0], &data);
    });
    let scene = Scene {
        image,
        prepare: log_in_and_open,
        act,
    };
    scene.cut_everywhere(|_| {});
}

fn delete_container(host: &mut Host, _: u16) -> u16 {
    let data = host.app().bytes(b"C");
    host.send([0x80, 0x48, 0, 0], &data).1
}

fn furnish_container(host: &mut Host) {
    let container = host.create_container(b"C");
    host.generate_sm2(container);
    let data = host.in_container(container).l32(&[0xAB; 650]);
    host.ok([0x80, 0x4C, 1, 0], &data);
    let data = host
        .app()
        .u32(0)
        .u8(1)
        .n8(b"C")
        .bytes(b"an object that dies with it");
    host.ok([0x80, 0xD4, 0, 0], &data);
}

fn no_deleted_key_is_left(wreck: &Wreck) {
    let left = sealed(&wreck.image);
    for key in sealed(&wreck.intact)
        .iter()
        .filter(|key| !left.contains(key))
    {
        assert!(!contains(&wreck.image, key), "a deleted key is left");
    }
}

#[test]
fn while_a_container_is_deleted() {
    let image = furnished(furnish_container);
    let scene = Scene {
        image,
        prepare: log_in_and_open,
        act: delete_container,
    };
    scene.cut_everywhere(no_deleted_key_is_left);
}

/// The same with a log so full that the deletion moves everything to the other bank.
#[test]
fn while_a_container_is_deleted_by_compaction() {
    let image = furnished(furnish_container);
    // Tries fill the log until hardly anything fits behind it.
    let memory = MemoryStorage::from_bytes(image);
    let mut host = Host::on(memory.clone());
    host.open_application(b"APP");
    let bank_end = 8192 + (SIZE - 8192) / 2 / 4096 * 4096;
    let used = |image: &[u8]| {
        image[..bank_end]
            .iter()
            .rposition(|byte| *byte != 0)
            .unwrap()
    };
    while used(&memory.snapshot()) + 260 < bank_end {
        host.log_in(USER, USER_PIN);
    }
    let scene = Scene {
        image: memory.snapshot(),
        prepare: log_in_and_open,
        act: delete_container,
    };
    scene.cut_everywhere(no_deleted_key_is_left);
    let (medium, mut host, container) = scene.start();
    assert_eq!(delete_container(&mut host, container), 0x9000);
    let image = medium.survivor_now();
    assert!(
        image[8192..bank_end].iter().all(|byte| *byte == 0),
        "it was not compacted"
    );
}
