//! What no USBKEY can do with its keys.

super::message::messages! {
    "key-"
    fn no_move(from: &str, to: &str);
    fn no_attestation(container: &str);
}
