//! The fuzz target over frames and messages, for a second and without a fuzzer: right messages with wrong
//! bytes, from a generator that is the same everywhere.
#![allow(missing_docs)]

#[path = "../../../fuzz/agent_message.rs"]
mod agent_message;

use std::time::{Duration, Instant};

const RIGHT: [&str; 4] = [
    r#"{"v":1,"id":"7","method":"sign","params":{"data":"AA==","how":{"certId":"0","format":"cms"}},"origin":"https://bid.example.cn","lang":"zh"}"#,
    r#"{"v":1,"id":"x1","method":"cancel"}"#,
    r#"{"v":1,"id":"x","method":"checkPin","params":{"certId":"0","deep":[{"passWd":"x"}]},"origin":"https://bid.example.cn"}"#,
    r#"{"v":1,"id":"x","method":"status","params":{},"origin":"http://localhost:80","lang":"\u202e"}"#,
];

#[test]
fn messages_of_any_bytes_get_an_answer() {
    let mut state = 0x2026_1122_u64;
    let mut roll = move || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 48) as usize
    };
    let (end, mut messages) = (Instant::now() + Duration::from_secs(1), 0);
    while Instant::now() < end || messages < 1000 {
        let mut message = RIGHT[roll() % RIGHT.len()].as_bytes().to_vec();
        for _ in 0..roll() % 4 {
            let at = roll() % message.len();
            match roll() % 4 {
                0 => message[at] = roll() as u8,
                1 => message.truncate(at.max(1)),
                2 => message.insert(at, b"{}[]\",:0"[roll() % 8]),
                _ => message.extend_from_within(at..),
            }
        }
        let mut framed = (message.len() as u32).to_ne_bytes().to_vec();
        framed.extend_from_slice(&message);
        agent_message::run(&message);
        agent_message::run(&framed);
        messages += 1;
    }
}
