//! What can be done with a pair, and what no USBKEY can do.

use crate::support::{Desk, with_pin};

#[test]
fn what_no_usbkey_can_is_12_with_the_reason() {
    let desk = Desk::enrolled();
    for (arguments, why) in [
        (&["key", "move", "main", "other"][..], "do not leave"),
        (&["key", "attest", "main"], "no attestation key"),
    ] {
        let (code, refused) = desk.json(arguments);
        assert_eq!(
            (code, &refused["error"]["code"]),
            (12, &"unsupported".into())
        );
        let message = refused["error"]["message"].as_str().unwrap();
        assert!(
            message.contains(why) && message.contains("main"),
            "{message}"
        );
    }
    let (_, list) = desk.json(["container", "list"]);
    assert_eq!(list["data"]["containers"][0]["name"], "main");
}

#[test]
fn a_key_is_deleted_with_its_container() {
    let desk = Desk::enrolled();
    let delete = ["key", "delete", "main"];
    desk.run([&["--non-interactive"][..], &delete].concat())
        .code(2);
    let dry = desk.run([&delete[..], &["--dry-run"]].concat()).ok();
    assert!(dry.stderr.contains("ACME 投标"), "{}", dry.stderr);
    desk.run(with_pin(&[&delete[..], &["--yes"]].concat())).ok();
    desk.run(["key", "export"]).code(7);
}

#[test]
fn the_certificate_of_a_retired_pair_comes_out_by_container_and_by_serial_number() {
    let desk = Desk::enrolled();
    let encrypt = ["cert", "export", "--usage", "encrypt"];
    let first = desk.run(encrypt).ok().text();
    desk.run(["retired", "export", "main"]).code(7);
    desk.run(with_pin(&["renew", "--ca", "ca", "--same-key", "--early"]))
        .ok();
    let second = desk.run(encrypt).ok().text();
    assert_ne!(first, second);
    assert_eq!(desk.run(["retired", "export", "main"]).ok().text(), first);
    desk.run(with_pin(&["renew", "--ca", "ca", "--early"])).ok();
    // Now container main has two: the one it was retired with, and the earlier one of the same key.
    let (code, several) = desk.json(["retired", "export", "main"]);
    assert_eq!((code, &several["error"]["code"]), (5, &"ambiguous".into()));
    assert_eq!(several["data"]["choices"].as_array().unwrap().len(), 2);
    let (_, list) = desk.json(["retired", "list"]);
    for one in list["data"]["retired"].as_array().unwrap() {
        let serial = one["encryption_certificate"]["serial"].as_str().unwrap();
        let expected = match one["same_key"].as_bool().unwrap() {
            true => &first,
            false => &second,
        };
        let start = serial[..10].to_lowercase();
        let exported = desk.run(["retired", "export", &start]).ok().text();
        assert_eq!(&exported, expected);
        desk.run([
            "retired", "export", serial, "--format", "der", "-o", "c.der", "--force",
        ])
        .ok();
        assert!(desk.read("c.der").starts_with(&[0x30, 0x82]));
    }
    desk.run(["retired", "export", "FF00"]).code(7);
}
