#![allow(clippy::unwrap_used)]
use super::fault::{FaultStorage, Plan, Unsynced};
use super::file::FileStorage;
use super::memory::MemoryStorage;
use super::model::Model;
use super::superblock::{LEAST_IMAGE, SLOT_STRIDE};
use super::{Error, Storage, Store, Transaction};
use proptest::prelude::*;

const SMALL: usize = LEAST_IMAGE as usize;

fn put(key: &[u8], value: &[u8]) -> Transaction {
    let mut transaction = Transaction::new();
    transaction.put(key, value);
    transaction
}

fn small_store() -> (MemoryStorage, Store<MemoryStorage>) {
    let storage = MemoryStorage::new(SMALL);
    let store = Store::format(storage.clone(), 7, &Transaction::new()).unwrap();
    (storage, store)
}

fn contains(image: &[u8], needle: &[u8]) -> bool {
    image.windows(needle.len()).any(|window| window == needle)
}

#[derive(Clone, Debug)]
enum Op {
    Put {
        key: u8,
        length: usize,
        secret: bool,
    },
    Delete {
        key: u8,
    },
}

fn operation() -> impl Strategy<Value = Op> {
    let short = 16usize..60;
    let long = 700usize..1500;
    prop_oneof![
        4 => (0u8..12, short, any::<bool>()).prop_map(|(key, length, secret)| Op::Put { key, length, secret }),
        1 => (0u8..6, long, any::<bool>()).prop_map(|(key, length, secret)| Op::Put { key, length, secret }),
        2 => (0u8..12).prop_map(|key| Op::Delete { key }),
    ]
}

/// Values differ in every operation, so that each can be told from all others in the raw image.
fn transaction(ops: &[Op], serial: usize) -> Transaction {
    let mut transaction = Transaction::new();
    for (place, op) in ops.iter().enumerate() {
        match *op {
            Op::Put {
                key,
                length,
                secret,
            } => {
                let mark = (serial * 16 + place) as u64;
                let byte = |at: usize| {
                    (mark.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (8 * (at % 7))) as u8 | 1
                };
                let value: Vec<u8> = (0..length).map(byte).collect();
                if secret {
                    transaction.put_secret([b'k', key], value);
                } else {
                    transaction.put([b'k', key], value);
                }
            }
            Op::Delete { key } => transaction.delete([b'k', key]),
        }
    }
    transaction
}

/// Runs `transaction` on `image` with a power cut after `cut` bytes; checks what the next start finds. Returns whether
/// power failed before the transaction was through.
fn cut_once(
    image: &[u8],
    transaction: &Transaction,
    plan: Plan,
    before: &Model,
    after: &Model,
) -> bool {
    let medium = FaultStorage::new(image.to_vec(), plan);
    let mut store = Store::open(medium.clone()).unwrap();
    let outcome = store.commit(transaction);
    let survivor = MemoryStorage::from_bytes(medium.survivor());
    let restarted = Store::open(survivor.clone()).unwrap();
    let (is_before, is_after) = (before.matches(&restarted), after.matches(&restarted));
    assert!(is_before || is_after, "neither before nor after: {plan:?}");
    if outcome.is_ok() {
        assert!(is_after, "committed transaction lost: {plan:?}");
    }
    let model = if is_after { after } else { before };
    let raw = survivor.snapshot();
    let touched = transaction.changes.keys();
    let values = touched
        .flat_map(|key| [before.records.get(key), after.records.get(key)])
        .flatten();
    let dead = |value: &&Vec<u8>| !model.records.values().any(|live| live == *value);
    for secret in values
        .filter(|value| after.secrets.contains(value))
        .filter(dead)
    {
        assert!(!contains(&raw, secret), "remains of a secret: {plan:?}");
    }
    assert_eq!(
        restarted.free_space(),
        expected_free(&restarted, model),
        "space leaked"
    );
    outcome.is_err()
}

fn expected_free<S: Storage>(store: &Store<S>, model: &Model) -> u64 {
    let used: usize = model
        .records
        .iter()
        .map(|(key, value)| 12 + key.len() + value.len())
        .sum();
    store.total_space() - used as u64
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn power_cut_at_every_byte_leaves_before_or_after(
        script in proptest::collection::vec(proptest::collection::vec(operation(), 1..4), 10..20)
    ) {
        let (storage, mut store) = small_store();
        let mut model = Model::default();
        for (serial, ops) in script.iter().enumerate() {
            let transaction = transaction(ops, serial);
            let image = storage.snapshot();
            let before = model.clone();
            match store.commit(&transaction) {
                Ok(()) => model.apply(&transaction),
                Err(Error::Full) => {
                    prop_assert_eq!(&image, &storage.snapshot());
                    continue;
                }
                Err(other) => return Err(TestCaseError::fail(other.to_string())),
            }
            prop_assert!(model.matches(&store));
            for cut in 0.. {
                let fates = [Unsynced::Kept, Unsynced::Lost, Unsynced::Random];
                let unsynced = fates[(cut as usize + serial) % 3];
                let plan = Plan { cut_at: Some(cut), unsynced, seed: cut ^ (serial as u64) << 32 };
                if !cut_once(&image, &transaction, plan, &before, &model) {
                    break;
                }
            }
            for secret in model.dead_secrets() {
                prop_assert!(!contains(&storage.snapshot(), secret));
            }
        }
    }
}

#[test]
fn power_cut_in_a_compaction_and_in_the_recovery_after_it() {
    let (storage, mut store) = small_store();
    let mut model = Model::default();
    let mut step = 0usize;
    // Fill the log until the next transaction will not fit behind it.
    let (image, last, before) = loop {
        let mut next = Transaction::new();
        next.put_secret([b's', (step % 3) as u8], vec![step as u8 + 1; 900]);
        let (image, sequence) = (storage.snapshot(), store.superblock.sequence);
        let before = model.clone();
        store.commit(&next).unwrap();
        model.apply(&next);
        step += 1;
        if store.superblock.sequence != sequence {
            break (image, next, before);
        }
    };
    let total = {
        let medium = FaultStorage::new(image.clone(), Plan::NEVER);
        Store::open(medium.clone()).unwrap().commit(&last).unwrap();
        medium.written()
    };
    for cut in 0..total {
        let plan = Plan {
            cut_at: Some(cut),
            unsynced: Unsynced::Random,
            seed: cut,
        };
        cut_once(&image, &last, plan, &before, &model);
    }
    for cut in (0..total).step_by(97) {
        let medium = FaultStorage::new(
            image.clone(),
            Plan {
                cut_at: Some(cut),
                unsynced: Unsynced::Random,
                seed: cut,
            },
        );
        let _ = Store::open(medium.clone()).unwrap().commit(&last);
        let torn = medium.survivor();
        let recovery = FaultStorage::new(torn.clone(), Plan::NEVER);
        let _ = Store::open(recovery.clone()).unwrap();
        for second in (0..recovery.written()).step_by(61) {
            let plan = Plan {
                cut_at: Some(second),
                unsynced: Unsynced::Random,
                seed: second,
            };
            let medium = FaultStorage::new(torn.clone(), plan);
            assert!(Store::open(medium.clone()).is_err());
            let restarted = Store::open(MemoryStorage::from_bytes(medium.survivor())).unwrap();
            assert!(before.matches(&restarted) || model.matches(&restarted));
        }
    }
}

#[test]
fn full_store_refuses_and_pin_records_still_fit() {
    let (storage, mut store) = small_store();
    store.commit(&put(b"tries", &[10])).unwrap();
    let mut count = 0u16;
    while store.commit(&put(&count.to_be_bytes(), &[1; 100])).is_ok() {
        count += 1;
    }
    assert!(store.free_space() < 100 + 2 + 12);
    let image = storage.snapshot();
    assert!(matches!(
        store.commit(&put(b"more", &[1; 100])),
        Err(Error::Full)
    ));
    assert_eq!(
        image,
        storage.snapshot(),
        "a refused transaction writes nothing"
    );
    let sequence = store.superblock.sequence;
    for round in 0..500u32 {
        let mut tries = Transaction::from_reserve();
        tries.put(b"tries".as_slice(), [round as u8]);
        store.commit(&tries).unwrap();
        assert_eq!(
            Store::open(storage.clone()).unwrap().get(b"tries"),
            Some([round as u8].as_slice())
        );
    }
    // The reserve takes some twenty of them between two compactions of three superblocks each.
    let compactions = (store.superblock.sequence - sequence) / 3;
    assert!((1..=30).contains(&compactions), "{compactions} compactions");
    let mut deletion = Transaction::new();
    (0..count).for_each(|key| deletion.delete(key.to_be_bytes()));
    store.commit(&deletion).unwrap();
    assert_eq!(store.free_space(), store.total_space() - (12 + 5 + 1));
}

#[test]
fn two_stores_on_one_medium_see_each_other() {
    let (storage, mut first) = small_store();
    let mut second = Store::open(storage).unwrap();
    for round in 0..200u16 {
        let (writer, reader) = if round % 2 == 0 {
            (&mut first, &mut second)
        } else {
            (&mut second, &mut first)
        };
        writer.begin().unwrap();
        let mut next = Transaction::new();
        next.put_secret(
            [b'x', (round % 5) as u8],
            vec![round as u8; usize::from(round)],
        );
        next.delete([b'x', (round % 3) as u8 + 1]);
        writer.commit(&next).unwrap();
        writer.end();
        reader.begin().unwrap();
        assert!(reader.scan(&[]).eq(writer.scan(&[])), "round {round}");
        assert_eq!(reader.free_space(), writer.free_space());
        reader.end();
    }
}

#[test]
fn a_long_absence_is_caught_up_although_secrets_were_wiped_meanwhile() {
    let storage = MemoryStorage::new(1 << 20);
    let mut busy = Store::format(storage.clone(), 1, &Transaction::new()).unwrap();
    let mut absent = Store::open(storage).unwrap();
    // More than one read window, every frame but the last with a wiped value.
    for round in 0..120u8 {
        let mut next = Transaction::new();
        next.put_secret(b"key".as_slice(), vec![round; 1000]);
        busy.commit(&next).unwrap();
    }
    absent.begin().unwrap();
    assert_eq!(absent.get(b"key"), Some([119; 1000].as_slice()));
    absent.end();
    assert!(absent.next_frame == busy.next_frame && absent.tail == busy.tail);
}

#[test]
fn a_failed_medium_is_read_again_before_it_is_used_again() {
    let (storage, _) = small_store();
    let medium = FaultStorage::new(
        storage.snapshot(),
        Plan {
            cut_at: Some(10),
            ..Plan::NEVER
        },
    );
    let mut store = Store::open(medium.clone()).unwrap();
    assert!(matches!(store.commit(&put(b"a", b"b")), Err(Error::Io(_))));
    assert!(
        store.commit(&put(b"a", b"b")).is_err(),
        "no commit on a suspect medium"
    );
    assert!(store.begin().is_err());
}

#[test]
fn damage_is_told_not_served() {
    let (storage, mut store) = small_store();
    store
        .commit(&put(b"first", b"payload of the first"))
        .unwrap();
    store
        .commit(&put(b"second", b"payload of the second"))
        .unwrap();
    let mut image = storage.snapshot();
    let at = image
        .windows(7)
        .position(|window| window == b"payload")
        .unwrap();
    image[at] ^= 1;
    let damaged = Store::open(MemoryStorage::from_bytes(image));
    assert!(matches!(damaged.err(), Some(Error::Corrupt(_))));
}

#[test]
fn either_superblock_alone_is_enough() {
    let (storage, mut store) = small_store();
    while store.superblock.sequence < 8 {
        store.commit(&put(b"a", &[5; 600])).unwrap();
    }
    let image = storage.snapshot();
    let newest = (store.superblock.sequence & 1) as usize;
    // The older one is dispensable.
    let mut damaged = image.clone();
    damaged[(1 - newest) * SLOT_STRIDE as usize + 20] ^= 0xFF;
    assert_eq!(
        Store::open(MemoryStorage::from_bytes(damaged))
            .unwrap()
            .get(b"a"),
        Some([5; 600].as_slice())
    );
    let mut both = image;
    both[20] ^= 0xFF;
    both[SLOT_STRIDE as usize + 20] ^= 0xFF;
    assert!(matches!(
        Store::open(MemoryStorage::from_bytes(both)).err(),
        Some(Error::Unformatted)
    ));
}

#[test]
fn nonsense_is_not_an_image() {
    assert!(matches!(
        Store::open(MemoryStorage::new(100)).err(),
        Some(Error::Unformatted)
    ));
    assert!(matches!(
        Store::open(MemoryStorage::new(SMALL)).err(),
        Some(Error::Unformatted)
    ));
    assert!(matches!(
        Store::format(MemoryStorage::new(SMALL - 1), 0, &Transaction::new()).err(),
        Some(Error::Length { .. })
    ));
    let (storage, _) = small_store();
    let mut image = storage.snapshot();
    image.truncate(SMALL - 4096);
    assert!(matches!(
        Store::open(MemoryStorage::from_bytes(image)).err(),
        Some(Error::Length { .. })
    ));
}

#[test]
fn files_keep_their_length_and_their_lock() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("image");
    let mut file = FileStorage::open_or_create(&path).unwrap();
    file.set_len(LEAST_IMAGE).unwrap();
    assert!(file.write_at(LEAST_IMAGE - 1, &[1, 2]).is_err());
    let mut store = Store::format(file, 3, &Transaction::new()).unwrap();
    store.commit(&put(b"a", b"1")).unwrap();

    let mut other = Store::open(FileStorage::open(&path).unwrap()).unwrap();
    store.begin().unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    let waiting = std::thread::spawn(move || {
        other.begin().unwrap();
        sender.send(other.get(b"a").unwrap().to_vec()).unwrap();
        other.end();
    });
    assert!(
        receiver
            .recv_timeout(std::time::Duration::from_millis(50))
            .is_err(),
        "waits for the lock"
    );
    store.commit(&put(b"a", b"2")).unwrap();
    store.end();
    assert_eq!(receiver.recv().unwrap(), b"2");
    waiting.join().unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().len(), LEAST_IMAGE);
}
