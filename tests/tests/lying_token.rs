//! A token whose answers are wrong in ways that no token should be: bytes changed, answers cut, lengthened or
//! replaced, or the same answer to everything. The library may refuse each of them; it must not panic, and it must not
//! ask without end.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ukey_tests::TokenImage;
use ukey_tests::host::{embedded, initialised, log_in};
use ukey_tests::pkcs11::USER_PIN;
use ukey_token::transport::{Limits, Provider, ReaderStatus, Transport, TransportError};
use ukey_token::view::PublicKey;
use ukey_token::{Application, Device, KeyUsage, Pin, PinType, Registry, Rights};

const ROUNDS: u64 = 300;
/// More exchanges than all that a round asks for could need.
const MOST_EXCHANGES: usize = 100_000;
const DIGEST: [u8; 32] = [0x5A; 32];

/// SplitMix64; the same lies in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }
}

/// How a token lies.
enum Lie {
    /// One answer in this many is mangled.
    Now(usize, Random),
    /// Every command gets this answer.
    Always(Vec<u8>),
}

impl Lie {
    fn told(&mut self, truth: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Always(answer) => answer.clone(),
            Self::Now(one_in, random) => match random.below(*one_in) {
                0 => mangled(truth, random),
                _ => truth,
            },
        }
    }
}

fn mangled(mut answer: Vec<u8>, random: &mut Random) -> Vec<u8> {
    let at = random.below(answer.len());
    match random.below(9) {
        0 => answer[at] ^= 1 << random.below(8),
        1 => answer[at] = random.next() as u8,
        2 => answer.truncate(at),
        3 => drop(answer.drain(..at)),
        4 => {
            let (length, more) = (answer.len() - 2, random.below(300));
            let more = random.bytes(more);
            answer.splice(length..length, more);
        }
        // A number of four bytes, of which answers are full.
        5 => {
            let end = (at + 4).min(answer.len());
            answer[at..end].fill([0, 0xFF, 0x7F][random.below(3)]);
        }
        6 => {
            let length = random.below(600);
            answer = random.bytes(length);
            answer.extend([0x90, 0x00]);
        }
        7 => answer = vec![0x90, 0x00],
        _ => answer = [0x61, random.next() as u8].to_vec(),
    }
    answer
}

/// What a link knows of its round.
struct Round {
    lie: Mutex<Lie>,
    exchanges: AtomicUsize,
}

struct LyingProvider {
    inner: Box<dyn Provider>,
    round: Arc<Round>,
}

impl Provider for LyingProvider {
    fn kind(&self) -> &'static str {
        self.inner.kind()
    }

    fn readers(&self) -> Result<Vec<ReaderStatus>, TransportError> {
        self.inner.readers()
    }

    fn connect(&self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(LyingTransport {
            inner: self.inner.connect(reader)?,
            round: Arc::clone(&self.round),
        }))
    }

    fn wait_change(&self, timeout: Duration) {
        self.inner.wait_change(timeout);
    }

    fn cancel(&self) {
        self.inner.cancel();
    }
}

struct LyingTransport {
    inner: Box<dyn Transport>,
    round: Arc<Round>,
}

impl Transport for LyingTransport {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if self.round.exchanges.fetch_add(1, Ordering::Relaxed) >= MOST_EXCHANGES {
            return Err(TransportError::Removed);
        }
        let truth = self.inner.transmit(command)?;
        Ok(self.round.lie.lock().unwrap().told(truth))
    }

    fn limits(&self) -> Limits {
        self.inner.limits()
    }
}

/// A token with both kinds of pairs, a certificate and a file.
fn honest(image: &Path) {
    let registry = ukey_host::registry(&embedded(image));
    let (_device, application) = initialised(&registry);
    log_in(&application);
    let pair = application.create_container("sm2").unwrap();
    pair.generate_sm2().unwrap();
    let certificate = vec![0x30; 700];
    pair.import_certificate(KeyUsage::Signature, &certificate)
        .unwrap();
    let rsa = application.create_container("rsa").unwrap();
    rsa.generate_rsa(2048).unwrap();
    application
        .create_file("tender", 5000, Rights::USER, Rights::USER)
        .unwrap();
    application.write_file("tender", 0, &[7; 5000]).unwrap();
}

/// Asks for nearly everything there is; what is refused is refused.
fn ask(device: &Device) {
    device.info().ok();
    device.random(600).ok();
    device.set_label("label").ok();
    device.applications().ok();
    device.change_counter().ok();
    let application = device.application("UKEY");
    application.pin_info(PinType::User).ok();
    let pin = Pin::new(USER_PIN.as_bytes()).unwrap();
    application.verify_pin(PinType::User, &pin).ok();
    application.view().ok();
    application.files().ok();
    application.file_info("tender").ok();
    if let Ok(content) = application.read_file("tender", 0, 5000) {
        assert!(content.len() <= 5000);
    }
    application.write_file("tender", 100, &[9; 3000]).ok();
    use_keys(&application);
    application.change_pin(PinType::User, &pin, &pin).ok();
    application.unblock_challenge().ok();
    application.clear_secure_state().ok();
}

fn use_keys(application: &Application) {
    application.containers().ok();
    for name in ["sm2", "rsa", "none"] {
        let container = application.container(name);
        container.info().ok();
        container.read().ok();
        container.export_certificate(KeyUsage::Signature).ok();
        let key = container.public_key(KeyUsage::Signature);
        container.sign_rsa(&DIGEST).ok();
        container.sign_sm2(&DIGEST).ok();
        if let Ok(PublicKey::Sm2(key)) = key {
            let cipher = key.encrypt(b"session key 0123").unwrap();
            container.decrypt_sm2(KeyUsage::Signature, &cipher).ok();
        }
    }
    if let Ok(new) = application.create_container("new") {
        new.generate_sm2().ok();
        application.delete_container("new").ok();
    }
}

/// A copy of the token in the folder `model`, asked by somebody to whom it lies.
fn round(model: &Path, folder: &Path, lie: Lie) {
    // With its key, which is in a file beside it.
    for entry in fs::read_dir(model).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    let image = folder.join("token.img");
    let round = Arc::new(Round {
        lie: lie.into(),
        exchanges: AtomicUsize::new(0),
    });
    let providers = ukey_host::providers(&embedded(&image)).into_iter();
    let lying = providers.map(|inner| {
        let round = Arc::clone(&round);
        Box::new(LyingProvider { inner, round }) as Box<dyn Provider>
    });
    let registry = Registry::new(lying.collect());
    registry.refresh().unwrap();
    for _ in 0..3 {
        if let Ok(device) = registry.readers()[0].device() {
            ask(&device);
            break;
        }
    }
    let exchanges = round.exchanges.load(Ordering::Relaxed);
    assert!(exchanges < MOST_EXCHANGES, "it asks without end");
}

#[test]
fn mangled_answers_are_refused() {
    let (model, folder) = (TokenImage::blank().unwrap(), tempfile::tempdir().unwrap());
    honest(&model.path());
    for seed in 0..ROUNDS {
        let one_in = [2, 5, 20, 60][seed as usize % 4];
        round(
            model.folder(),
            folder.path(),
            Lie::Now(one_in, Random(seed)),
        );
    }
}

#[test]
fn the_same_answer_to_everything_is_refused() {
    let (model, folder) = (TokenImage::blank().unwrap(), tempfile::tempdir().unwrap());
    honest(&model.path());
    for data in [&[][..], &[0; 4], &[0; 256], &[0xFF; 256], &[0x7F; 40]] {
        for status in [
            [0x90, 0x00],
            [0x61, 0x00],
            [0x61, 0x10],
            [0x6C, 0x00],
            [0x6C, 0x10],
            [0x63, 0xC5],
        ] {
            let answer = [data, &status].concat();
            round(model.folder(), folder.path(), Lie::Always(answer));
        }
    }
    for answer in [&[][..], &[0x90]] {
        round(model.folder(), folder.path(), Lie::Always(answer.to_vec()));
    }
}
