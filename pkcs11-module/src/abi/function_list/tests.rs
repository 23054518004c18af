#![allow(clippy::unwrap_used)]

use super::*;
use crate::abi::unsupported::NAMES as UNSUPPORTED;

const PROFILE: &str = include_str!("../../../../docs/pkcs11-profile.md");

/// The pointers of a table, as it lies in memory behind its version.
fn pointers<T>(list: &T) -> Vec<usize> {
    let count = size_of::<T>() / size_of::<usize>();
    // SAFETY: the tables are a version, padded to a pointer's size, and pointers.
    let words = unsafe { std::slice::from_raw_parts((&raw const *list).cast::<usize>(), count) };
    words[1..].to_vec()
}

#[test]
fn no_table_has_an_empty_place_and_they_agree() {
    let (oldest, middle, newest) = (
        pointers(&LIST_2_40),
        pointers(&LIST_3_0),
        pointers(&LIST_3_2),
    );
    assert_eq!((oldest.len(), middle.len(), newest.len()), (68, 92, 104));
    assert!(newest.iter().all(|pointer| *pointer != 0));
    assert_eq!(oldest[..], newest[..68]);
    assert_eq!(middle[..], newest[..92]);
}

#[test]
fn the_profile_lists_every_function_with_its_state() {
    let rows: Vec<Vec<&str>> = PROFILE
        .lines()
        .filter(|line| line.starts_with("| C_"))
        .map(|row| row.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let documented: Vec<&str> = rows.iter().map(|cells| cells[0]).collect();
    assert_eq!(documented, NAMES_3_2);
    for (index, cells) in rows.iter().enumerate() {
        let since = match index {
            0..68 => "2.40",
            68..92 => "3.0",
            _ => "3.2",
        };
        let done = if UNSUPPORTED.contains(&cells[0]) {
            "no"
        } else {
            "yes"
        };
        assert_eq!((cells[1], cells[2]), (since, done), "{}", cells[0]);
    }
}

#[test]
fn interfaces_are_named_and_chosen_as_the_standard_says() {
    let get = |name: Option<&[u8]>, version: Option<CK_VERSION>, flags| {
        let mut interface: *mut CK_INTERFACE = std::ptr::null_mut();
        let name = name.map_or(std::ptr::null_mut(), |name| name.as_ptr().cast_mut());
        let mut wanted = version.unwrap_or_default();
        let version = if version.is_some() {
            &raw mut wanted
        } else {
            std::ptr::null_mut()
        };
        // SAFETY: NULL or valid pointers.
        let rv = unsafe { C_GetInterface(name, version, &raw mut interface, flags) };
        // SAFETY: NULL, or one of our statics, whose table begins with its version.
        let found = unsafe {
            interface
                .as_ref()
                .map(|i| i.pFunctionList.cast::<CK_VERSION>().read())
        };
        (rv, found.map(|version| (version.major, version.minor)))
    };
    let version = |major, minor| Some(CK_VERSION { major, minor });
    assert_eq!(get(None, None, 0), (CKR_OK, Some((3, 2))));
    assert_eq!(get(Some(b"PKCS 11\0"), None, 0), (CKR_OK, Some((3, 2))));
    assert_eq!(
        get(Some(b"PKCS 11\0"), version(2, 40), 0),
        (CKR_OK, Some((2, 40)))
    );
    assert_eq!(get(None, version(3, 0), 0), (CKR_OK, Some((3, 0))));
    for (name, wanted, flags) in [
        (Some(&b"Vendor\0"[..]), None, 0),
        (Some(&b"PKCS 11 and more\0"[..]), None, 0),
        (None, version(3, 1), 0),
        (None, version(9, 9), 0),
        (None, None, CKF_INTERFACE_FORK_SAFE),
        (None, None, CK_FLAGS::MAX),
    ] {
        assert_eq!(get(name, wanted, flags), (CKR_FUNCTION_FAILED, None));
    }
    // SAFETY: NULL for everything.
    let rv = unsafe {
        C_GetInterface(
            std::ptr::null_mut(),
            std::ptr::null_mut(),
            std::ptr::null_mut(),
            0,
        )
    };
    assert_eq!(rv, CKR_ARGUMENTS_BAD);
}

#[test]
fn the_interface_list_follows_the_two_call_rule() {
    let mut count: CK_ULONG = 77;
    // SAFETY: valid pointers throughout.
    unsafe {
        assert_eq!(
            C_GetInterfaceList(std::ptr::null_mut(), &raw mut count),
            CKR_OK
        );
        assert_eq!(count, 3);
        let mut list = [CK_INTERFACE::default(); 3];
        count = 2;
        assert_eq!(
            C_GetInterfaceList(list.as_mut_ptr(), &raw mut count),
            CKR_BUFFER_TOO_SMALL
        );
        assert_eq!(count, 3);
        assert_eq!(
            C_GetInterfaceList(list.as_mut_ptr(), &raw mut count),
            CKR_OK
        );
        assert_eq!(
            C_GetInterfaceList(list.as_mut_ptr(), std::ptr::null_mut()),
            CKR_ARGUMENTS_BAD
        );
        let mut pointer = std::ptr::null_mut();
        assert_eq!(C_GetFunctionList(&raw mut pointer), CKR_OK);
        assert_eq!((*pointer).version.major, 2);
        assert_eq!(C_GetFunctionList(std::ptr::null_mut()), CKR_ARGUMENTS_BAD);
    }
}
