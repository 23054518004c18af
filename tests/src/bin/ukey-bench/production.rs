//! Production: lots of blank tokens by `ukey-admin batch`, on four readers and on one. Each command waits as one to a token
//! on USB does, so that it is waiting that is shared out.

use crate::section;
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use ukey_ca::directory::{Directory, Plan};
use ukey_firmware_sim::{Factory, image};
use ukey_tests::{TokenImage, admin};

/// Keys made on four readers.
pub(crate) const DEFAULT_KEYS: usize = 100;
const READERS: usize = 4;
/// What a command takes beside its computation.
const DELAY_MS: &str = "20";
/// A lot of keys is done long before.
const LIMIT: Duration = Duration::from_secs(300);

pub(crate) fn run(keys: usize) {
    let alone = keys.div_ceil(READERS);
    section(&format!(
        "Production, {DELAY_MS} ms an exchange; {keys} keys on {READERS} readers, {alone} on one"
    ));
    let one = produce(alone, 1);
    let several = produce(keys, READERS);
    for (made, readers) in [(&one, "one reader"), (&several, "four readers")] {
        println!("{readers:<44} {:>9.2} keys a second", made.rate);
    }
    println!(
        "{:<44} {:>9.2}      goal at least 3",
        "four readers to one",
        several.rate / one.rate
    );
    // Certificates go over this link in single commands, so that their bytes cost no exchange more.
    println!(
        "{:<44} {:>9}      goal at most 60",
        "exchanges of a key, at most", one.most_exchanges
    );
}

/// What a run of lots showed.
struct Made {
    /// Keys a second.
    rate: f64,
    /// Exchanges of the lot with the most, for each of its keys.
    most_exchanges: usize,
}

/// Makes keys in lots of as many as there are readers: whoever works there changes them in between.
fn produce(keys: usize, readers: usize) -> Made {
    let bench = TokenImage::blank().unwrap();
    let folder = bench.folder();
    Directory::init(&folder.join("ca"), &Plan::for_tests().unwrap()).unwrap();
    fs::write(folder.join("keys.csv"), table(keys)).unwrap();
    let tokens: Vec<PathBuf> = (0..keys).map(|n| blank(folder, n)).collect();
    let mut most_exchanges = 0;
    let start = Instant::now();
    for lot in tokens.chunks(readers) {
        let exchanges = make(&bench, lot);
        most_exchanges = most_exchanges.max(exchanges.div_ceil(lot.len()));
    }
    let elapsed = start.elapsed().as_secs_f64();
    let letters = fs::read_dir(folder.join("out/letters")).unwrap().count();
    assert_eq!(letters, keys, "a PIN letter a key");
    Made {
        rate: keys as f64 / elapsed,
        most_exchanges,
    }
}

fn table(keys: usize) -> String {
    (0..keys).fold(String::from("id,subject\n"), |mut table, n| {
        writeln!(table, "k{n},\"C=CN,O=bench,CN=holder {n}\"").unwrap();
        table
    })
}

/// A token as it comes from the factory.
fn blank(folder: &Path, n: usize) -> PathBuf {
    let path = folder.join(format!("key{n}.img"));
    let factory = Factory {
        size: 1 << 20,
        ..Factory::default()
    };
    image::create(&path, &factory).unwrap();
    path
}

/// Makes the keys that are in the readers. How many exchanges that took.
fn make(bench: &TokenImage, lot: &[PathBuf]) -> usize {
    let at = |name: &str| bench.folder().join(name).display().to_string();
    let log = at("exchanges.log");
    let readers = std::env::join_paths(lot).unwrap();
    let finished = admin(&["batch", "run", &at("keys.csv"), "--out", &at("out")])
        .unwrap()
        .args(["--ca", &at("ca")])
        .envs(bench.environment())
        .env("UKEY_EMBEDDED", readers)
        .env("UKEY_EMBEDDED_DELAY_MS", DELAY_MS)
        .env("UKEY_LOG", "ukey::apdu=trace")
        .env("UKEY_LOG_FILE", &log)
        .limit(LIMIT)
        .run()
        .unwrap();
    let code = finished.status.code();
    // 14: rows are left, for keys that come later.
    assert!(matches!(code, Some(0 | 14)), "{}", finished.all_text());
    let text = fs::read_to_string(&log).unwrap();
    fs::remove_file(&log).unwrap();
    text.lines().filter(|line| line.contains("command")).count()
}
