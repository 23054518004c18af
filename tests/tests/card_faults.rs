//! Power cuts at the level of the whole system: `ukey-sim` is killed under load, as if the key lost
//! its power, and put in again. What was answered holds; what was under way is done or not done;
//! PIN tries never come back. (That this is so at every byte written is shown in the card OS's own
//! tests; here are the real file, the real process and the real reader.)
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ukey_crypto::sm2;
use ukey_host::Config;
use ukey_tests::{PcscLab, pcsc_test, wait_until};
use ukey_token::view::PublicKey;
use ukey_token::{
    Application, Container, Error, FACTORY_AUTH_KEY, KeyUsage, NewApplication, Pin, PinType,
    Registry, Rights,
};

const LIMIT: Duration = Duration::from_secs(240);
const MAX_TRIES: u8 = 15;
const DIGEST: [u8; 32] = [0x5A; 32];

fn pin(text: &[u8]) -> Pin {
    Pin::new(text).unwrap()
}

/// The token in the lab's reader, seen by a client that starts anew.
fn connect(lab: &mut PcscLab) -> (Registry, Application) {
    lab.insert(0, &lab.folder().join("token.img")).unwrap();
    let registry = ukey_host::registry(&Config::default());
    registry.refresh().unwrap();
    let reader = registry.readers().into_iter().find(|r| r.is_present());
    let device = reader.unwrap().device().unwrap();
    let application = device.application("UKEY");
    (registry, application)
}

fn initialised(lab: &mut PcscLab) -> (Registry, Application) {
    let (registry, application) = connect(lab);
    let device = application.device();
    device.authenticate(&FACTORY_AUTH_KEY).unwrap();
    let new = NewApplication {
        name: "UKEY",
        admin_pin: &pin(b"87654321"),
        admin_tries: MAX_TRIES,
        user_pin: Some(&pin(b"12345678")),
        user_tries: MAX_TRIES,
        create_file_rights: Rights::USER,
    };
    device.create_application(&new, None).unwrap();
    (registry, application)
}

fn log_in(application: &Application) {
    application
        .verify_pin(PinType::User, &pin(b"12345678"))
        .unwrap();
}

fn tries_left(application: &Application) -> u8 {
    application.pin_info(PinType::User).unwrap().tries_left
}

/// Runs `step` again and again in a thread and cuts the power after `rounds` of them. What `step`
/// leaves in `state` tells what was answered and what was under way.
fn cut_power<S: Send + 'static>(
    lab: &mut PcscLab,
    rounds: usize,
    mut state: S,
    mut step: impl FnMut(&mut S) -> Result<(), Error> + Send + 'static,
) -> S {
    let done = Arc::new(AtomicUsize::new(0));
    let working = {
        let done = Arc::clone(&done);
        std::thread::spawn(move || {
            loop {
                match step(&mut state) {
                    Ok(()) => done.fetch_add(1, Ordering::Relaxed),
                    Err(Error::Removed) => return state,
                    Err(other) => panic!("the token was pulled, and the error is: {other}"),
                };
            }
        })
    };
    wait_until("rounds under load", LIMIT, || {
        working.is_finished() || done.load(Ordering::Relaxed) >= rounds
    });
    lab.pull_unnoticed(0);
    working.join().unwrap()
}

/// The tries that the token may show after the cut.
#[derive(Clone, Debug)]
struct Tries {
    /// As answered last.
    told: u8,
    /// What may be true now.
    possible: Vec<u8>,
}

#[test]
fn pin_tries_never_come_back() {
    pcsc_test("pin_tries_never_come_back", LIMIT, |lab| {
        let (_, application) = initialised(lab);
        let mut tries = tries_left(&application);
        assert_eq!(tries, MAX_TRIES);
        let mut client = application;
        for rounds in [1, 2, 0, 3, 1, 2] {
            let application = client.clone();
            let start = Tries {
                told: tries,
                possible: vec![tries],
            };
            let after = cut_power(lab, rounds, start, move |tries| {
                // A right PIN when few are left, so that there is always something to lose.
                let right = tries.told <= 6;
                let spent = tries.told - 1;
                let text: &[u8] = if right { b"12345678" } else { b"00000000" };
                tries.possible = vec![tries.told, spent];
                if right {
                    tries.possible.push(MAX_TRIES);
                }
                tries.told = match application.verify_pin(PinType::User, &pin(text)) {
                    Ok(()) if right => MAX_TRIES,
                    Err(Error::PinIncorrect { tries_left }) if !right => {
                        assert_eq!(tries_left, spent);
                        tries_left
                    }
                    Err(other) => return Err(other),
                    Ok(()) => panic!("a wrong PIN was accepted"),
                };
                tries.possible = vec![tries.told];
                Ok(())
            });
            let (_, application) = connect(lab);
            tries = tries_left(&application);
            assert!(
                after.possible.contains(&tries),
                "{tries} left after {after:?}"
            );
            client = application;
        }
        log_in(&client);
        assert_eq!(tries_left(&client), MAX_TRIES);
    });
}

/// The pair of a container works and is the one that was told.
fn assert_works(container: &Container, told: Option<&sm2::PublicKey>) {
    let key = match container.public_key(KeyUsage::Signature).unwrap() {
        PublicKey::Sm2(key) => key,
        other => panic!("{other:?}"),
    };
    assert!(told.is_none_or(|told| *told == key));
    let signature = container.sign_sm2(&DIGEST).unwrap();
    key.verify_digest(&DIGEST, &signature).unwrap();
}

#[test]
fn a_key_pair_is_there_or_not() {
    pcsc_test("a_key_pair_is_there_or_not", LIMIT, |lab| {
        let (_, mut client) = initialised(lab);
        for rounds in [0, 5, 9] {
            log_in(&client);
            let application = client.clone();
            let told: Vec<(String, sm2::PublicKey)> = Vec::new();
            let told = cut_power(lab, rounds, told, move |told| {
                let name = format!("{rounds}-{}", told.len());
                let key = application.create_container(&name)?.generate_sm2()?;
                told.push((name, key));
                Ok(())
            });
            let (_, application) = connect(lab);
            log_in(&application);
            for (name, key) in &told {
                assert_works(&application.container(name), Some(key));
            }
            // The one that nobody was told of.
            let last = format!("{rounds}-{}", told.len());
            if application.containers().unwrap().contains(&last) {
                let container = application.container(&last);
                match container.public_key(KeyUsage::Signature) {
                    Err(Error::KeyNotFound) => {}
                    Ok(_) => assert_works(&container, None),
                    Err(other) => panic!("{other}"),
                }
            }
            client = application;
        }
    });
}

#[test]
fn a_certificate_is_the_old_or_the_new_one() {
    pcsc_test("a_certificate_is_the_old_or_the_new_one", LIMIT, |lab| {
        let (_, application) = initialised(lab);
        log_in(&application);
        application
            .create_container("key")
            .unwrap()
            .generate_sm2()
            .unwrap();
        let mut client = application;
        let certificate = |number: usize| {
            let mut bytes = vec![number as u8; 1500];
            bytes[..4].copy_from_slice(&[0x30, 0x82, 0x05, 0xD8]);
            bytes
        };
        // The number of the certificate that was imported last, and of the next one.
        let mut known = 0;
        for rounds in [3, 1, 6, 2] {
            let container = client.container("key");
            container
                .import_certificate(KeyUsage::Signature, &certificate(known))
                .unwrap();
            let last = cut_power(lab, rounds, known, move |last| {
                container.import_certificate(KeyUsage::Signature, &certificate(*last + 1))?;
                *last += 1;
                Ok(())
            });
            let (_, application) = connect(lab);
            log_in(&application);
            let container = application.container("key");
            let stored = container.export_certificate(KeyUsage::Signature).unwrap();
            assert!(
                stored == certificate(last) || stored == certificate(last + 1),
                "neither the last nor the next one"
            );
            assert_works(&container, None);
            known = last + 1;
            client = application;
        }
    });
}

#[test]
fn a_container_is_deleted_whole_or_not_at_all() {
    pcsc_test("a_container_is_deleted_whole_or_not_at_all", LIMIT, |lab| {
        let (_, mut client) = initialised(lab);
        for rounds in [2, 5] {
            log_in(&client);
            let name = move |number: usize| format!("{rounds}-{number}");
            for number in 0..40 {
                let container = client.create_container(&name(number)).unwrap();
                container.generate_sm2().unwrap();
                container
                    .import_certificate(KeyUsage::Signature, &[0x30, 0x00])
                    .unwrap();
            }
            let application = client.clone();
            let deleted = cut_power(lab, rounds, 0, move |deleted| {
                application.delete_container(&name(*deleted))?;
                *deleted += 1;
                Ok(())
            });
            assert!((rounds..40).contains(&deleted), "{deleted} deleted");
            let (_, application) = connect(lab);
            log_in(&application);
            let left = application.containers().unwrap();
            let kept = |number: usize| left.contains(&name(number));
            assert!((0..deleted).all(|number| !kept(number)), "{left:?}");
            assert!((deleted + 1..40).all(kept), "{left:?}");
            for name in &left {
                let container = application.container(name);
                assert_works(&container, None);
                let certificate = container.export_certificate(KeyUsage::Signature);
                assert_eq!(certificate.unwrap(), [0x30, 0x00]);
            }
            for name in &left {
                application.delete_container(name).unwrap();
            }
            client = application;
        }
    });
}

/// A cut while a 4096-bit RSA pair is searched for leaves an empty container or none.
#[test]
fn a_cut_rsa_generation_leaves_no_key() {
    pcsc_test("a_cut_rsa_generation_leaves_no_key", LIMIT, |lab| {
        let (_, application) = initialised(lab);
        log_in(&application);
        application.create_container("rsa").unwrap();
        lab.slow_down(0, Duration::from_secs(60)).unwrap();
        let thread = std::thread::Builder::new().name("maker".to_owned());
        let making = thread
            .spawn(move || application.container("rsa").generate_rsa(4096).unwrap_err())
            .unwrap();
        wait_until("the command's being under way", LIMIT, || {
            ukey_tests::thread_sleeps("maker")
        });
        lab.pull_unnoticed(0);
        assert_eq!(making.join().unwrap(), Error::Removed);
        let (_, application) = connect(lab);
        log_in(&application);
        let container = application.container("rsa");
        let missing = container.public_key(KeyUsage::Signature).unwrap_err();
        assert_eq!(missing, Error::KeyNotFound);
        container.generate_rsa(2048).unwrap();
    });
}
