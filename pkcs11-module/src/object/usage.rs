//! What a key may be used for when its maker does not say: all that its type can do.

use super::attribute::{Attributes, Value};
use crate::abi::types::*;
use crate::abi::vendor::{CKK_SM2, CKK_SM4};

/// The usage flags of a class.
fn flags(class: CK_OBJECT_CLASS) -> &'static [CK_ATTRIBUTE_TYPE] {
    match class {
        CKO_PUBLIC_KEY => &[
            CKA_ENCRYPT,
            CKA_VERIFY,
            CKA_VERIFY_RECOVER,
            CKA_WRAP,
            CKA_ENCAPSULATE,
            CKA_DERIVE,
        ],
        CKO_PRIVATE_KEY => &[
            CKA_DECRYPT,
            CKA_SIGN,
            CKA_SIGN_RECOVER,
            CKA_UNWRAP,
            CKA_DECAPSULATE,
            CKA_DERIVE,
        ],
        CKO_SECRET_KEY => &[
            CKA_ENCRYPT,
            CKA_DECRYPT,
            CKA_SIGN,
            CKA_VERIFY,
            CKA_WRAP,
            CKA_UNWRAP,
            CKA_DERIVE,
        ],
        _ => &[],
    }
}

/// What keys of a type can do.
fn can(class: CK_OBJECT_CLASS, key_type: CK_KEY_TYPE) -> &'static [CK_ATTRIBUTE_TYPE] {
    match (class, key_type) {
        (CKO_PUBLIC_KEY, CKK_RSA) => &[
            CKA_ENCRYPT,
            CKA_VERIFY,
            CKA_VERIFY_RECOVER,
            CKA_WRAP,
            CKA_ENCAPSULATE,
        ],
        (CKO_PUBLIC_KEY, CKK_SM2) => &[CKA_ENCRYPT, CKA_VERIFY, CKA_WRAP],
        (CKO_PUBLIC_KEY, CKK_EC) => &[CKA_VERIFY, CKA_ENCAPSULATE],
        (CKO_PUBLIC_KEY, CKK_EC_EDWARDS) => &[CKA_VERIFY],
        (CKO_PUBLIC_KEY, CKK_EC_MONTGOMERY) => &[CKA_ENCAPSULATE],
        (CKO_PRIVATE_KEY, CKK_RSA) => &[
            CKA_DECRYPT,
            CKA_SIGN,
            CKA_SIGN_RECOVER,
            CKA_UNWRAP,
            CKA_DECAPSULATE,
        ],
        (CKO_PRIVATE_KEY, CKK_SM2) => &[CKA_DECRYPT, CKA_SIGN, CKA_UNWRAP, CKA_DERIVE],
        (CKO_PRIVATE_KEY, CKK_EC) => &[CKA_SIGN, CKA_DERIVE, CKA_DECAPSULATE],
        (CKO_PRIVATE_KEY, CKK_EC_EDWARDS) => &[CKA_SIGN],
        (CKO_PRIVATE_KEY, CKK_EC_MONTGOMERY) => &[CKA_DERIVE, CKA_DECAPSULATE],
        (CKO_SECRET_KEY, CKK_HKDF) => &[CKA_DERIVE],
        (CKO_SECRET_KEY, CKK_AES | CKK_SM4) => flags(CKO_SECRET_KEY),
        (CKO_SECRET_KEY, CKK_AES_XTS) => &[CKA_ENCRYPT, CKA_DECRYPT],
        (CKO_SECRET_KEY, _) => &[CKA_SIGN, CKA_VERIFY, CKA_DERIVE],
        _ => &[],
    }
}

/// A caller who names what a key is for gets that; one who names nothing gets all that the type can do. A key on the
/// SM2 curve that calls itself an EC key can do what SM2 keys can.
pub(crate) fn set_default_usage(attributes: &mut Attributes, class: CK_OBJECT_CLASS, sm2: bool) {
    let key_type = match attributes.number(CKA_KEY_TYPE) {
        _ if sm2 => CKK_SM2,
        Some(key_type) => key_type,
        None => return,
    };
    let named = flags(class)
        .iter()
        .any(|attribute| attributes.flag(*attribute));
    let can = can(class, key_type);
    for attribute in flags(class) {
        let allowed = !named && can.contains(attribute);
        attributes.set_default(*attribute, Value::Bool(allowed));
    }
}
