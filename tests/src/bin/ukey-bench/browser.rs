//! What a page waits for: Chromium, the extension, the agent, and an embedded token, by the scenario
//! `figures` of `tests/browser/large.cjs`. The user types without delay.

use crate::section;
use std::time::Duration;
use ukey_tests::Bidder;

/// Size of the tender.
pub(crate) const DEFAULT_MIB: u32 = 200;

const LIMIT: Duration = Duration::from_secs(1800);

pub(crate) fn run(mib: u32) {
    section(&format!(
        "Browser: Chromium, extension, agent; a file of {mib} MiB"
    ));
    let bidder = Bidder::enrolled();
    bidder.write("mib", &mib.to_string());
    let told = bidder.plays("large.cjs", "figures", LIMIT);
    let told = told.last().expect("the scenario prints its figures");
    let told: serde_json::Value = serde_json::from_str(told).unwrap();
    let figure = |name: &str| {
        told[name]
            .as_f64()
            .unwrap_or_else(|| panic!("{name}: {told}"))
    };
    let print = |what: &str, figure: f64, unit: &str, goal: &str| {
        println!("{what:<44} {figure:>9.1} {unit:<5} {goal}");
    };
    print(
        "authenticate(), median",
        figure("authenticate"),
        "ms",
        "goal under 30",
    );
    print(
        "listCertificates(), median",
        figure("list"),
        "ms",
        "goal under 15",
    );
    print(
        "digest and sign",
        figure("sign"),
        "MB/s",
        "goal at least 60",
    );
    print("encrypt", figure("encrypt"), "MB/s", "");
    print("decrypt", figure("decrypt"), "MB/s", "");
    print(
        "processor time of digest and sign",
        figure("signCpu"),
        "s",
        "all processes",
    );
    print(
        "agent, peak",
        figure("agentKib") / 1024.0,
        "MiB",
        "goal under 64",
    );
    print(
        "page or extension, growth at most",
        figure("pageKib") / 1024.0,
        "MiB",
        "",
    );
}
