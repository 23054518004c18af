//! Status words.
//!
//! Marks (see the crate head): C for the general set and for 6A88, 6A94, 6A95; O for 6A9E and 63Cn;
//! P for 6A89, 6A8A, 6A93, 6A96, 6A97, 6A98.

use std::fmt;

/// SW1 SW2 of an answer, kept as it came: every one of the 65536 values survives.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StatusWord(pub u16);

impl StatusWord {
    /// 63Cn: the PIN is wrong and `tries_left` (at most 15) tries are left.
    pub const fn wrong_pin(tries_left: u8) -> Self {
        let shown = if tries_left > 15 { 15 } else { tries_left };
        Self(0x63C0 | shown as u16)
    }

    /// 61xx: so many more bytes wait for GET RESPONSE; 00 stands for 256 or more.
    pub const fn bytes_remaining(count: usize) -> Self {
        Self(0x6100 | if count > 255 { 0 } else { count as u16 })
    }

    /// 6Cxx: not executed; send the command again with Le = xx (00 stands for 256).
    pub const fn exact_length(count: usize) -> Self {
        Self(0x6C00 | (count & 0xFF) as u16)
    }

    /// 9000.
    pub const fn is_ok(self) -> bool {
        self.0 == 0x9000
    }
}

macro_rules! status_words {
    ($($(#[doc = $doc:literal])+ $constant:ident $kind:ident = $value:literal, $text:literal;)+) => {
        impl StatusWord {
            $($(#[doc = $doc])+ pub const $constant: Self = Self($value);)+
        }

        /// A status word by meaning. `StatusWord::from(word.kind()) == word` for every word.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum StatusKind {
            $($(#[doc = $doc])+ $kind,)+
            /// 61xx: xx bytes (0 = 256 or more) wait for GET RESPONSE.
            BytesRemaining(u8),
            /// 63Cn: wrong PIN, n tries left.
            WrongPin {
                /// 0 to 15.
                tries_left: u8,
            },
            /// 6Cxx: Le has to be xx (0 = 256).
            ExactLength(u8),
            /// Any other word.
            Other(u16),
        }

        impl StatusWord {
            /// What the word says.
            pub const fn kind(self) -> StatusKind {
                match self.0 {
                    $($value => StatusKind::$kind,)+
                    0x6100..=0x61FF => StatusKind::BytesRemaining(self.0 as u8),
                    0x63C0..=0x63CF => StatusKind::WrongPin { tries_left: (self.0 & 0x0F) as u8 },
                    0x6C00..=0x6CFF => StatusKind::ExactLength(self.0 as u8),
                    other => StatusKind::Other(other),
                }
            }

            /// The meaning in a few words.
            pub const fn text(self) -> &'static str {
                match self.0 {
                    $($value => $text,)+
                    0x6100..=0x61FF => "more data waiting",
                    0x63C0..=0x63CF => "wrong PIN",
                    0x6C00..=0x6CFF => "wrong expected length",
                    _ => "unknown status",
                }
            }
        }

        impl From<StatusKind> for StatusWord {
            fn from(kind: StatusKind) -> Self {
                match kind {
                    $(StatusKind::$kind => Self::$constant,)+
                    StatusKind::BytesRemaining(count) => Self(0x6100 | u16::from(count)),
                    StatusKind::WrongPin { tries_left } => Self::wrong_pin(tries_left),
                    StatusKind::ExactLength(count) => Self(0x6C00 | u16::from(count)),
                    StatusKind::Other(word) => Self(word),
                }
            }
        }

        #[cfg(test)]
        pub(crate) const NAMED: &[StatusWord] = &[$(StatusWord::$constant),+];
    };
}

status_words! {
    /// 9000 (C): done.
    OK Ok = 0x9000, "success";
    /// 6400 (C): failed, memory unchanged.
    EXECUTION_FAILED ExecutionFailed = 0x6400, "execution failed, memory unchanged";
    /// 6500 (C): failed, memory changed.
    MEMORY_CHANGED MemoryChanged = 0x6500, "execution failed, memory changed";
    /// 6581 (C): the memory could not be written.
    MEMORY_ERROR MemoryError = 0x6581, "memory write failed";
    /// 6700 (C): wrong length of the APDU or of a field in it.
    WRONG_LENGTH WrongLength = 0x6700, "wrong length";
    /// 6881 (C): logical channel not supported.
    CHANNEL_NOT_SUPPORTED ChannelNotSupported = 0x6881, "logical channel not supported";
    /// 6882 (C): secure messaging not supported.
    SECURE_MESSAGING_NOT_SUPPORTED SecureMessagingNotSupported = 0x6882, "secure messaging not supported";
    /// 6883 (ISO 7816-4): the last link of a chain was expected.
    LAST_LINK_EXPECTED LastLinkExpected = 0x6883, "last command of the chain expected";
    /// 6884 (ISO 7816-4): command chaining not supported.
    CHAINING_NOT_SUPPORTED ChainingNotSupported = 0x6884, "command chaining not supported";
    /// 6900 (C): command not allowed, no further reason.
    COMMAND_NOT_ALLOWED CommandNotAllowed = 0x6900, "command not allowed";
    /// 6981 (C): command does not fit the file structure.
    WRONG_FILE_STRUCTURE WrongFileStructure = 0x6981, "wrong file structure";
    /// 6982 (C): the security status is not satisfied: log in first.
    SECURITY_STATUS SecurityStatus = 0x6982, "security status not satisfied";
    /// 6983 (C): the authentication method is locked.
    AUTH_BLOCKED AuthBlocked = 0x6983, "authentication locked";
    /// 6984 (C): referenced data invalidated.
    REFERENCE_INVALIDATED ReferenceInvalidated = 0x6984, "referenced data invalid";
    /// 6985 (C): conditions of use not satisfied, such as no fresh challenge.
    CONDITIONS Conditions = 0x6985, "conditions of use not satisfied";
    /// 6986 (C): not allowed here.
    NOT_ALLOWED NotAllowed = 0x6986, "not allowed";
    /// 6A00 (C): wrong parameters, no further reason.
    WRONG_PARAMETERS WrongParameters = 0x6A00, "wrong parameters";
    /// 6A80 (C): the content of the data field is wrong.
    BAD_DATA BadData = 0x6A80, "incorrect data";
    /// 6A81 (C): function not supported.
    NOT_SUPPORTED NotSupported = 0x6A81, "function not supported";
    /// 6A82 (C): no such file.
    FILE_NOT_FOUND FileNotFound = 0x6A82, "file not found";
    /// 6A83 (C): no such record.
    RECORD_NOT_FOUND RecordNotFound = 0x6A83, "record not found";
    /// 6A84 (C): no space left.
    NO_SPACE NoSpace = 0x6A84, "not enough space";
    /// 6A85 (C): Lc does not fit the structure of the data.
    LENGTH_AGAINST_STRUCTURE LengthAgainstStructure = 0x6A85, "length inconsistent with the data structure";
    /// 6A86 (C): unknown P1 or P2.
    BAD_P1P2 BadP1P2 = 0x6A86, "incorrect P1 or P2";
    /// 6A87 (C): Lc does not fit P1 P2.
    LENGTH_AGAINST_P1P2 LengthAgainstP1P2 = 0x6A87, "length inconsistent with P1 P2";
    /// 6A88 (C): the application does not exist or is not open.
    APPLICATION_NOT_FOUND ApplicationNotFound = 0x6A88, "application not found";
    /// 6A89 (P): an application of that name exists.
    APPLICATION_EXISTS ApplicationExists = 0x6A89, "application exists";
    /// 6A8A (P): a file of that name exists.
    FILE_EXISTS FileExists = 0x6A8A, "file exists";
    /// 6A93 (P): a container of that name exists.
    CONTAINER_EXISTS ContainerExists = 0x6A93, "container exists";
    /// 6A94 (C): the container does not exist or is not open.
    CONTAINER_NOT_FOUND ContainerNotFound = 0x6A94, "container not found";
    /// 6A95 (C): the container has no such key pair.
    KEY_PAIR_NOT_FOUND KeyPairNotFound = 0x6A95, "key pair not found";
    /// 6A96 (P): the container has no such certificate.
    CERTIFICATE_NOT_FOUND CertificateNotFound = 0x6A96, "certificate not found";
    /// 6A97 (P): the application holds as many containers as it may.
    CONTAINER_LIMIT ContainerLimit = 0x6A97, "container limit reached";
    /// 6A98 (P): the signature does not verify.
    SIGNATURE_INVALID SignatureInvalid = 0x6A98, "signature invalid";
    /// 6A9E (O): more response data; send the same command again.
    MORE_DATA MoreData = 0x6A9E, "more response data";
    /// 6B00 (C): P1 P2 outside what the command can reach.
    PARAMETERS_OUT_OF_RANGE ParametersOutOfRange = 0x6B00, "P1 P2 out of range";
    /// 6D00 (C): unknown INS.
    INS Instruction = 0x6D00, "instruction not supported";
    /// 6E00 (C): unknown CLA, or the wrong one for the command.
    CLA Class = 0x6E00, "class not supported";
    /// 6F00 (C): failed, no diagnosis.
    NO_DIAGNOSIS NoDiagnosis = 0x6F00, "no diagnosis";
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X} ({})", self.0, self.text())
    }
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatusWord({self})")
    }
}

impl std::error::Error for StatusWord {}
