//! The PIN and the agent's memory: it is wiped after use, and nobody gets a core of the agent.

use super::lab::{Lab, PAGE, base64, bytes};
use serde_json::json;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use ukey_tests::pkcs11::USER_PIN;
use ukey_tests::{Program, release_file};

/// Like nothing else in memory.
const NEW_PIN: &str = "Qz7!wK3-xV9";
const WRONG_PIN: &str = "Jd5_mT8+hB2";

/// A process's writable memory, by proc(5).
///
/// # Errors
/// `PermissionDenied` for a process that lets nobody but root look.
fn memory_of(id: u32) -> io::Result<Vec<u8>> {
    let mut memory = File::open(format!("/proc/{id}/mem"))?;
    let mut all = Vec::new();
    for line in fs::read_to_string(format!("/proc/{id}/maps"))?.lines() {
        let mut fields = line.split(' ');
        let (Some(range), Some(rights)) = (fields.next(), fields.next()) else {
            continue;
        };
        if !rights.starts_with("rw") {
            continue;
        }
        let (from, to) = range.split_once('-').unwrap();
        let at = |text| u64::from_str_radix(text, 16).unwrap();
        let (from, to) = (at(from), at(to));
        memory.seek(SeekFrom::Start(from))?;
        let mut part = Vec::new();
        // Pages that cannot be read are in no core either.
        (&mut memory).take(to - from).read_to_end(&mut part).ok();
        all.extend(part);
    }
    Ok(all)
}

fn contains(memory: &[u8], text: &str) -> bool {
    memory
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[test]
fn the_pin_does_not_stay_in_the_agents_memory() {
    let mut lab = Lab::new();
    let (id, _) = lab.certificate("sign");
    let (_, recipient) = lab.certificate("encrypt");
    lab.bidder.type_pins(&[USER_PIN, NEW_PIN, NEW_PIN]);
    lab.result("changePin", json!({ "certId": id }));
    let how = json!({ "certId": id, "format": "cms" });
    lab.bidder.type_pins(&[WRONG_PIN, NEW_PIN]);
    lab.result("sign", json!({ "data": base64(b"tender"), "how": how }));
    let sealed = lab.result(
        "encrypt",
        json!({ "data": base64(b"tender"), "recipients": [base64(&recipient)] }),
    );
    lab.bidder.type_pins(&[NEW_PIN]);
    let opened = lab.result("decrypt", json!({ "data": sealed["data"] }));
    assert_eq!(bytes(&opened["data"]), b"tender");

    match memory_of(lab.pipe.agent.id()) {
        // That is the answer to everybody but root.
        Err(error) => assert_eq!(error.kind(), io::ErrorKind::PermissionDenied, "{error}"),
        Ok(memory) => {
            assert!(contains(&memory, PAGE), "what does stay is found");
            for pin in [NEW_PIN, WRONG_PIN] {
                assert!(!contains(&memory, pin), "{pin} is in the agent's memory");
            }
        }
    }
}

/// A shell that lets what it becomes write a core into its folder.
fn with_cores(then: &str) -> Vec<String> {
    let script = format!("ulimit -c unlimited 2>/dev/null || :; {then}");
    ["-c", &script].map(str::to_owned).to_vec()
}

#[test]
fn a_crash_of_the_agent_leaves_no_core() {
    let agent = release_file("ukey-agent").unwrap();
    let script = with_cores(&format!("exec '{}' native-host", agent.display()));
    let mut lab = Lab::of(Command::new("sh").args(script));
    lab.certificate("sign");
    let id = lab.pipe.agent.id().to_string();
    let kill = Program::new("sh").args(["-c", &format!("kill -s ABRT {id}")]);
    kill.succeed().unwrap();
    let status = lab.pipe.agent.wait().unwrap();
    assert_eq!(status.signal(), Some(6), "{status}");
    assert!(!status.core_dumped(), "{status}");

    // The same of a program that does not mind, where this machine writes cores at all.
    let script = with_cores("kill -s ABRT $$");
    let plain = Program::new("sh")
        .args(script)
        .current_dir(lab.bidder.folder());
    let plain = plain.run().unwrap().status;
    if !plain.core_dumped() {
        eprintln!("this machine writes no cores: {plain}");
    }
}
