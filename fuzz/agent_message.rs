//! What a browser's pipe may bring the agent: frames cut anywhere, and messages of any bytes.

use ukey_agent::frame::{self, Frame};
use ukey_agent::origin::Origin;
use ukey_agent::request::{self, Message};

/// Reads all frames of `data`, then `data` itself as one message, and its text as an origin.
pub(crate) fn run(data: &[u8]) {
    let mut input = data;
    while let Ok(frame) = frame::read(&mut input) {
        match frame {
            Frame::End => break,
            Frame::TooLong => {}
            Frame::Message(message) => read(&message),
        }
    }
    read(data);
}

/// What is let through is whole: an origin that is one, and no PIN anywhere.
fn read(message: &[u8]) {
    let Ok(Message::Request(request)) = request::parse(message, false) else {
        return;
    };
    let origin = request.origin.as_str();
    assert!(origin.starts_with("https://"), "{origin}");
    assert_eq!(
        Origin::parse(origin, false)
            .map(|o| o.as_str().to_owned())
            .ok()
            .as_deref(),
        Some(origin)
    );
    let text = String::from_utf8_lossy(message).to_lowercase();
    assert!(!text.contains("\"passwd\":"), "{text}");
}
