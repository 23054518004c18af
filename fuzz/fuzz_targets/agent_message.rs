#![no_main]

#[path = "../agent_message.rs"]
mod agent_message;

libfuzzer_sys::fuzz_target!(|data: &[u8]| agent_message::run(data));
