//! The two families of message content types.

use const_oid::ObjectIdentifier as Oid;

use crate::oid;

/// Which standard's identifiers and conventions a message is written in.
///
/// Readers need no such choice: they understand both, also mixed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Flavour {
    /// GB/T 35275 (GM/T 0010): content types under 1.2.156.10197.6.1.4.2, signature algorithm
    /// SM2-1, all versions 1.
    #[default]
    Gm,
    /// RFC 5652: content types under 1.2.840.113549.1.7, signature algorithm SM2-with-SM3, version
    /// numbers by the rules of the RFC.
    Pkcs7,
}

impl Flavour {
    pub(crate) fn data(self) -> Oid {
        match self {
            Self::Gm => oid::GM_DATA,
            Self::Pkcs7 => oid::PKCS7_DATA,
        }
    }

    pub(crate) fn signed_data(self) -> Oid {
        match self {
            Self::Gm => oid::GM_SIGNED_DATA,
            Self::Pkcs7 => oid::PKCS7_SIGNED_DATA,
        }
    }

    pub(crate) fn enveloped_data(self) -> Oid {
        match self {
            Self::Gm => oid::GM_ENVELOPED_DATA,
            Self::Pkcs7 => oid::PKCS7_ENVELOPED_DATA,
        }
    }

    /// The family in which `found` is the type that `select` picks.
    pub(crate) fn of(found: Oid, select: fn(Self) -> Oid) -> Option<Self> {
        [Self::Gm, Self::Pkcs7]
            .into_iter()
            .find(|flavour| select(*flavour) == found)
    }
}

/// Whether both are the type "data", of either family.
pub(crate) fn both_data(one: Oid, other: Oid) -> bool {
    Flavour::of(one, Flavour::data).is_some() && Flavour::of(other, Flavour::data).is_some()
}
