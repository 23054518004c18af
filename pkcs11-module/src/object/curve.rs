//! Curves by their names in CKA_EC_PARAMS (PKCS#11 3.2, "Elliptic curve").

use crate::abi::types::*;
use crate::abi::vendor::CKK_SM2;
use crate::rv::Error;
use der::Decode;
use ukey_crypto::ec;

#[cfg(test)]
mod tests;

/// A curve that keys of this module can be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    /// The recommended curve of GB/T 32918.5.
    Sm2,
    /// A curve of SP 800-186.
    Nist(ec::Curve),
    /// Ed25519 (RFC 8032).
    Edwards,
    /// X25519 (RFC 7748).
    Montgomery,
}

/// SM2: 1.2.156.10197.1.301.
const SM2: [u8; 8] = [0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x82, 0x2D];
/// id-Ed25519 (RFC 8410): 1.3.101.112.
const ED25519: [u8; 3] = [0x2B, 0x65, 0x70];
/// id-X25519 (RFC 8410): 1.3.101.110.
const X25519: [u8; 3] = [0x2B, 0x65, 0x6E];
/// What Ed25519 was called before RFC 8410: 1.3.6.1.4.1.11591.15.1.
const ED25519_BEFORE: [u8; 9] = [0x2B, 0x06, 0x01, 0x04, 0x01, 0xDA, 0x47, 0x0F, 0x01];
/// What X25519 was called before RFC 8410: 1.3.6.1.4.1.3029.1.5.1.
const X25519_BEFORE: [u8; 10] = [0x2B, 0x06, 0x01, 0x04, 0x01, 0x97, 0x55, 0x01, 0x05, 0x01];

impl Curve {
    /// Every curve.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 6] = [
        Self::Sm2,
        Self::Nist(ec::Curve::P256),
        Self::Nist(ec::Curve::P384),
        Self::Nist(ec::Curve::P521),
        Self::Edwards,
        Self::Montgomery,
    ];

    /// The curve that CKA_EC_PARAMS names: by an object identifier or, for the curves of RFC 7748 and 8032, by the
    /// name in a PrintableString.
    ///
    /// # Errors
    /// [`Error::CurveNotSupported`] for another curve, [`Error::AttributeValueInvalid`] for what names none.
    pub(crate) fn from_params(params: &[u8]) -> Result<Self, Error> {
        let named =
            der::asn1::AnyRef::from_der(params).map_err(|_| Error::AttributeValueInvalid)?;
        let value = named.value();
        match der::Tagged::tag(&named) {
            der::Tag::ObjectIdentifier => match value {
                _ if value == SM2 => Ok(Self::Sm2),
                _ if value == ED25519 || value == ED25519_BEFORE => Ok(Self::Edwards),
                _ if value == X25519 || value == X25519_BEFORE => Ok(Self::Montgomery),
                _ => ec::Curve::ALL
                    .into_iter()
                    .find(|curve| curve.oid() == value)
                    .map(Self::Nist)
                    .ok_or(Error::CurveNotSupported),
            },
            der::Tag::PrintableString if value == b"edwards25519" => Ok(Self::Edwards),
            der::Tag::PrintableString if value == b"curve25519" => Ok(Self::Montgomery),
            _ => Err(Error::CurveNotSupported),
        }
    }

    /// Content of the object identifier that names the curve.
    pub(crate) fn oid(self) -> &'static [u8] {
        match self {
            Self::Sm2 => &SM2,
            Self::Nist(curve) => curve.oid(),
            Self::Edwards => &ED25519,
            Self::Montgomery => &X25519,
        }
    }

    /// CKA_EC_PARAMS.
    pub(crate) fn params(self) -> Vec<u8> {
        super::key::element(der::Tag::ObjectIdentifier, self.oid())
    }

    /// Whether keys of this type can be on the curve.
    pub(crate) fn fits(self, key_type: CK_KEY_TYPE) -> bool {
        match self {
            Self::Sm2 => matches!(key_type, CKK_SM2 | CKK_EC),
            Self::Nist(_) => key_type == CKK_EC,
            Self::Edwards => key_type == CKK_EC_EDWARDS,
            Self::Montgomery => key_type == CKK_EC_MONTGOMERY,
        }
    }
}

/// The curve of a key with these attributes: SM2 keys need not say theirs.
///
/// # Errors
/// [`Error::TemplateIncomplete`] without CKA_EC_PARAMS, those of [`Curve::from_params`],
/// [`Error::TemplateInconsistent`] for a curve of another type.
pub(crate) fn of_template(key_type: CK_KEY_TYPE, params: Option<&[u8]>) -> Result<Curve, Error> {
    let curve = match params {
        None if key_type == CKK_SM2 => Curve::Sm2,
        None => return Err(Error::TemplateIncomplete),
        Some(params) => Curve::from_params(params)?,
    };
    match curve.fits(key_type) {
        true => Ok(curve),
        // The type is another name of this one curve.
        false if key_type == CKK_SM2 => Err(Error::CurveNotSupported),
        false => Err(Error::TemplateInconsistent),
    }
}
