//! Numbers that name things: opened applications and containers, keys, rights, algorithms.

use std::fmt;
use std::ops::BitOr;

use crate::message::Selector;
use crate::wire::{DecodeError, Field, Reader, Writer};

macro_rules! numbers {
    ($($(#[$meta:meta])* $name:ident($integer:ident);)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $integer);

        impl Field for $name {
            fn put(&self, writer: &mut Writer) {
                self.0.put(writer);
            }
            fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                Field::get(reader).map(Self)
            }
        }

        #[cfg(test)]
        impl crate::tests::sample::Sample for $name {
            fn sample(source: &mut crate::tests::sample::Source) -> Self {
                Self(crate::tests::sample::Sample::sample(source))
            }
        }
    )+};
}

numbers! {
    /// An opened application, as OpenApplication numbered it (C: 2 bytes). Opaque to the host and
    /// worth nothing after a reset.
    AppId(u16);
    /// An opened container, as OpenContainer numbered it (C: 2 bytes). Opaque to the host.
    ContainerId(u16);
    /// A session key inside the token (P: 2 bytes).
    SessionKeyId(u16);
    /// A key agreement begun with GenerateAgreementDataWithECC (P: 2 bytes).
    AgreementId(u16);
    /// An object of the extension family (P: 4 bytes); 0 asks for a new one.
    ObjectId(u32);
    /// Who may do something: an OR of the `SECURE_*_ACCOUNT` values of GM/T 0016.
    Rights(u32);
    /// An algorithm number of GM/T 0006 (`SGD_*`).
    AlgId(u32);
}

impl ObjectId {
    /// In WriteObject: make a new object.
    pub const NEW: Self = Self(0);
}

impl Rights {
    /// Nobody.
    pub const NEVER: Self = Self(0x00);
    /// The administrator.
    pub const ADMIN: Self = Self(0x01);
    /// The user.
    pub const USER: Self = Self(0x10);
    /// Anyone, without a PIN.
    pub const ANYONE: Self = Self(0xFF);

    /// Whether anyone may.
    pub fn anyone(self) -> bool {
        self.0 & Self::ANYONE.0 == Self::ANYONE.0
    }

    /// Whether every right of `other` is in `self`.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for Rights {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

macro_rules! algorithms {
    ($($(#[$meta:meta])* $name:ident = $value:literal;)+) => {
        impl AlgId {
            $($(#[$meta])* pub const $name: Self = Self($value);)+
        }
        impl fmt::Display for AlgId {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match *self {
                    $(Self::$name => f.write_str(stringify!($name)),)+
                    Self(other) => write!(f, "algorithm {other:#010x}"),
                }
            }
        }
    };
}

algorithms! {
    /// SM1, ECB.
    SGD_SM1_ECB = 0x101;
    /// SM1, CBC.
    SGD_SM1_CBC = 0x102;
    /// SM1, CFB.
    SGD_SM1_CFB = 0x104;
    /// SM1, OFB.
    SGD_SM1_OFB = 0x108;
    /// SM1, CBC-MAC.
    SGD_SM1_MAC = 0x110;
    /// SSF33, ECB.
    SGD_SSF33_ECB = 0x201;
    /// SSF33, CBC.
    SGD_SSF33_CBC = 0x202;
    /// SSF33, CFB.
    SGD_SSF33_CFB = 0x204;
    /// SSF33, OFB.
    SGD_SSF33_OFB = 0x208;
    /// SSF33, CBC-MAC.
    SGD_SSF33_MAC = 0x210;
    /// SM4 (SMS4), ECB.
    SGD_SM4_ECB = 0x401;
    /// SM4, CBC.
    SGD_SM4_CBC = 0x402;
    /// SM4, CFB.
    SGD_SM4_CFB = 0x404;
    /// SM4, OFB.
    SGD_SM4_OFB = 0x408;
    /// SM4, CBC-MAC.
    SGD_SM4_MAC = 0x410;
    /// SM3.
    SGD_SM3 = 0x01;
    /// SHA-1.
    SGD_SHA1 = 0x02;
    /// SHA-256.
    SGD_SHA256 = 0x04;
    /// RSA.
    SGD_RSA = 0x0001_0000;
    /// SM2 as a whole; also the signature of the 2010 numbering. GM/T 0006-2012.
    SGD_SM2 = 0x0002_0100;
    /// SM2 signature, GM/T 0006-2012.
    SGD_SM2_1 = 0x0002_0200;
    /// SM2 key exchange, GM/T 0006-2012.
    SGD_SM2_2 = 0x0002_0400;
    /// SM2 encryption, GM/T 0006-2012.
    SGD_SM2_3 = 0x0002_0800;
}

/// Declares a choice that travels as one byte, in P1 or in the data.
macro_rules! choices {
    ($($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $value:literal,)+ })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$vmeta])* $variant = $value,)+ }

        impl Selector for $name {
            fn to_parameter(self) -> u8 {
                self as u8
            }
            fn from_parameter(value: u8) -> Option<Self> {
                match value {
                    $($value => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl Field for $name {
            fn put(&self, writer: &mut Writer) {
                writer.u8(*self as u8);
            }
            fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                Self::from_parameter(reader.u8()?).ok_or(DecodeError::Invalid(stringify!($name)))
            }
        }

        #[cfg(test)]
        impl crate::tests::sample::Sample for $name {
            fn sample(source: &mut crate::tests::sample::Source) -> Self {
                source.one_of(&[$(Self::$variant),+])
            }
        }
    )+};
}

pub(crate) use choices;

choices! {
    /// Which of the two pairs (and certificates) of a container.
    KeyUsage {
        /// The encryption pair.
        Encryption = 0,
        /// The signature pair.
        Signature = 1,
    }
    /// Whose PIN (numbers of GM/T 0016).
    PinType {
        /// The administrator's.
        Admin = 0,
        /// The user's.
        User = 1,
    }
    /// What is known about a PIN besides its try counter.
    PinState {
        /// It was changed since it was first set.
        Changed = 0,
        /// It is still the value the application was created with.
        Default = 1,
        /// There is none yet (extension; a plain GM/T 0017 token knows 0 and 1 only).
        NotSet = 2,
    }
    /// What a container holds (numbers of GM/T 0016).
    ContainerType {
        /// No key yet.
        Empty = 0,
        /// RSA pairs.
        Rsa = 1,
        /// ECC (SM2) pairs.
        Ecc = 2,
    }
    /// How the session key of ImportSessionKey is wrapped.
    KeyWrap {
        /// RSA PKCS#1 v1.5.
        Rsa = 0,
        /// SM2 cipher structure.
        Ecc = 1,
    }
}
