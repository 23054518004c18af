//! Limits of the card.

/// How much a card takes. The defaults suit a token of 4 MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Applications on the device.
    pub max_applications: usize,
    /// Containers per application.
    pub max_containers: u8,
    /// Certificates per application.
    pub max_certs: u8,
    /// Files per application.
    pub max_files: u16,
    /// Session keys in working memory.
    pub max_session_keys: usize,
    /// Key agreements begun and not ended.
    pub max_agreements: usize,
    /// Longest data field of one answer, in bytes; longer answers come in pieces.
    pub max_response_data: usize,
    /// Longest data field of one command APDU that `GetDevInfo` announces, in bytes.
    pub max_command_data: u16,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_applications: 16,
            max_containers: 64,
            max_certs: 128,
            max_files: 256,
            max_session_keys: 64,
            max_agreements: 16,
            // A vpcd message has at most 65535 bytes: two of an answer are the status word, nine
            // of a command are header and length fields.
            max_response_data: 65_533,
            max_command_data: 65_526,
        }
    }
}
