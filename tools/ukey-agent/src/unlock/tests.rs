#![allow(clippy::unwrap_used)]
use super::*;
use std::sync::mpsc::channel;
use std::thread;
use ukey_host::Config;
use ukey_token::{FACTORY_AUTH_KEY, NewApplication, Pin, Registry, Rights};

const MINUTES: u32 = 5;
const KEEP: Duration = Duration::from_secs(300);

/// A token with a PIN, a site that keeps it unlocked, and a clock that stands until it is moved.
struct Desk {
    folder: tempfile::TempDir,
    registry: Registry,
    site: Origin,
    now: Arc<Mutex<Instant>>,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.pcsc_enabled = false;
        config.embedded_images = vec![folder.path().join("token.img")];
        let desk = Self {
            folder,
            registry: ukey_host::registry(&config),
            site: Origin::parse("https://bid.example.cn", false).unwrap(),
            now: Arc::new(Mutex::new(Instant::now())),
        };
        desk.registry.refresh().unwrap();
        let device = desk.registry.readers()[0].device().unwrap();
        device.authenticate(&FACTORY_AUTH_KEY).unwrap();
        let new = NewApplication {
            name: "UKEY",
            admin_pin: &Pin::new(b"87654321").unwrap(),
            admin_tries: 10,
            user_pin: Some(&pin()),
            user_tries: 10,
            create_file_rights: Rights::USER,
        };
        device.create_application(&new, None).unwrap();
        desk
    }

    fn application(&self) -> Application {
        let device = self.registry.readers()[0].device().unwrap();
        device.application("UKEY")
    }

    /// After an operation with a PIN.
    fn unlocked(&self) -> Unlocked {
        let consents = Consents::in_folder(self.folder.path());
        consents.grant(&self.site).unwrap();
        consents.set_keep_unlocked(&self.site, MINUTES).unwrap();
        let now = Arc::clone(&self.now);
        let unlocked = Unlocked::with_clock(consents, Arc::new(move || *now.lock().unwrap()));
        let application = self.application();
        assert!(!unlocked.open(&self.site, &application));
        application.verify_pin(PinType::User, &pin()).unwrap();
        unlocked.close(&self.site, &application, true);
        unlocked
    }

    fn is_logged_in(&self) -> bool {
        self.application().login_state().is_in(PinType::User)
    }

    fn later(&self, by: Duration) {
        *self.now.lock().unwrap() += by;
    }
}

fn pin() -> Pin {
    Pin::new(b"12345678").unwrap()
}

#[test]
fn the_time_runs_from_the_pin_and_not_from_the_last_operation() {
    let desk = Desk::new();
    let unlocked = desk.unlocked();
    let application = desk.application();
    assert_eq!(unlocked.next_end(), Some(KEEP));
    desk.later(KEEP - Duration::from_secs(1));
    assert!(unlocked.open(&desk.site, &application));
    assert_eq!(unlocked.next_end(), None, "not while it is in use");
    unlocked.close(&desk.site, &application, true);
    unlocked.end_expired();
    assert!(desk.is_logged_in());
    assert_eq!(unlocked.next_end(), Some(Duration::from_secs(1)));

    desk.later(Duration::from_secs(1));
    assert!(
        !unlocked.open(&desk.site, &application),
        "its time is over, whether or not anybody has locked it"
    );
    unlocked.end_expired();
    assert!(!desk.is_logged_in());
    assert_eq!(unlocked.next_end(), None);
}

#[test]
fn a_token_is_locked_while_nobody_asks_for_anything() {
    let desk = Desk::new();
    let unlocked = desk.unlocked();
    desk.later(KEEP - Duration::from_millis(20));
    let (jobs, queue) = channel();
    let unlocked = &unlocked;
    thread::scope(|scope| {
        let waiting = scope.spawn(move || [unlocked.next(&queue), unlocked.next(&queue)]);
        assert!(desk.is_logged_in());
        desk.later(Duration::from_millis(20));
        let deadline = Instant::now() + Duration::from_secs(60);
        while desk.is_logged_in() {
            assert!(Instant::now() < deadline, "the token stays unlocked");
            thread::sleep(Duration::from_millis(5));
        }
        jobs.send("work").unwrap();
        drop(jobs);
        assert_eq!(waiting.join().unwrap(), [Some("work"), None]);
    });
}
