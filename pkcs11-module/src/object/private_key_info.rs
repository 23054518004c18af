//! Private keys as PrivateKeyInfo (PKCS#8, RFC 5208, RFC 5958; the keys inside: RFC 8017, RFC 5915, RFC 8410), the form
//! in which they are wrapped.

use super::attribute::Attributes;
use super::curve::Curve;
use crate::abi::types::*;
use crate::rv::Error;
use ukey_crypto::rsa;
use zeroize::Zeroizing;

const SEQUENCE: u8 = 0x30;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const VERSION_0: [u8; 3] = [2, 1, 0];
const VERSION_1: [u8; 3] = [2, 1, 1];
/// rsaEncryption with NULL.
const RSA: [u8; 13] = [
    0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00,
];
/// Content of id-ecPublicKey.
const EC: [u8; 7] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];

/// One element of DER.
fn element(tag: u8, parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Zeroizing::new(Vec::with_capacity(len + 5));
    out.push(tag);
    match len {
        0..=0x7F => out.push(len as u8),
        0x80..=0xFF => out.extend_from_slice(&[0x81, len as u8]),
        _ => out.extend_from_slice(&[0x82, (len >> 8) as u8, len as u8]),
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// Reads one element; what follows it stays in `rest`.
fn read<'a>(rest: &mut &'a [u8], tag: u8) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_first_chunk::<2>()?;
    let (len, tail) = match head[1] {
        len @ 0..=0x7F => (usize::from(len), tail),
        0x81 => {
            let (len, tail) = tail.split_first()?;
            (usize::from(*len), tail)
        }
        0x82 => {
            let (len, tail) = tail.split_first_chunk()?;
            (usize::from(u16::from_be_bytes(*len)), tail)
        }
        _ => return None,
    };
    let (content, tail) = tail.split_at_checked(len)?;
    if head[0] != tag {
        return None;
    }
    *rest = tail;
    Some(content)
}

/// The PrivateKeyInfo of a key with these components.
///
/// # Errors
/// [`Error::KeyUnextractable`] for a key that has no such form.
pub(crate) fn encode(key: &Attributes) -> Result<Zeroizing<Vec<u8>>, Error> {
    let part = |attribute| key.bytes(attribute).ok_or(Error::KeyUnextractable);
    let (algorithm, private) = match key.bytes(CKA_EC_PARAMS).map(Curve::from_params) {
        None => {
            let rsa = rsa::PrivateKey::from_components(
                part(CKA_MODULUS)?,
                part(CKA_PUBLIC_EXPONENT)?,
                part(CKA_PRIVATE_EXPONENT)?,
                part(CKA_PRIME_1)?,
                part(CKA_PRIME_2)?,
            );
            let rsa = rsa.map_err(|_| Error::KeyUnextractable)?;
            (element(SEQUENCE, &[&RSA]), rsa.to_pkcs1_der())
        }
        Some(Ok(curve @ (Curve::Edwards | Curve::Montgomery))) => (
            element(SEQUENCE, &[&curve.params()]),
            element(OCTET_STRING, &[part(CKA_VALUE)?]),
        ),
        Some(Ok(curve)) => {
            let scalar = element(OCTET_STRING, &[part(CKA_VALUE)?]);
            let names = element(OBJECT_IDENTIFIER, &[&EC]);
            (
                element(SEQUENCE, &[&names, &curve.params()]),
                element(SEQUENCE, &[&VERSION_1, &scalar]),
            )
        }
        Some(Err(_)) => return Err(Error::KeyUnextractable),
    };
    let private = element(OCTET_STRING, &[&private]);
    Ok(element(SEQUENCE, &[&VERSION_0, &algorithm, &private]))
}

/// The type and the components of the key in a PrivateKeyInfo; `None` for what is none or of no type of ours.
pub(crate) fn decode(info: &[u8]) -> Option<Attributes> {
    let mut info = info;
    let mut content = read(&mut info, SEQUENCE)?;
    read(&mut content, 2)?;
    let mut algorithm = read(&mut content, SEQUENCE)?;
    let private = read(&mut content, OCTET_STRING)?;
    if algorithm == RSA {
        let key = rsa::PrivateKey::from_pkcs1_der(private).ok()?;
        let mut attributes = super::material::HostKey::Rsa(key).components();
        attributes.set_number(CKA_KEY_TYPE, CKK_RSA);
        return Some(attributes);
    }
    let name = read(&mut algorithm, OBJECT_IDENTIFIER)?;
    let mut private = private;
    let (curve, value) = if name == EC {
        let curve = Curve::from_params(algorithm).ok()?;
        let mut key = read(&mut private, SEQUENCE)?;
        read(&mut key, 2)?;
        (curve, read(&mut key, OCTET_STRING)?)
    } else {
        let params = element(OBJECT_IDENTIFIER, &[name]);
        let curve = Curve::from_params(&params).ok()?;
        (curve, read(&mut private, OCTET_STRING)?)
    };
    let mut attributes = Attributes::default();
    let key_type = match curve {
        Curve::Sm2 | Curve::Nist(_) => CKK_EC,
        Curve::Edwards => CKK_EC_EDWARDS,
        Curve::Montgomery => CKK_EC_MONTGOMERY,
    };
    attributes.set_number(CKA_KEY_TYPE, key_type);
    attributes.set_bytes(CKA_EC_PARAMS, curve.params());
    attributes.set_bytes(CKA_VALUE, value);
    Some(attributes)
}
