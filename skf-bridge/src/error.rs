//! What can go wrong in a call, before it becomes a return code in [`crate::sar`].

/// The error of this crate.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The caller's memory (NULL, length, room).
    #[error(transparent)]
    Memory(#[from] ukey_ffi::Error),
    /// The token or the way to it.
    #[error(transparent)]
    Token(#[from] ukey_token::Error),
    /// Host-side cryptography.
    #[error(transparent)]
    Crypto(#[from] ukey_crypto::Error),
    /// The configuration cannot be used.
    #[error(transparent)]
    Configuration(#[from] ukey_host::ConfigError),
    /// Not a handle of the kind that the function takes, or closed already.
    #[error("no such {0} handle")]
    InvalidHandle(&'static str),
    /// An argument outside its range.
    #[error("invalid argument: {0}")]
    InvalidParameter(&'static str),
    /// An algorithm or a function that this library does not have.
    #[error("not supported: {0}")]
    NotSupported(&'static str),
    /// A name or label is empty or too long.
    #[error("{0} is empty or too long")]
    NameLength(&'static str),
    /// An application name is empty, too long or not text.
    #[error("application name is empty, too long or not UTF-8")]
    ApplicationName,
    /// A PIN type other than administrator and user.
    #[error("PIN type {0} is neither administrator nor user")]
    PinType(u32),
    /// Input data of a wrong length.
    #[error("{0} has a wrong length")]
    InputLength(&'static str),
    /// Input data of wrong content.
    #[error("{0} has wrong content")]
    InputData(&'static str),
    /// MAC input that is not whole blocks.
    #[error("MAC input is not a positive number of whole blocks")]
    MacLength,
    /// BitLen of an SM2 structure is not 256.
    #[error("SM2 key length {0} is not 256 bits")]
    EccBits(u32),
    /// BitLen of an RSA structure is not acceptable.
    #[error("RSA key length of {0} bits is not acceptable")]
    RsaBits(u32),
    /// No operation was started on this handle, or it has ended.
    #[error("no operation is running on this handle")]
    NotInitialized,
    /// The token gave another number of bytes than the mode gives.
    #[error("the token's answer has a wrong length")]
    Length,
    /// Wrong padding after decryption, or a ciphertext that is not whole blocks.
    #[error("padding is wrong")]
    Padding,
    /// An RSA private-key operation failed on its input.
    #[error("RSA decryption failed")]
    RsaDecryption,
    /// The signature does not verify.
    #[error("signature does not verify")]
    Signature,
    /// The key is not for this use.
    #[error("key is not for this use")]
    KeyUsage,
    /// Reading or writing behind the end of a file.
    #[error("range outside the file")]
    FileRange {
        /// Whether it was a write.
        writing: bool,
    },
    /// The container has keys of the other family.
    #[error("container holds another kind of key")]
    KeyType,
    /// No device of that name is present.
    #[error("no such device is present")]
    NoDevice,
}
