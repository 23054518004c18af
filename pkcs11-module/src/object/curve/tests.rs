#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn curves_are_known_by_their_names() {
    for curve in Curve::ALL {
        assert_eq!(Curve::from_params(&curve.params()), Ok(curve));
    }
    let name = |text: &[u8]| crate::object::key::element(der::Tag::PrintableString, text);
    assert_eq!(
        Curve::from_params(&name(b"edwards25519")),
        Ok(Curve::Edwards)
    );
    assert_eq!(
        Curve::from_params(&name(b"edwards448")),
        Err(Error::CurveNotSupported)
    );
    // secp256k1, and half an object identifier.
    assert_eq!(
        Curve::from_params(&hex::decode("06052b8104000a").unwrap()),
        Err(Error::CurveNotSupported)
    );
    assert_eq!(
        Curve::from_params(&hex::decode("06052b81").unwrap()),
        Err(Error::AttributeValueInvalid)
    );
}
