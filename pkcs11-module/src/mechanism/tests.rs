#![allow(clippy::unwrap_used)]

use super::*;
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
        (CKF_ENCRYPT, "ENCRYPT"),
        (CKF_DECRYPT, "DECRYPT"),
        (CKF_GENERATE_KEY_PAIR, "GENERATE_KEY_PAIR"),
        (CKF_EC_F_P, "EC_F_P"),
        (CKF_EC_NAMEDCURVE, "EC_NAMEDCURVE"),
        (CKF_EC_UNCOMPRESS, "EC_UNCOMPRESS"),
    ];
    assert_eq!(
        flags & !names.iter().map(|(flag, _)| flag).sum::<CK_FLAGS>(),
        0
    );
    let set = names.iter().filter(|(flag, _)| flags & flag != 0);
    set.map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_profile_lists_the_table() {
    let documented = rows("CKM_");
    assert_eq!(documented.len(), TABLE.len());
    for (row, cells) in TABLE.iter().zip(documented) {
        let aliases = MECHANISM_ALIASES
            .iter()
            .filter(|(_, canonical)| *canonical == row.number);
        let aliases: Vec<String> = aliases.map(|(alias, _)| format!("0x{alias:08X}")).collect();
        let sizes = match (row.min, row.max) {
            (0, 0) => "–".to_owned(),
            (min, max) if min == max => min.to_string(),
            (min, max) => format!("{min}..{max}"),
        };
        let expected = [
            row.name.to_owned(),
            format!("0x{:08X}", row.number),
            aliases.join(" "),
            sizes,
            flag_names(row.flags),
        ];
        assert_eq!(cells[..5], expected, "{}", row.name);
    }
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
            info(number).unwrap(),
            info(canonical_mechanism(number)).unwrap(),
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
    let digest = RawMechanism {
        number: CKM_SM3,
        parameter: Parameter::None,
    };
    assert!(requested(&digest, CKF_DIGEST).is_ok());
    assert_eq!(
        requested(&digest, CKF_SIGN).err(),
        Some(Error::MechanismInvalid)
    );
    let unknown = RawMechanism {
        number: CKM_VENDOR_DEFINED | 0x7777,
        parameter: Parameter::None,
    };
    assert_eq!(
        requested(&unknown, CKF_SIGN).err(),
        Some(Error::MechanismInvalid)
    );
}

#[test]
fn parameters_of_other_lengths_are_refused() {
    let bytes = |n: usize| Parameter::Bytes(vec![0; n]);
    assert_eq!(bytes(1).none(), Err(Error::MechanismParamInvalid));
    assert_eq!(bytes(7).sm2_layout(), Err(Error::MechanismParamInvalid));
    assert_eq!(
        bytes(size_of::<CK_ULONG>()).sm2_layout(),
        Ok(parameter::Sm2Layout::C1C3C2)
    );
    let layout = Parameter::Bytes((3 as CK_ULONG).to_ne_bytes().to_vec());
    assert_eq!(layout.sm2_layout(), Err(Error::MechanismParamInvalid));
    assert_eq!(Parameter::None.pss(), Err(Error::MechanismParamInvalid));
    assert_eq!(
        bytes(3 * size_of::<CK_ULONG>()).pss(),
        Err(Error::MechanismParamInvalid)
    );
}

#[test]
fn a_salt_that_does_not_fit_is_refused() {
    let pss = |salt_len| parameter::Pss {
        hash: HashAlg::Sha256,
        mask_hash: HashAlg::Sha256,
        salt_len,
    };
    assert_eq!(pss::check(pss(256 - 32 - 2), 2048), Ok(()));
    assert_eq!(
        pss::check(pss(256 - 32 - 1), 2048),
        Err(Error::MechanismParamInvalid)
    );
    assert_eq!(
        pss::check(pss(usize::MAX), 2048),
        Err(Error::MechanismParamInvalid)
    );
}

#[test]
fn pss_encodings_verify_and_altered_ones_do_not() {
    for bits in [2048, 2049, 2055] {
        let pss = parameter::Pss {
            hash: HashAlg::Sha256,
            mask_hash: HashAlg::Sha1,
            salt_len: 20,
        };
        let digest = HashAlg::Sha256.digest(b"message");
        let encoded = pss::encode(pss, &digest, bits).unwrap();
        assert_eq!(pss::verify(pss, &digest, &encoded, bits), Ok(()));
        for position in [0, 100, encoded.len() - 1] {
            let mut altered = encoded.clone();
            altered[position] ^= 1;
            assert_eq!(
                pss::verify(pss, &digest, &altered, bits),
                Err(Error::SignatureInvalid)
            );
        }
        assert_eq!(
            pss::verify(pss, &digest, &[], bits),
            Err(Error::SignatureInvalid)
        );
    }
}
