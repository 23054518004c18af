#![allow(clippy::unwrap_used)]

use super::*;
use crate::abi::vendor::*;
use parameter::Layout;
use std::collections::{BTreeMap, HashSet};

const PROFILE: &str = include_str!("../../../docs/pkcs11-profile.md");

/// The cells of the profile's table rows whose first cell begins with `prefix`.
fn rows(prefix: &str) -> Vec<Vec<&'static str>> {
    let rows = PROFILE
        .lines()
        .filter(|line| line.starts_with(&format!("| {prefix}")));
    rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect())
        .collect()
}

fn flag_names(flags: CK_FLAGS) -> String {
    let names = [
        (CKF_HW, "HW"),
        (CKF_DIGEST, "DIGEST"),
        (CKF_SIGN, "SIGN"),
        (CKF_VERIFY, "VERIFY"),
        (CKF_SIGN_RECOVER, "SIGN_RECOVER"),
        (CKF_VERIFY_RECOVER, "VERIFY_RECOVER"),
        (CKF_ENCRYPT, "ENCRYPT"),
        (CKF_DECRYPT, "DECRYPT"),
        (CKF_WRAP, "WRAP"),
        (CKF_UNWRAP, "UNWRAP"),
        (CKF_DERIVE, "DERIVE"),
        (CKF_ENCAPSULATE, "ENCAPSULATE"),
        (CKF_DECAPSULATE, "DECAPSULATE"),
        (CKF_MESSAGE_ENCRYPT, "MESSAGE_ENCRYPT"),
        (CKF_MESSAGE_DECRYPT, "MESSAGE_DECRYPT"),
        (CKF_MESSAGE_SIGN, "MESSAGE_SIGN"),
        (CKF_MESSAGE_VERIFY, "MESSAGE_VERIFY"),
        (CKF_MULTI_MESSAGE, "MULTI_MESSAGE"),
        (CKF_GENERATE, "GENERATE"),
        (CKF_GENERATE_KEY_PAIR, "GENERATE_KEY_PAIR"),
        (CKF_EC_F_P, "EC_F_P"),
        (CKF_EC_NAMEDCURVE, "EC_NAMEDCURVE"),
        (CKF_EC_CURVENAME, "EC_CURVENAME"),
        (CKF_EC_UNCOMPRESS, "EC_UNCOMPRESS"),
    ];
    assert_eq!(
        flags & !names.iter().map(|(flag, _)| flag).sum::<CK_FLAGS>(),
        0
    );
    let set = names.iter().filter(|(flag, _)| flags & flag != 0);
    set.map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
}

/// What a layout is called in the profile.
fn layout_name(layout: Layout) -> &'static str {
    match layout {
        Layout::None => "none",
        Layout::OptionalBytes => "none or bytes",
        Layout::Block => "16 bytes",
        Layout::Number => "CK_ULONG",
        Layout::OptionalNumber => "none or CK_ULONG",
        Layout::Ctr => "CK_AES_CTR_PARAMS",
        Layout::Gcm => "CK_GCM_PARAMS",
        Layout::Ccm => "CK_CCM_PARAMS",
        Layout::Pss => "CK_RSA_PKCS_PSS_PARAMS",
        Layout::Oaep => "CK_RSA_PKCS_OAEP_PARAMS",
        Layout::RsaAesKeyWrap => "CK_RSA_AES_KEY_WRAP_PARAMS",
        Layout::Eddsa => "none or CK_EDDSA_PARAMS",
        Layout::Ecdh => "CK_ECDH1_DERIVE_PARAMS",
        Layout::Sm2Agreement => "CK_SM2_KEY_AGREE_PARAMS",
        Layout::StringData => "CK_KEY_DERIVATION_STRING_DATA",
        Layout::CbcEncryptData => "CK_AES_CBC_ENCRYPT_DATA_PARAMS",
        Layout::Hkdf => "CK_HKDF_PARAMS",
        Layout::Kdf => "CK_SP800_108_KDF_PARAMS",
        Layout::FeedbackKdf => "CK_SP800_108_FEEDBACK_KDF_PARAMS",
        Layout::Pbkdf2 => "CK_PKCS5_PBKD2_PARAMS2",
    }
}

/// The line of the profile for a row of the table.
fn profile_line(row: &Row) -> String {
    let aliases = MECHANISM_ALIASES
        .iter()
        .filter(|(_, canonical)| *canonical == row.number);
    let aliases: Vec<String> = aliases.map(|(alias, _)| format!("0x{alias:08X}")).collect();
    let sizes = match row.sizes {
        (0, 0) => "–".to_owned(),
        (min, max) if min == max => min.to_string(),
        (min, max) => format!("{min}..{max}"),
    };
    let (name, number, aliases) = (row.name, row.number, aliases.join(" "));
    let (flags, layout) = (flag_names(row.flags), layout_name(row.layout));
    format!("| {name} | 0x{number:08X} | {aliases} | {sizes} | {flags} | {layout} |")
}

/// With `UKEY_WRITE_PROFILE=1` the profile gets the table of the code instead.
#[test]
fn the_profile_lists_the_table() {
    let documented: Vec<&str> = PROFILE
        .lines()
        .filter(|l| l.starts_with("| CKM_"))
        .collect();
    let table: Vec<String> = TABLE.iter().map(profile_line).collect();
    if std::env::var_os("UKEY_WRITE_PROFILE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/pkcs11-profile.md");
        let profile = PROFILE.replace(&documented.join("\n"), &table.join("\n"));
        return std::fs::write(path, profile).unwrap();
    }
    assert_eq!(documented, table);
}

#[test]
fn the_profile_lists_the_key_types() {
    for (name, number) in [("CKK_SM2", CKK_SM2), ("CKK_SM4", CKK_SM4)] {
        let row = rows(name).pop().unwrap();
        assert_eq!(row[1], format!("0x{number:08X}"));
        for alias in row[2].split(' ') {
            let alias = CK_KEY_TYPE::from_str_radix(alias.trim_start_matches("0x"), 16).unwrap();
            assert_eq!(canonical_key_type(alias), number);
        }
    }
}

#[test]
fn no_number_means_two_things() {
    let mut meanings = BTreeMap::new();
    for row in TABLE {
        assert!(
            meanings.insert(row.number, row.number).is_none(),
            "{}",
            row.name
        );
    }
    for (alias, canonical) in MECHANISM_ALIASES {
        assert!(meanings.insert(*alias, *canonical).is_none(), "{alias:#x}");
        assert!(
            TABLE.iter().any(|row| row.number == *canonical),
            "{canonical:#x}"
        );
    }
}

#[test]
fn what_is_listed_has_the_information_of_its_canonical_number() {
    let listed = listed();
    assert_eq!(listed.iter().collect::<HashSet<_>>().len(), listed.len());
    for number in listed {
        let (own, canonical) = (
            info(number, true).unwrap(),
            info(canonical_mechanism(number), true).unwrap(),
        );
        assert_eq!(
            (own.ulMinKeySize, own.ulMaxKeySize, own.flags),
            (
                canonical.ulMinKeySize,
                canonical.ulMaxKeySize,
                canonical.flags
            )
        );
    }
}

#[test]
fn a_mechanism_is_refused_for_what_it_does_not_do() {
    let digest = Requested {
        row: find(CKM_SM3).unwrap(),
        parameter: Parameter::None,
    };
    assert!(digest.check(CKF_DIGEST).is_ok());
    assert_eq!(digest.check(CKF_SIGN).err(), Some(Error::MechanismInvalid));
    let unknown = find(CKM_VENDOR_DEFINED | 0x7777);
    assert_eq!(unknown.err(), Some(Error::MechanismInvalid));
}

#[test]
fn a_token_without_keys_in_objects_does_less_itself() {
    let hardware = |number, key_objects| info(number, key_objects).unwrap().flags & CKF_HW != 0;
    for number in [CKM_AES_CBC, CKM_SM4_GCM, CKM_SHA256_HMAC, CKM_ECDSA] {
        assert!(hardware(number, true) && !hardware(number, false));
    }
    for number in [CKM_RSA_PKCS, CKM_SM2, CKM_SM2_KEY_PAIR_GEN] {
        assert!(hardware(number, true) && hardware(number, false));
    }
    // Here this library pads, hashes or cuts.
    for number in [
        CKM_AES_CBC_PAD,
        CKM_SM2_SM3,
        CKM_SHA256_HMAC_GENERAL,
        CKM_SHA256,
    ] {
        assert!(!hardware(number, true));
    }
}
