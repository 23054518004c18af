//! The token is pulled at the worst moment: in the middle of a signature, between C_SignInit and
//! C_Sign, while a key is made. The error says so, nothing crashes, a new session works after
//! re-insertion without C_Finalize, and nothing is lost.
#![allow(clippy::unwrap_used)]

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cryptoki::context::Pkcs11;
use cryptoki::error::{Error, RvError};
use cryptoki::object::ObjectClass;
use cryptoki::session::Session;
use cryptoki::slot::Slot;
use ukey_tests::pkcs11::{
    self, SO_PIN, USER_PIN, find_key, find_pair, generate_rsa_of, generate_sm2, initialize_token,
    log_in, only_slot, public_key_info, rv,
};
use ukey_tests::skf::{Sar, Skf};
use ukey_tests::{PcscLab, admin, pcsc_test, release_file, thread_sleeps, wait_for, wait_until};

const LIMIT: Duration = Duration::from_secs(240);

/// Long enough for a pull in the middle of one command; no test waits for its end.
const STUCK: Duration = Duration::from_secs(60);

/// The answers that a session gives when its token was pulled.
fn assert_removed(error: &Error) {
    assert!(
        matches!(
            rv(error),
            RvError::DeviceRemoved | RvError::SessionHandleInvalid
        ),
        "{error}"
    );
}

/// A token in the first reader, initialised, with an SM2 key, and its user logged in.
fn inserted(lab: &mut PcscLab) -> (Pkcs11, Slot, Session) {
    lab.insert(0, &lab.folder().join("token.img")).unwrap();
    let module = pkcs11::load_module();
    let slot = initialize_token(&module).unwrap();
    let session = log_in(&module, slot).unwrap();
    generate_sm2(&session, "key").unwrap();
    (module, slot, session)
}

/// Puts the same token back and sees that it works and has what it had.
fn works_after_reinsertion(lab: &mut PcscLab, module: &Pkcs11, slot: Slot, key: &[u8]) {
    lab.insert(0, &lab.folder().join("token.img")).unwrap();
    wait_until("the token's return", LIMIT, || {
        module.get_slots_with_token().unwrap() == [slot]
    });
    let session = module.open_rw_session(slot).unwrap();
    let hidden = find_key(&session, ObjectClass::PRIVATE_KEY, "key").unwrap();
    assert_eq!(hidden, None, "the login went with the token");
    drop(session);
    let session = log_in(module, slot).unwrap();
    let pair = find_pair(&session, "key").unwrap();
    assert_eq!(public_key_info(&session, pair.public).unwrap(), key);
    let signature = session.sign(&pkcs11::sm2_sm3(), pair.private, b"again");
    session
        .verify(
            &pkcs11::sm2_sm3(),
            pair.public,
            b"again",
            &signature.unwrap(),
        )
        .unwrap();
    let info = module.get_token_info(slot).unwrap();
    assert!(!info.user_pin_count_low(), "no try was spent");
}

#[test]
fn pulled_between_many_signatures() {
    pcsc_test("pulled_between_many_signatures", LIMIT, |lab| {
        let (module, slot, session) = inserted(lab);
        let pair = find_pair(&session, "key").unwrap();
        let key = public_key_info(&session, pair.public).unwrap();
        let count = Arc::new(AtomicUsize::new(0));
        let signing = {
            let count = Arc::clone(&count);
            std::thread::spawn(move || {
                loop {
                    if let Err(error) = session.sign(&pkcs11::sm2_digest(), pair.private, &[1; 32])
                    {
                        return (error, session);
                    }
                    count.fetch_add(1, Ordering::Relaxed);
                }
            })
        };
        wait_until("a few signatures", LIMIT, || {
            count.load(Ordering::Relaxed) > 20
        });
        lab.pull_unnoticed(0);
        let (error, session) = signing.join().unwrap();
        assert_removed(&error);
        assert_all_calls_fail(&session);
        works_after_reinsertion(lab, &module, slot, &key);
        assert_all_calls_fail(&session);
    });
}

/// A session of a token that is gone stays dead, whatever it is asked.
fn assert_all_calls_fail(session: &Session) {
    assert_removed(&session.find_objects(&[]).unwrap_err());
    assert_removed(&generate_sm2(session, "late").unwrap_err());
    assert_removed(&session.generate_random_vec(8).unwrap_err());
    assert_removed(&session.get_session_info().unwrap_err());
    assert_removed(&session.logout().unwrap_err());
}

/// The command is on its way to the card and will never be answered.
#[test]
fn pulled_in_the_middle_of_a_signature() {
    pcsc_test("pulled_in_the_middle_of_a_signature", LIMIT, |lab| {
        let (module, slot, session) = inserted(lab);
        let pair = find_pair(&session, "key").unwrap();
        let key = public_key_info(&session, pair.public).unwrap();
        lab.slow_down(0, STUCK).unwrap();
        let thread = std::thread::Builder::new().name("signer".to_owned());
        let signing = thread
            .spawn(move || {
                session
                    .sign(&pkcs11::sm2_digest(), pair.private, &[1; 32])
                    .unwrap_err()
            })
            .unwrap();
        wait_until("the signature's being under way", LIMIT, || {
            thread_sleeps("signer")
        });
        lab.pull_unnoticed(0);
        assert_removed(&signing.join().unwrap());
        works_after_reinsertion(lab, &module, slot, &key);
    });
}

#[test]
fn pulled_between_init_and_sign() {
    pcsc_test("pulled_between_init_and_sign", LIMIT, |lab| {
        let (module, slot, session) = inserted(lab);
        let pair = find_pair(&session, "key").unwrap();
        let key = public_key_info(&session, pair.public).unwrap();
        session.sign_init(&pkcs11::sm2_sm3(), pair.private).unwrap();
        session.sign_update(b"first half").unwrap();
        lab.pull(0).unwrap();
        assert_removed(&session.sign_final().unwrap_err());
        works_after_reinsertion(lab, &module, slot, &key);

        // Pulled and back before the session's next call: still another token's session.
        let session = log_in(&module, slot).unwrap();
        let pair = find_pair(&session, "key").unwrap();
        session.sign_init(&pkcs11::sm2_sm3(), pair.private).unwrap();
        lab.pull(0).unwrap();
        lab.insert(0, &lab.folder().join("token.img")).unwrap();
        let refused = session
            .sign_update(b"x")
            .and_then(|()| session.sign_final());
        assert_removed(&refused.unwrap_err());
        let info = wait_for("the token", LIMIT, || module.get_token_info(slot).ok());
        assert!(info.token_initialized());
    });
}

/// Half a key pair is worse than none.
#[test]
fn pulled_while_a_key_is_made() {
    pcsc_test("pulled_while_a_key_is_made", LIMIT, |lab| {
        let (module, slot, session) = inserted(lab);
        let pair = find_pair(&session, "key").unwrap();
        let key = public_key_info(&session, pair.public).unwrap();
        // So large that its primes take seconds.
        let id = lab.ukey_sim(0).unwrap().id();
        let before = cpu_time(id);
        let making =
            std::thread::spawn(move || generate_rsa_of(&session, "half", 4096).unwrap_err());
        wait_until("the search for primes", LIMIT, || cpu_time(id) > before + 2);
        lab.pull_unnoticed(0);
        assert_removed(&making.join().unwrap());
        works_after_reinsertion(lab, &module, slot, &key);
        let session = module.open_rw_session(slot).unwrap();
        let half = find_key(&session, ObjectClass::PUBLIC_KEY, "half").unwrap();
        assert_eq!(half, None);
    });
}

#[test]
fn pcscd_restarts_under_a_running_client() {
    pcsc_test("pcscd_restarts_under_a_running_client", LIMIT, |lab| {
        let (module, slot, session) = inserted(lab);
        let pair = find_pair(&session, "key").unwrap();
        let key = public_key_info(&session, pair.public).unwrap();
        lab.restart_pcscd().unwrap();
        assert_all_calls_fail(&session);
        works_after_reinsertion(lab, &module, slot, &key);
        assert_all_calls_fail(&session);
    });
}

/// CPU time of a process in ticks of 10 ms, proc(5); 0 when it is gone.
fn cpu_time(id: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    // After the name in parentheses: state is field 3, utime 14, stime 15.
    let fields = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks = fields.split(' ').skip(11).take(2);
    ticks.filter_map(|field| field.parse::<u64>().ok()).sum()
}

#[test]
fn skf_says_that_the_device_was_removed() {
    pcsc_test("skf_says_that_the_device_was_removed", LIMIT, |lab| {
        let (module, _slot, session) = inserted(lab);
        drop(session);
        module.finalize().unwrap();
        let skf = Skf::load();
        let device = skf.only_device().unwrap();
        let application = device.open_application("UKEY").unwrap();
        application.log_in(USER_PIN).unwrap();
        let container = application.open_container("key").unwrap();
        container.sign_sm2(&[1; 32]).unwrap();
        lab.pull_unnoticed(0);
        assert_eq!(container.sign_sm2(&[1; 32]), Err(Sar::DEVICE_REMOVED));
        assert_eq!(application.log_in(USER_PIN), Err(Sar::DEVICE_REMOVED));

        lab.insert(0, &lab.folder().join("token.img")).unwrap();
        let device = skf.only_device().unwrap();
        let application = device.open_application("UKEY").unwrap();
        application.log_in(USER_PIN).unwrap();
        let container = application.open_container("key").unwrap();
        container.sign_sm2(&[1; 32]).unwrap();
    });
}

/// `ukey-admin`, running; its PINs come as in [`admin`].
fn start_admin(arguments: &[&str]) -> std::process::Child {
    Command::new(release_file("ukey-admin").unwrap())
        .args(arguments)
        .env("TEST_PIN", USER_PIN)
        .env("TEST_SO_PIN", SO_PIN)
        .env("UKEY_PIN_SOURCE", "env:TEST_PIN")
        .env("UKEY_SO_PIN_SOURCE", "env:TEST_SO_PIN")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Its exit code, with what it said if that is another than 11.
fn assert_says_removed(running: std::process::Child) {
    let output = running.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(11), "{said}");
    assert!(
        said.contains("removed") || said.contains("pulled"),
        "{said}"
    );
}

#[test]
fn admin_ends_with_11_when_pulled_while_a_key_is_made() {
    pcsc_test(
        "admin_ends_with_11_when_pulled_while_a_key_is_made",
        LIMIT,
        |lab| {
            lab.insert(0, &lab.folder().join("token.img")).unwrap();
            admin(&["device", "init", "--yes"])
                .unwrap()
                .succeed()
                .unwrap();
            let id = lab.ukey_sim(0).unwrap().id();
            let before = cpu_time(id);
            let running = start_admin(&["key", "generate", "--algorithm", "rsa4096"]);
            // More than the login takes: the search for primes.
            wait_until("the search for primes", LIMIT, || cpu_time(id) > before + 5);
            lab.pull_unnoticed(0);
            assert_says_removed(running);

            lab.insert(0, &lab.folder().join("token.img")).unwrap();
            admin(&["key", "generate"]).unwrap().succeed().unwrap();
        },
    );
}

#[test]
fn admin_ends_with_11_when_pulled_while_a_file_is_signed() {
    pcsc_test(
        "admin_ends_with_11_when_pulled_while_a_file_is_signed",
        LIMIT,
        |lab| {
            let folder = lab.folder().to_owned();
            lab.insert(0, &folder.join("token.img")).unwrap();
            admin(&["device", "init", "--yes"])
                .unwrap()
                .succeed()
                .unwrap();
            let ca = folder.join("ca");
            let enroll = [
                "enroll",
                "--subject",
                "CN=test",
                "--ca",
                ca.to_str().unwrap(),
            ];
            admin(&enroll).unwrap().succeed().unwrap();
            let large = folder.join("large");
            std::fs::File::create(&large)
                .unwrap()
                .set_len(1 << 30)
                .unwrap();

            let running = start_admin(&["sign", large.to_str().unwrap()]);
            let io = format!("/proc/{}/io", running.id());
            wait_until("the file's being read", LIMIT, || bytes_read(&io) > 1 << 24);
            lab.pull_unnoticed(0);
            assert_says_removed(running);
            let left: Vec<_> = std::fs::read_dir(&folder)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .filter(|name| name.starts_with("large") && name != "large")
                .collect();
            assert_eq!(left, [""; 0], "no output that looks complete");
        },
    );
}

/// Bytes that a process has read, proc(5).
fn bytes_read(io: &str) -> u64 {
    let text = std::fs::read_to_string(io).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("rchar: "));
    line.and_then(|count| count.parse().ok()).unwrap_or(0)
}

#[test]
fn an_empty_reader_is_no_device_for_admin() {
    pcsc_test("an_empty_reader_is_no_device_for_admin", LIMIT, |lab| {
        admin(&["pin", "status"]).unwrap().exits_with(3).unwrap();
        lab.insert(0, &lab.folder().join("token.img")).unwrap();
        admin(&["device", "init", "--yes"])
            .unwrap()
            .succeed()
            .unwrap();
        admin(&["pin", "status"]).unwrap().succeed().unwrap();
        lab.pull(0).unwrap();
        admin(&["pin", "status"]).unwrap().exits_with(3).unwrap();
        let module = pkcs11::load_module();
        assert_eq!(module.get_slots_with_token().unwrap(), []);
        lab.insert(0, &lab.folder().join("token.img")).unwrap();
        only_slot(&module).unwrap();
    });
}
