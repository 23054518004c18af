//! The semantics of the functions, on safe values. One file per chapter, named as in `abi/`.

pub(crate) mod access;
pub(crate) mod agreement;
pub(crate) mod application;
pub(crate) mod container;
pub(crate) mod device;
pub(crate) mod digest_mac;
pub(crate) mod ecc;
pub(crate) mod event;
pub(crate) mod file;
pub(crate) mod rsa;
pub(crate) mod running;
pub(crate) mod symmetric;

use zeroize::Zeroizing;

/// Most input bytes that one call takes. Above it a length is rather a negative number than a buffer.
pub(crate) const MAX_INPUT: usize = 0x7FFF_FFFF;

/// What a function with the two-call length rule answers.
pub(crate) enum Answer {
    /// To a length query: bytes that the result has, or has at most.
    Length(usize),
    /// The result.
    Data(Zeroizing<Vec<u8>>),
}

impl Answer {
    /// A result that is no secret.
    pub(crate) fn public(bytes: Vec<u8>) -> Self {
        Self::Data(Zeroizing::new(bytes))
    }
}

/// Cuts a name at nothing: it is text between 1 and `limit` bytes.
pub(crate) fn checked_name<'a>(
    name: &'a str,
    limit: usize,
    what: &'static str,
) -> Result<&'a str, crate::error::Error> {
    if name.is_empty() || name.len() > limit {
        return Err(crate::error::Error::NameLength(what));
    }
    Ok(name)
}
