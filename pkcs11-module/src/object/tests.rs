#![allow(clippy::unwrap_used)]

use super::curve::Curve;
use super::records::Records;
use super::rule::RULES;
use super::stored::{Kind, Record};
use super::template::{RawAttribute, check_change, check_creation, parse, parse_search};
use super::view::{certificate_fingerprint, key_fingerprint, placed_objects, stored_object};
use super::*;
use crate::abi::vendor::CKK_SM2;
use hex::FromHex;
use ukey_crypto::hash::HashAlg;
use ukey_token::view::{ContainerKind, ContainerView, ObjectView, Side as ViewSide, StoredObject};

/// Made by OpenSSL 3.0: `openssl req -x509` with an SM2 key.
const CERTIFICATE: &[u8] = include_bytes!("../../tests/data/sm2-certificate.der");

fn raw(attribute: CK_ATTRIBUTE_TYPE, value: &[u8]) -> RawAttribute {
    RawAttribute {
        attribute,
        value: value.to_vec().into(),
        nested: None,
    }
}

fn number(value: CK_ULONG) -> Vec<u8> {
    value.to_ne_bytes().to_vec()
}

/// All objects of a view.
fn objects(view: &ObjectView) -> Vec<Object> {
    let (mut records, mut own) = (Records::default(), Vec::new());
    for stored in &view.objects {
        match Record::decode(&stored.data) {
            Some(record) if record.kind == Kind::Object => {
                own.push(stored_object(stored, record.attributes));
            }
            Some(record) => records.note(stored.id, &stored.owner, record),
            None => {}
        }
    }
    let mut objects = placed_objects(view, &records);
    objects.extend(own);
    objects
}

/// The key of GB/T 32918.2's example on the recommended curve.
fn sm2_key() -> PublicKey {
    PublicKey::from(&sm2_view_key())
}

fn sm2_view_key() -> ukey_token::view::PublicKey {
    let x =
        Vec::from_hex("09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020").unwrap();
    let y =
        Vec::from_hex("CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13").unwrap();
    ukey_token::view::PublicKey::Sm2(ukey_crypto::sm2::PublicKey::from_xy(&x, &y).unwrap())
}

fn double_container() -> ContainerView {
    let side = |certificate: Option<&[u8]>| ViewSide {
        public_key: Some(sm2_view_key()),
        certificate: certificate.map(<[u8]>::to_vec),
    };
    ContainerView {
        name: "bid".to_owned(),
        kind: ContainerKind::Sm2,
        signature: side(Some(CERTIFICATE)),
        encryption: side(None),
        retired: false,
    }
}

fn stored(id: u32, owner: &str, kind: Kind, attributes: Attributes) -> StoredObject {
    let data = Record {
        kind,
        side: Side::Signature,
        attributes,
    }
    .encode();
    StoredObject {
        id,
        private: false,
        owner: owner.to_owned(),
        key: None,
        data,
    }
}

fn view(containers: Vec<ContainerView>, objects: Vec<StoredObject>) -> ObjectView {
    ObjectView {
        containers: containers.into(),
        objects: objects.into_iter().collect(),
        ..ObjectView::default()
    }
}

fn bytes(attribute: CK_ATTRIBUTE_TYPE, value: &[u8]) -> Attributes {
    let mut attributes = Attributes::default();
    attributes.set_bytes(attribute, value);
    attributes
}

#[test]
fn every_attribute_of_a_class_is_there_once() {
    for (index, rule) in RULES.iter().enumerate() {
        for other in &RULES[index + 1..] {
            if other.attribute == rule.attribute {
                assert_eq!(other.kind, rule.kind, "{:#x}", rule.attribute);
                for class in [
                    CKO_DATA,
                    CKO_CERTIFICATE,
                    CKO_PUBLIC_KEY,
                    CKO_PRIVATE_KEY,
                    CKO_SECRET_KEY,
                    CKO_DOMAIN_PARAMETERS,
                ] {
                    assert!(!(rule.classes.contains(class) && other.classes.contains(class)));
                }
            }
        }
    }
}

#[test]
fn values_of_the_wrong_size_are_refused() {
    for (attribute, value) in [
        (CKA_TOKEN, &[][..]),
        (CKA_TOKEN, &[1, 0][..]),
        (CKA_CLASS, &[0; 4][..]),
        (CKA_KEY_TYPE, &[0; 9][..]),
        (CKA_START_DATE, &[b'1'; 7][..]),
        (CKA_ALLOWED_MECHANISMS, &[0; 12][..]),
    ] {
        assert_eq!(
            parse(&[raw(attribute, value)]),
            Err(Error::AttributeValueInvalid)
        );
        assert_eq!(
            parse_search(&[raw(attribute, value)]),
            Err(Error::AttributeValueInvalid)
        );
    }
}

#[test]
fn attributes_of_others_are_refused_in_creation_and_match_nothing_in_a_search() {
    for attribute in [CKA_VENDOR_DEFINED | 0x1234, 0x7FFF_FFFF] {
        assert_eq!(
            parse(&[raw(attribute, &[1])]),
            Err(Error::AttributeTypeInvalid)
        );
        assert_eq!(parse_search(&[raw(attribute, &[1])]), Ok(None));
    }
}

#[test]
fn a_template_that_contradicts_itself_is_refused() {
    assert_eq!(
        parse(&[raw(CKA_ID, b"a"), raw(CKA_ID, b"b")]),
        Err(Error::TemplateInconsistent)
    );
    assert!(parse(&[raw(CKA_ID, b"a"), raw(CKA_ID, b"a")]).is_ok());
    assert_eq!(
        parse_search(&[raw(CKA_ID, b"a"), raw(CKA_ID, b"b")]),
        Ok(None)
    );
    let other_class = parse(&[raw(CKA_CLASS, &number(CKO_DATA))]).unwrap();
    assert_eq!(
        check_creation(&other_class, CKO_PUBLIC_KEY, false),
        Err(Error::TemplateInconsistent)
    );
}

#[test]
fn key_types_are_read_in_canonical_form() {
    for alias in [CKK_SM2, 0xFFFF_F001, 0x8000_0004, 0x8005_0002] {
        let read = parse(&[raw(CKA_KEY_TYPE, &number(alias))]).unwrap();
        assert_eq!(read.number(CKA_KEY_TYPE), Some(CKK_SM2));
    }
}

#[test]
fn what_the_library_sets_is_read_only() {
    for attribute in [CKA_LOCAL, CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE] {
        let template = parse(&[raw(attribute, &[1])]).unwrap();
        assert_eq!(
            check_creation(&template, CKO_PRIVATE_KEY, true),
            Err(Error::AttributeReadOnly)
        );
    }
    let trusted = parse(&[raw(CKA_TRUSTED, &[1])]).unwrap();
    assert_eq!(
        check_creation(&trusted, CKO_CERTIFICATE, false),
        Err(Error::AttributeReadOnly)
    );
    assert_eq!(check_creation(&trusted, CKO_CERTIFICATE, true), Ok(()));
}

#[test]
fn changes_go_only_the_ways_that_the_standard_allows() {
    let all = objects(&view(vec![double_container()], Vec::new()));
    let private = &all[0].attributes;
    let outcome = |attribute, value: &[u8]| {
        check_change(private, &parse(&[raw(attribute, value)]).unwrap(), false)
    };
    for attribute in [CKA_ID, CKA_LABEL, CKA_SUBJECT] {
        assert_eq!(outcome(attribute, b"new"), Ok(()));
    }
    assert_eq!(outcome(CKA_SENSITIVE, &[1]), Ok(()));
    assert_eq!(outcome(CKA_SENSITIVE, &[0]), Err(Error::AttributeReadOnly));
    assert_eq!(outcome(CKA_EXTRACTABLE, &[0]), Ok(()));
    assert_eq!(
        outcome(CKA_EXTRACTABLE, &[1]),
        Err(Error::AttributeReadOnly)
    );
    assert_eq!(outcome(CKA_COPYABLE, &[0]), Ok(()));
    assert_eq!(outcome(CKA_TOKEN, &[0]), Err(Error::AttributeReadOnly));
    assert_eq!(
        outcome(CKA_KEY_TYPE, &number(CKK_RSA)),
        Err(Error::AttributeReadOnly)
    );
    assert_eq!(
        outcome(CKA_APPLICATION, b"x"),
        Err(Error::AttributeTypeInvalid)
    );
}

#[test]
fn records_are_laid_out_as_documented() {
    let mut attributes = Attributes::default();
    attributes.set_flag(CKA_SIGN, true);
    attributes.set_number(CKA_KEY_TYPE, CKK_SM2);
    attributes.set_bytes(CKA_LABEL, b"ab".to_vec());
    attributes.set_flag(CKA_TOKEN, true); // said by the token itself
    let record = Record {
        kind: Kind::OfPrivateKey,
        side: Side::Signature,
        attributes,
    };
    let expected = concat!(
        "010101",
        "00000003",
        "00000002",
        "6162",
        "00000100",
        "00000008",
        "0000000080000016",
        "00000108",
        "00000001",
        "01",
    );
    assert_eq!(hex::encode(record.encode()), expected);
}

#[test]
fn records_come_back_as_they_were_and_broken_ones_not_at_all() {
    let mut attributes = Attributes::default();
    attributes.set_flag(CKA_SIGN, false);
    attributes.set_number(CKA_KEY_GEN_MECHANISM, CK_UNAVAILABLE_INFORMATION);
    attributes.set(
        CKA_ALLOWED_MECHANISMS,
        Value::Ulongs(vec![CKM_RSA_PKCS, CKM_SHA256]),
    );
    attributes.set_bytes(CKA_ID, []);
    for kind in [
        Kind::OfPrivateKey,
        Kind::OfPublicKey,
        Kind::OfCertificate,
        Kind::Object,
        Kind::HiddenPublicKey,
    ] {
        let record = Record {
            kind,
            side: Side::Encryption,
            attributes: attributes.clone(),
        };
        let encoded = record.encode();
        assert_eq!(Record::decode(&encoded).as_ref(), Some(&record));
        let whole: Vec<usize> = (0..encoded.len())
            .filter(|n| Record::decode(&encoded[..*n]).is_some())
            .collect();
        // Only cuts between two attributes give a record, and a shorter one.
        assert_eq!(whole.len(), attributes.iter().count());
    }
    for broken in [
        "",
        "01",
        "0101",
        "020101",
        "016301",
        "01010100000001000000020101",
        "01010100000003ffffffff",
    ] {
        assert_eq!(
            Record::decode(&Vec::from_hex(broken).unwrap()),
            None,
            "{broken}"
        );
    }
}

#[test]
fn the_fields_of_a_certificate_are_its_own_bytes() {
    let fields = x509::fields(CERTIFICATE).unwrap();
    assert_eq!(
        fields.serial_number,
        Vec::from_hex("020900A1B2C3D4E5F60718").unwrap()
    );
    assert_eq!(fields.issuer, fields.subject);
    assert!(
        fields
            .subject
            .windows(11)
            .any(|part| part == b"sm2.example")
    );
    assert_eq!(fields.public_key_info[..2], [0x30, 0x59]);
    for cut in 0..CERTIFICATE.len() {
        assert!(x509::fields(&CERTIFICATE[..cut]).is_none());
    }
    assert!(x509::fields(b"\x30\x03\x02\x01\x00").is_none());
}

#[test]
fn a_container_with_two_pairs_shows_two_triples() {
    let all = objects(&view(vec![double_container()], Vec::new()));
    let classes: Vec<CK_OBJECT_CLASS> = all.iter().map(Object::class).collect();
    assert_eq!(
        classes,
        [
            CKO_PRIVATE_KEY,
            CKO_PUBLIC_KEY,
            CKO_CERTIFICATE,
            CKO_PRIVATE_KEY,
            CKO_PUBLIC_KEY
        ]
    );
    let (signing, decrypting) = (&all[0].attributes, &all[3].attributes);
    assert!(signing.flag(CKA_SIGN) && !signing.flag(CKA_DECRYPT) && signing.flag(CKA_LOCAL));
    assert!(
        !decrypting.flag(CKA_SIGN) && decrypting.flag(CKA_DECRYPT) && !decrypting.flag(CKA_LOCAL)
    );
    assert!(signing.flag(CKA_NEVER_EXTRACTABLE) && !decrypting.flag(CKA_NEVER_EXTRACTABLE));
    let id = HashAlg::Sha1.digest(&all[1].attributes.bytes(CKA_EC_POINT).unwrap()[2..]);
    for object in &all[..3] {
        assert_eq!(object.attributes.bytes(CKA_ID), Some(&id[..]));
        assert_eq!(object.attributes.bytes(CKA_LABEL), Some(&b"bid"[..]));
    }
    let unique: std::collections::HashSet<_> = all
        .iter()
        .map(|object| object.attributes.bytes(CKA_UNIQUE_ID).unwrap().to_vec())
        .collect();
    assert_eq!(unique.len(), all.len());
}

#[test]
fn records_override_what_the_container_says_and_link_the_pair() {
    let records = vec![
        stored(1, "bid", Kind::OfPrivateKey, bytes(CKA_ID, b"one")),
        stored(
            2,
            "bid",
            Kind::OfCertificate,
            bytes(CKA_LABEL, b"certificate"),
        ),
        stored(
            3,
            "another",
            Kind::OfPublicKey,
            bytes(CKA_LABEL, b"of nothing"),
        ),
    ];
    let all = objects(&view(vec![double_container()], records));
    for object in &all[..3] {
        assert_eq!(object.attributes.bytes(CKA_ID), Some(&b"one"[..]));
    }
    assert_eq!(
        all[2].attributes.bytes(CKA_LABEL),
        Some(&b"certificate"[..])
    );
    assert_ne!(all[3].attributes.bytes(CKA_ID), Some(&b"one"[..]));
    assert_eq!(all.len(), 5);
}

#[test]
fn records_cannot_change_the_key_itself() {
    let mut lie = bytes(CKA_EC_POINT, b"another point");
    lie.set_bytes(CKA_EC_PARAMS, b"another curve");
    let all = objects(&view(
        vec![double_container()],
        vec![stored(1, "bid", Kind::OfPublicKey, lie)],
    ));
    assert_eq!(
        all[1].attributes.bytes(CKA_EC_PARAMS),
        Some(&Curve::Sm2.params()[..])
    );
    assert_eq!(all[1].attributes.bytes(CKA_EC_POINT).unwrap().len(), 67);
}

#[test]
fn what_was_destroyed_is_hidden_until_another_takes_its_place() {
    let hidden = vec![
        stored(
            1,
            "bid",
            Kind::HiddenPublicKey,
            bytes(CKA_VALUE, &key_fingerprint(&sm2_key())),
        ),
        stored(
            2,
            "bid",
            Kind::HiddenCertificate,
            bytes(CKA_VALUE, &certificate_fingerprint(CERTIFICATE)),
        ),
    ];
    let all = objects(&view(vec![double_container()], hidden.clone()));
    assert_eq!(all[0].class(), CKO_PRIVATE_KEY);
    assert_eq!(all[1].class(), CKO_PRIVATE_KEY);
    let mut renewed = double_container();
    renewed.signature.certificate = Some(b"another certificate".to_vec());
    let all = objects(&view(vec![renewed], hidden));
    assert!(all.iter().any(|object| object.class() == CKO_CERTIFICATE));
}

#[test]
fn private_components_are_sensitive_and_never_match() {
    let all = objects(&view(vec![double_container()], Vec::new()));
    for (attribute, expected) in [
        (CKA_VALUE, Error::AttributeSensitive),
        (CKA_PRIVATE_EXPONENT, Error::AttributeTypeInvalid),
        (CKA_PRIME_1, Error::AttributeTypeInvalid),
    ] {
        assert_eq!(all[0].attribute(attribute), Err(expected));
        assert!(!all[0].matches(&bytes(attribute, b"guess")));
    }
    assert_eq!(
        all[1].attribute(CKA_VALUE),
        Err(Error::AttributeTypeInvalid)
    );
}

#[test]
fn public_keys_are_described_as_other_software_writes_them() {
    let fields = x509::fields(CERTIFICATE).unwrap();
    let point = &fields.public_key_info[fields.public_key_info.len() - 65..];
    let key = PublicKey::Sm2(ukey_crypto::sm2::PublicKey::from_sec1(point).unwrap());
    assert_eq!(key::public_key_info(&key), fields.public_key_info);
}

#[test]
fn public_keys_are_read_from_templates() {
    let PublicKey::Sm2(key) = sm2_key() else {
        unreachable!("it is an SM2 key")
    };
    let mut template = Attributes::default();
    assert_eq!(
        key::from_template(&template),
        Err(Error::TemplateIncomplete)
    );
    template.set_number(CKA_KEY_TYPE, CKK_EC);
    template.set_bytes(CKA_EC_POINT, [&[0x04, 65][..], &key.to_sec1()].concat());
    assert_eq!(
        key::from_template(&template),
        Err(Error::TemplateIncomplete)
    );
    template.set_bytes(
        CKA_EC_PARAMS,
        Vec::from_hex("06082A8648CE3D030107").unwrap(),
    ); // P-256, on which the point is not
    assert_eq!(
        key::from_template(&template),
        Err(Error::AttributeValueInvalid)
    );
    template.set_bytes(CKA_EC_PARAMS, Vec::from_hex("06052B8104000A").unwrap()); // secp256k1
    assert_eq!(key::from_template(&template), Err(Error::CurveNotSupported));
    template.set_bytes(CKA_EC_PARAMS, b"\x06\x08nonsense that is too long");
    assert_eq!(
        key::from_template(&template),
        Err(Error::AttributeValueInvalid)
    );
    template.set_bytes(CKA_EC_PARAMS, Curve::Sm2.params());
    assert_eq!(key::from_template(&template), Ok(sm2_key()));
    template.set_number(CKA_KEY_TYPE, CKK_SM2);
    template.set_bytes(CKA_EC_POINT, key.to_sec1());
    assert_eq!(key::from_template(&template), Ok(sm2_key()));
    let mut off_curve = key.to_sec1();
    off_curve[64] ^= 1;
    template.set_bytes(CKA_EC_POINT, off_curve);
    assert_eq!(
        key::from_template(&template),
        Err(Error::AttributeValueInvalid)
    );
}
