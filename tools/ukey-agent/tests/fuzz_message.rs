//! The fuzz target over frames and messages, for a second and without a fuzzer: right messages with wrong bytes.
#![allow(missing_docs)]

#[path = "../../../fuzz/agent_message.rs"]
mod agent_message;
#[path = "../../../fuzz/bytes.rs"]
mod bytes;

const RIGHT: [&str; 4] = [
    r#"{"v":1,"id":"7","method":"sign","params":{"data":"AA==","how":{"certId":"0","format":"cms"}},"origin":"https://bid.example.cn","lang":"zh"}"#,
    r#"{"v":1,"id":"x1","method":"cancel"}"#,
    r#"{"v":1,"id":"x","method":"checkPin","params":{"certId":"0","deep":[{"passWd":"x"}]},"origin":"https://bid.example.cn"}"#,
    r#"{"v":1,"id":"x","method":"status","params":{},"origin":"http://localhost:80","lang":"\u202e"}"#,
];

#[test]
fn messages_of_any_bytes_get_an_answer() {
    bytes::for_seconds(1, 1000, |random| {
        let mut message = RIGHT[random.below(RIGHT.len())].as_bytes().to_vec();
        for _ in 0..random.below(4) {
            let at = random.below(message.len());
            match random.below(4) {
                0 => message[at] = random.below(256) as u8,
                1 => message.truncate(at.max(1)),
                2 => message.insert(at, b"{}[]\",:0"[random.below(8)]),
                _ => message.extend_from_within(at..),
            }
        }
        let mut framed = (message.len() as u32).to_ne_bytes().to_vec();
        framed.extend_from_slice(&message);
        agent_message::run(&message);
        agent_message::run(&framed);
    });
}
