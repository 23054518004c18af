//! The operator's program: how long a list takes from start to end, and how large it is.

use crate::{median, section, time};
use std::process::{Command, Stdio};
use ukey_tests::{Program, TokenImage, admin, release_file};

const RUNS: usize = 21;

pub(crate) fn run() {
    section("ukey-admin");
    let image = TokenImage::blank().unwrap();
    let init = admin(&["device", "init", "--set-label", "bench", "--yes"]).unwrap();
    init.envs(image.environment()).succeed().unwrap();
    let program = release_file("ukey-admin").unwrap();
    let mut list = || {
        let status = Command::new(&program)
            .args(["device", "list"])
            .envs(image.environment())
            .stdout(Stdio::null())
            .status();
        assert!(status.unwrap().success());
    };
    list();
    let took = median((0..RUNS).map(|_| time(&mut list)).collect());
    println!(
        "{:<44} {:>9.1} ms    goal under 50 (median of {RUNS}, one embedded reader)",
        "device list, start to end",
        took.as_secs_f64() * 1e3
    );
    let stripped = image.folder().join("stripped");
    let strip = Program::new("strip").arg("-o").arg(&stripped);
    strip.arg(&program).succeed().unwrap();
    let size = stripped.metadata().unwrap().len();
    println!(
        "{:<44} {:>9.1} MiB   goal under 15",
        "program, stripped",
        size as f64 / f64::from(1 << 20)
    );
}
