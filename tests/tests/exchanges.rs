//! What operations cost, counted in exchanges: logged in, a signature or a decryption is exactly
//! one, in a transaction of nobody, and a look at unchanged objects is none. Counts do not drift as
//! clocks do.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::Duration;

use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, ObjectClass};
use ukey_crypto::hash::HashAlg;
use ukey_host::Config;
use ukey_tests::host::{counted, embedded, initialised, log_in, pcsc};
use ukey_tests::pkcs11::{self, generate_rsa, generate_sm2, new_token};
use ukey_tests::{TokenImage, embedded_test, pcsc_test};
use ukey_token::transport::counting::Counts;
use ukey_token::{Application, Container, KeyUsage, PinType};

const LIMIT: Duration = Duration::from_secs(120);
const DIGEST: [u8; 32] = [0x5A; 32];

/// Containers with an SM2 and an RSA pair.
fn pairs(application: &Application) -> (Container, Container) {
    let sm2 = application.create_container("sm2").unwrap();
    sm2.generate_sm2().unwrap();
    let rsa = application.create_container("rsa").unwrap();
    rsa.generate_rsa(2048).unwrap();
    (sm2, rsa)
}

/// Exchanges and transactions that `body` costs.
fn cost<T>(counts: &Counts, body: impl FnOnce() -> T) -> (T, (u64, u64)) {
    let before = (counts.exchanges(), counts.transactions());
    let result = body();
    let after = (counts.exchanges(), counts.transactions());
    (result, (after.0 - before.0, after.1 - before.1))
}

const ONE_EXCHANGE: (u64, u64) = (1, 0);

/// Every private-key operation is one exchange, also the first one and also one after another.
fn key_operations_cost_one_exchange(config: &Config) {
    let (registry, counts) = counted(config);
    let (_device, application) = initialised(&registry);
    log_in(&application);
    let (sm2, rsa) = pairs(&application);
    let sm2_public = sm2.open().and(sm2.public_key(KeyUsage::Signature)).unwrap();
    let ukey_token::view::PublicKey::Sm2(sm2_public) = sm2_public else {
        panic!("an SM2 pair")
    };
    let info = HashAlg::Sha256.digest_info(&DIGEST).unwrap();
    for round in 0..3 {
        let (signature, spent) = cost(&counts, || sm2.sign_sm2(&DIGEST).unwrap());
        assert_eq!(spent, ONE_EXCHANGE, "SM2 signature, round {round}");
        sm2_public.verify_digest(&DIGEST, &signature).unwrap();

        let (signature, spent) = cost(&counts, || rsa.sign_rsa(&info).unwrap());
        assert_eq!(spent, ONE_EXCHANGE, "RSA signature, round {round}");
        assert_eq!(signature.len(), 256);

        let cipher = sm2_public.encrypt(b"session key 0123").unwrap();
        let decrypt = || sm2.decrypt_sm2(KeyUsage::Signature, &cipher).unwrap();
        let (plaintext, spent) = cost(&counts, decrypt);
        assert_eq!(spent, ONE_EXCHANGE, "SM2 decryption, round {round}");
        assert_eq!(*plaintext, b"session key 0123");
    }
}

#[test]
fn key_operations_cost_one_exchange_embedded() {
    let image = TokenImage::blank().unwrap();
    key_operations_cost_one_exchange(&embedded(&image.path()));
}

#[test]
fn key_operations_cost_one_exchange_over_pcsc() {
    pcsc_test("key_operations_cost_one_exchange_over_pcsc", LIMIT, |lab| {
        lab.insert(0, &lab.folder().join("token.img")).unwrap();
        key_operations_cost_one_exchange(&pcsc());
    });
}

#[test]
fn a_login_is_challenge_and_answer() {
    let image = TokenImage::blank().unwrap();
    let (registry, counts) = counted(&embedded(&image.path()));
    let (_device, application) = initialised(&registry);
    // Once the application is open, which the first use of it did.
    application.pin_info(PinType::User).unwrap();
    let ((), (exchanges, _)) = cost(&counts, || log_in(&application));
    assert_eq!(exchanges, 2);
}

#[test]
fn an_unchanged_view_costs_nothing_embedded() {
    let image = TokenImage::blank().unwrap();
    let (registry, counts) = counted(&embedded(&image.path()));
    let (_device, application) = initialised(&registry);
    log_in(&application);
    pairs(&application);

    let (first, (exchanges, _)) = cost(&counts, || application.view().unwrap());
    assert!(exchanges > 0, "the first look reads the token");
    assert_eq!(first.containers.len(), 2);
    let (second, spent) = cost(&counts, || application.view().unwrap());
    assert_eq!(spent, (0, 0));
    assert_eq!(first, second);

    // A signature changes nothing that can be seen.
    application.container("sm2").sign_sm2(&DIGEST).unwrap();
    assert_eq!(cost(&counts, || application.view().unwrap()).1, (0, 0));

    application.create_container("third").unwrap();
    let (third, (exchanges, _)) = cost(&counts, || application.view().unwrap());
    assert!(exchanges > 0, "a change is read");
    assert_eq!(third.containers.len(), 3);
}

#[test]
fn an_unchanged_view_costs_one_question_over_pcsc() {
    pcsc_test(
        "an_unchanged_view_costs_one_question_over_pcsc",
        LIMIT,
        |lab| {
            lab.insert(0, &lab.folder().join("token.img")).unwrap();
            let (registry, counts) = counted(&pcsc());
            let (_device, application) = initialised(&registry);
            log_in(&application);
            pairs(&application);
            let first = application.view().unwrap();
            let (second, spent) = cost(&counts, || application.view().unwrap());
            assert_eq!(spent, ONE_EXCHANGE, "the question for the change counter");
            assert_eq!(first, second);
        },
    );
}

/// The same through the exported functions of PKCS#11, counted in the library's own log. `question`:
/// what it costs to learn that nothing has changed.
fn pkcs11_adds_no_exchange(folder: &Path, question: usize) {
    let log = folder.join("apdu.log");
    let config = format!(
        "[log]\nfilter = \"ukey::apdu=trace\"\nfile = \"{}\"\n",
        log.display()
    );
    std::fs::write(folder.join("ukey.toml"), config).unwrap();
    let module = pkcs11::load_module();
    let session = new_token(&module).unwrap();
    let sm2 = generate_sm2(&session, "sm2").unwrap();
    let rsa = generate_rsa(&session, "rsa").unwrap();
    let spent = |body: &dyn Fn()| {
        let before = logged_exchanges(&log);
        body();
        logged_exchanges(&log) - before
    };
    assert!(logged_exchanges(&log) > 10, "the log is written");
    let sign = |mechanism: &Mechanism<'_>, key, message: &[u8]| {
        session.sign(mechanism, key, message).unwrap();
    };
    let sign_sm2 = || sign(&pkcs11::sm2_digest(), sm2.private, &DIGEST);
    // The first use of a key may look at the objects once more.
    sign_sm2();
    assert_eq!(spent(&sign_sm2), 1, "SM2 signature");
    let sign_message = || sign(&pkcs11::sm2_sm3(), sm2.private, &[0x42; 100_000]);
    assert_eq!(spent(&sign_message), 1, "SM2 signature of a message");
    let sign_rsa = || sign(&Mechanism::Sha256RsaPkcs, rsa.private, b"message");
    assert_eq!(spent(&sign_rsa), 1, "RSA signature");
    let cipher = session
        .encrypt(&pkcs11::sm2_encrypt(), sm2.public, b"plaintext")
        .unwrap();
    let decrypt = || {
        let plaintext = session.decrypt(&pkcs11::sm2_encrypt(), sm2.private, &cipher);
        assert_eq!(plaintext.unwrap(), b"plaintext");
    };
    assert_eq!(spent(&decrypt), 1, "SM2 decryption");
    let search = || {
        let template = [Attribute::Class(ObjectClass::PRIVATE_KEY)];
        assert_eq!(session.find_objects(&template).unwrap().len(), 2);
    };
    assert_eq!(spent(&search), question, "search");
}

#[test]
fn pkcs11_adds_no_exchange_embedded() {
    embedded_test("pkcs11_adds_no_exchange_embedded", LIMIT, |image| {
        pkcs11_adds_no_exchange(image.parent().unwrap(), 0);
    });
}

#[test]
fn pkcs11_adds_no_exchange_over_pcsc() {
    pcsc_test("pkcs11_adds_no_exchange_over_pcsc", LIMIT, |lab| {
        lab.insert(0, &lab.folder().join("token.img")).unwrap();
        pkcs11_adds_no_exchange(lab.folder(), 1);
    });
}

/// Commands sent so far, by the library's log.
fn logged_exchanges(log: &Path) -> usize {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    text.lines().filter(|line| line.contains("command")).count()
}

/// The change counter in the image tells of what others did, without an exchange.
#[test]
fn a_change_by_another_program_is_seen() {
    embedded_test("a_change_by_another_program_is_seen", LIMIT, |image| {
        let (registry, counts) = counted(&embedded(image));
        let (_device, application) = initialised(&registry);
        log_in(&application);
        assert_eq!(application.view().unwrap().containers.len(), 0);

        let (other, _) = counted(&embedded(image));
        other.refresh().unwrap();
        let theirs = other.readers()[0].device().unwrap().application("UKEY");
        log_in(&theirs);
        theirs.create_container("theirs").unwrap();

        // The counter in the image says so before anything is asked.
        let (view, (exchanges, _)) = cost(&counts, || application.view().unwrap());
        assert!(exchanges > 0);
        assert_eq!(view.containers.len(), 1);
        assert_eq!(cost(&counts, || application.view().unwrap()).1, (0, 0));
    });
}
