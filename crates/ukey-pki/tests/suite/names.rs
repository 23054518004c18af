//! Distinguished names as text and as DER.

use ukey_pki::{Error, Name, oid};

use crate::support::Lab;

#[test]
fn the_text_form_keeps_the_order_of_the_encoding() {
    let name: Name = "C=CN,ST=北京市 ; O=甲\\, 乙公司, OU=a+OU=b, CN=张三"
        .parse()
        .unwrap();
    assert_eq!(
        name.to_string(),
        "C=CN, ST=北京市, O=甲\\, 乙公司, OU=a+OU=b, CN=张三"
    );
    assert_eq!(name.common_name(), Some("张三"));
    assert_eq!(name.get(oid::ORGANIZATION_NAME), Some("甲, 乙公司"));
    assert_eq!(name.to_string().parse::<Name>().unwrap(), name);
}

#[test]
fn the_encoding_is_the_one_openssl_makes() {
    let lab = Lab::new();
    lab.openssl(&[
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:SM2",
        "-out",
        "k",
    ]);
    lab.openssl(&[
        "req",
        "-new",
        "-key",
        "k",
        "-utf8",
        "-subj",
        "/C=CN/O=公司/CN=张三/serialNumber=91110000",
        "-sm3",
        "-sigopt",
        crate::support::DISTID,
        "-outform",
        "DER",
        "-out",
        "csr",
    ]);
    let request = ukey_pki::CertificationRequest::from_der(&lab.read("csr")).unwrap();
    let ours: Name = "C=CN, O=公司, CN=张三, SERIALNUMBER=91110000"
        .parse()
        .unwrap();
    assert_eq!(request.subject().as_der(), ours.as_der());
}

#[test]
fn equality_ignores_string_type_case_and_spaces() {
    let utf8 = Name::from_der(
        &hex::decode("3012 3110 300E 0603550403 0C07 41636D65 20 436F".replace(' ', "")).unwrap(),
    );
    let printable = Name::from_der(
        &hex::decode("3013 3111 300F 0603550403 1308 61636D65 2020 634F".replace(' ', "")).unwrap(),
    );
    let other = Name::from_der(
        &hex::decode("3012 3110 300E 0603550403 0C07 41636D65 20 436E".replace(' ', "")).unwrap(),
    );
    assert_eq!(utf8.as_ref().unwrap(), &printable.unwrap());
    assert_ne!(utf8.unwrap(), other.unwrap());
}

#[test]
fn wrong_text_is_refused_with_a_reason() {
    for (text, reason) in [
        ("", "no '='"),
        ("CN", "no '='"),
        ("CN=", "empty"),
        ("C=CHN", "two-letter"),
        ("C=中国", "not allowed"),
        ("XYZ=1", "unknown attribute"),
        ("E=张@example.cn", "not allowed"),
    ] {
        match text.parse::<Name>() {
            Err(Error::Invalid { reason: found, .. }) => {
                assert!(found.contains(reason), "{text}: {found}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}
