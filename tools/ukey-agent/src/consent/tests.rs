#![allow(clippy::unwrap_used)]
use super::*;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

fn consents(folder: &tempfile::TempDir) -> Consents {
    Consents::in_folder(folder.path())
}

fn origin(text: &str) -> Origin {
    Origin::parse(text, false).unwrap()
}

#[test]
fn a_consent_is_for_one_origin_and_can_be_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let consents = consents(&folder);
    let (page, port) = (origin("https://a.cn"), origin("https://a.cn:8443"));
    assert_eq!(consents.standing(&page), Standing::Unknown);
    consents.grant(&page).unwrap();
    assert_eq!(consents.standing(&page), Standing::Allowed);
    assert_eq!(consents.standing(&port), Standing::Unknown);
    assert_eq!(consents.list()[0].origin, "https://a.cn");
    let mode = fs::metadata(&consents.file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(consents.revoke("https://a.cn").unwrap());
    assert!(!consents.revoke("https://a.cn").unwrap());
    assert_eq!(consents.standing(&page), Standing::Unknown);
}

#[test]
fn a_damaged_file_means_asking_again() {
    let folder = tempfile::tempdir().unwrap();
    let consents = consents(&folder);
    fs::write(&consents.file, b"{\"version\":1,\"orig").unwrap();
    assert_eq!(
        consents.standing(&origin("https://a.cn")),
        Standing::Unknown
    );
    consents.grant(&origin("https://a.cn")).unwrap();
    assert_eq!(
        consents.standing(&origin("https://a.cn")),
        Standing::Allowed
    );
}

#[test]
fn a_managed_file_that_anybody_may_write_forbids_all() {
    let folder = tempfile::tempdir().unwrap();
    let consents = consents(&folder);
    fs::write(&consents.managed, br#"{"allow":["https://a.cn"]}"#).unwrap();
    fs::set_permissions(&consents.managed, fs::Permissions::from_mode(0o666)).unwrap();
    assert_eq!(
        consents.standing(&origin("https://a.cn")),
        Standing::Forbidden
    );
}

#[test]
fn the_administrator_comes_before_the_user() {
    let folder = tempfile::tempdir().unwrap();
    let consents = consents(&folder);
    let page = |name: &str| origin(&format!("https://{name}.cn"));
    assert!(consents.may_keep_unlocked() && consents.may_sign_digests());
    consents.grant(&page("denied")).unwrap();
    let says = br#"{"allow":["https://allowed.cn"], "deny":["https://denied.cn"],
        "keepUnlocked":false, "signDigests":false}"#;
    fs::write(&consents.managed, says).unwrap();
    fs::set_permissions(&consents.managed, fs::Permissions::from_mode(0o644)).unwrap();
    // A file of somebody else than root counts for nothing, and forbids all.
    let by_root = fs::metadata(&consents.managed).unwrap().uid() == 0;
    let unless_by_root = |standing| match by_root {
        true => standing,
        false => Standing::Forbidden,
    };
    for (name, standing) in [
        ("denied", Standing::Forbidden),
        ("allowed", unless_by_root(Standing::Allowed)),
        ("other", unless_by_root(Standing::Unknown)),
    ] {
        assert_eq!(consents.standing(&page(name)), standing, "{name}");
    }
    assert!(!consents.may_keep_unlocked());
    assert!(!consents.may_sign_digests());
    let refused = consents.set_keep_unlocked(&page("allowed"), 5).unwrap_err();
    assert_eq!(refused.code, Code::OriginDenied);

    // What is not known is not passed over.
    fs::write(&consents.managed, br#"{"allowed":["https://a.cn"]}"#).unwrap();
    assert_eq!(consents.standing(&page("a")), Standing::Forbidden);
}
