//! Signatures for each second, by one thread and by eight.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cryptoki_sys::{CK_MECHANISM_TYPE, CK_OBJECT_HANDLE};

use super::verdict;
use crate::module::Module;

const ROUNDS: usize = 5;
const SPAN: Duration = Duration::from_millis(300);
const MANY: usize = 8;

/// A key of a module, and what it signs with it.
#[derive(Clone, Copy)]
pub(super) struct Signer<'a> {
    pub(super) module: &'a Module,
    pub(super) key: CK_OBJECT_HANDLE,
    pub(super) mechanism: CK_MECHANISM_TYPE,
    pub(super) data: &'a [u8],
}

impl Signer<'_> {
    /// Signatures in a second, by so many threads with a session each.
    fn rate(&self, threads: usize) -> f64 {
        rate(threads, || {
            let session = self.module.open();
            move || {
                self.module
                    .sign(session, self.mechanism, self.key, self.data);
            }
        })
    }
}

/// How often a second so many threads do what `prepare` gives each of them.
fn rate<W: FnMut()>(threads: usize, prepare: impl Fn() -> W + Sync) -> f64 {
    let (barrier, stop) = (Barrier::new(threads + 1), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let work = || {
            let mut once = prepare();
            // What only a thread's first signature costs is no rate.
            once();
            let mut done = 0_u64;
            barrier.wait();
            while !stop.load(Ordering::Relaxed) {
                once();
                done += 1;
            }
            done
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        barrier.wait();
        let start = Instant::now();
        std::thread::sleep(SPAN);
        stop.store(true, Ordering::Relaxed);
        let done: u64 = workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .sum();
        done as f64 / start.elapsed().as_secs_f64()
    })
}

/// Prints the rates of both with one thread, and with eight; and what eight threads gain with the
/// `bare` algorithm, which is all that the machine has to give at the moment.
pub(super) fn compare(what: &str, ours: Signer<'_>, softhsm: Signer<'_>, bare: impl Fn() + Sync) {
    let mut rates = [const { Vec::new() }; 6];
    for _ in 0..ROUNDS {
        rates[0].push(ours.rate(1));
        rates[1].push(softhsm.rate(1));
        rates[2].push(ours.rate(MANY));
        rates[3].push(softhsm.rate(MANY));
        rates[4].push(rate(1, || &bare));
        rates[5].push(rate(MANY, || &bare));
    }
    let [one, softhsm_one, many, softhsm_many, bare_one, bare_many] = rates.map(middle);
    println!(
        "{:<48} {one:>10.0} /s   SoftHSM2 {softhsm_one:>10.0} /s   {}",
        format!("{what}, 1 thread"),
        verdict(one / softhsm_one, 1.0),
    );
    println!(
        "{:<48} {many:>10.0} /s   our 1    {one:>10.0} /s   {}",
        format!("{what}, {MANY} threads"),
        verdict(many / one, 1.7),
    );
    println!(
        "{:<48} {bare_many:>10.0} /s   bare 1   {bare_one:>10.0} /s   {:>8.2} times as fast",
        format!("  the bare algorithm, {MANY} threads"),
        bare_many / bare_one,
    );
    println!(
        "{:<48} {many:>10.0} /s   SoftHSM2 {softhsm_many:>10.0} /s   {:>8.2} times as fast",
        format!("{what}, {MANY} threads"),
        many / softhsm_many,
    );
}

fn middle(mut rates: Vec<f64>) -> f64 {
    rates.sort_unstable_by(f64::total_cmp);
    rates[rates.len() / 2]
}
