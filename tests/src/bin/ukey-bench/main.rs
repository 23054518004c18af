//! `make bench`: what our layers cost, as ratios to the bare work in the same run.
//!
//! Machines are noisy and drift, so the two sides of a ratio are measured alternately and
//! compared by their medians. Nothing here passes or fails.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

mod browser;
mod ca;
mod embedded;
mod envelope;
mod kernels;
mod module;
mod operator;
mod pcsc;
mod production;
mod skf;
mod softhsm;

use std::time::{Duration, Instant};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        [] => everything(),
        ["browser"] => browser::run(browser::DEFAULT_MIB),
        ["browser", mib] => browser::run(mib.parse().expect("a size in MiB")),
        ["ca"] => ca::run(ca::DEFAULT_REQUESTS),
        ["ca", requests] => ca::run(requests.parse().expect("a number of requests")),
        ["production"] => production::run(production::DEFAULT_KEYS),
        ["production", keys] => production::run(keys.parse().expect("a number of keys")),
        ["operator"] => operator::run(),
        ["softhsm"] => softhsm::run(),
        [softhsm::INNER, folder, part @ ..] => softhsm::run_inside(folder.as_ref(), part),
        ["embedded"] => embedded::run(),
        ["kernels"] => kernels::run(),
        ["pcsc"] => pcsc::run(),
        [pcsc::INNER, folder] => pcsc::run_inside(folder.as_ref()),
        ["skf"] => skf::run(),
        [skf::INNER, folder] => skf::run_inside(folder.as_ref()),
        ["envelope"] => envelope::run(envelope::DEFAULT_MIB),
        ["envelope", mib] => envelope::run(mib.parse().expect("a size in MiB")),
        _ => {
            eprintln!(
                "usage: ukey-bench [softhsm | kernels | ca [REQUESTS] | production [KEYS] | operator | \
                 embedded | pcsc | skf | envelope [MIB] | browser [MIB]]"
            );
            std::process::exit(2);
        }
    }
}

fn everything() {
    kernels::run();
    softhsm::run();
    embedded::run();
    pcsc::run();
    skf::run();
    envelope::run(envelope::DEFAULT_MIB);
    ca::run(ca::DEFAULT_REQUESTS);
    production::run(production::DEFAULT_KEYS);
    operator::run();
    browser::run(browser::DEFAULT_MIB);
}

/// Medians of the two sides, measured in turn.
fn alternate(rounds: usize, mut ours: impl FnMut(), mut bare: impl FnMut()) -> Pair {
    let (mut a, mut b) = (Vec::with_capacity(rounds), Vec::with_capacity(rounds));
    for _ in 0..rounds.div_ceil(10) {
        ours();
        bare();
    }
    for _ in 0..rounds {
        a.push(time(&mut ours));
        b.push(time(&mut bare));
    }
    Pair {
        ours: median(a),
        bare: median(b),
    }
}

fn time(body: &mut impl FnMut()) -> Duration {
    let start = Instant::now();
    body();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Two medians of one run.
struct Pair {
    ours: Duration,
    bare: Duration,
}

impl Pair {
    fn print(&self, what: &str, bare: &str, goal: &str) {
        let ratio = self.ours.as_secs_f64() / self.bare.as_secs_f64();
        let above = self.ours.as_secs_f64() - self.bare.as_secs_f64();
        println!(
            "{what:<44} {:>9.1} us   {bare} {:>9.1} us   ratio {ratio:>5.2}   above {:>7.1} us   goal {goal}",
            self.ours.as_secs_f64() * 1e6,
            self.bare.as_secs_f64() * 1e6,
            above * 1e6,
        );
    }
}

fn section(title: &str) {
    println!("\n{title}\n{}", "-".repeat(title.len()));
}
