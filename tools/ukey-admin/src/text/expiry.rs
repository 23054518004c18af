//! Notices that a certificate is about to end.

super::message::messages! {
    "expiry-"
    /// On standard error of commands that use the certificate.
    fn ends(name: &str, day: &str, days_left: i64);
    fn wanted_days();
}
