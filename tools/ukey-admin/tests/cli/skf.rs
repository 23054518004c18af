//! `skf probe` and `skf test` on a vendor's library in C, with each of its deviations. Our own library is checked in the
//! suites across the parts.

use std::{path::Path, process::Command};

use serde_json::Value;

use crate::support::Desk;

/// The vendor's library, compiled with these deviations.
fn mock(desk: &Desk, deviations: &[&str]) -> String {
    let file = desk.path("libvendor.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/c/vendor_mock.c");
    let done = Command::new("gcc")
        .args([
            "-std=gnu11",
            "-fPIC",
            "-shared",
            "-Wno-address-of-packed-member",
        ])
        .args(deviations.iter().map(|name| format!("-D{name}")))
        .arg("-o")
        .arg(&file)
        .arg(source)
        .status()
        .unwrap();
    assert!(done.success());
    file.to_str().unwrap().to_owned()
}

fn probe(deviations: &[&str]) -> Value {
    let desk = Desk::with_keys(0);
    let library = mock(&desk, deviations);
    let (code, report) = desk.json(["skf", "probe", &library]);
    assert_eq!(code, 0, "{report}");
    report["data"].clone()
}

#[test]
fn a_probe_shows_what_a_library_has_and_how_it_deviates() {
    let seen = probe(&[]);
    assert_eq!(
        (&seen["ulong_bits"], &seen["packing"]),
        (&32.into(), &"one".into())
    );
    assert_eq!(seen["lengths"]["answers"], "exact");
    assert_eq!(seen["extensions"], serde_json::json!(["SKF_ECCDecrypt"]));
    let device = &seen["devices"][0];
    assert_eq!(
        (&device["name"], &device["info"]["serial"]),
        (&"MOCK 1".into(), &"M-0001".into())
    );
    assert_eq!(device["applications"], serde_json::json!(["TENDER"]));
    let missing = seen["missing"].as_array().unwrap();
    assert!(missing.contains(&"SKF_MacInit".into()) && !missing.contains(&"SKF_SetLabel".into()));
}

#[test]
fn a_probe_sees_a_wide_ulong_and_structures_with_gaps() {
    let seen = probe(&["WIDE_ULONG"]);
    assert_eq!(
        (&seen["ulong_bits"], &seen["packing"]),
        (&64.into(), &"natural".into())
    );
    assert_eq!(seen["devices"][0]["info"]["free"], 4096);
}

#[test]
fn a_probe_sees_missing_functions_and_those_of_the_vendor() {
    let seen = probe(&["FEW_SYMBOLS"]);
    assert!(
        seen["missing"]
            .as_array()
            .unwrap()
            .contains(&"SKF_SetLabel".into())
    );
    assert_eq!(seen["extensions"], serde_json::json!([]));
    assert_eq!(
        probe(&["KEY_SPEC"])["extensions"],
        serde_json::json!(["SKF_PrvKeyDecrypt"])
    );
}

#[test]
fn a_probe_sees_how_lengths_are_told() {
    let short = &probe(&["SHORT_COUNTS"])["lengths"];
    assert_eq!(
        (&short["answers"], &short["told"]),
        (&"wrong".into(), &4.into())
    );
    let none = &probe(&["NO_QUERIES"])["lengths"];
    assert_eq!(
        (&none["answers"], &none["code"]),
        (&"refused".into(), &0x0A00_0006.into())
    );
}

#[test]
fn what_is_no_skf_library_is_said_to_be_none() {
    let desk = Desk::with_keys(0);
    desk.run(["skf", "probe", "/nonexistent.so"]).code(1);
    let run = desk.run(["skf", "probe", "libc.so.6"]).code(1);
    assert!(run.stderr.contains("SKF_EnumDev"), "{}", run.stderr);
    desk.run(["skf", "test", "libc.so.6"]).code(1);
}

/// Verdict and detail of a case of the vendor's library, in its application.
fn case(deviations: &[&str], more: &[&str], id: &str) -> (String, String) {
    let desk = Desk::with_keys(0);
    let library = mock(&desk, deviations);
    desk.private_file("mock.pin", b"12345678\n");
    let arguments = [
        &[
            "skf",
            "test",
            &library,
            "--application",
            "TENDER",
            "--pin-source",
            "file:mock.pin",
        ],
        more,
    ];
    let (_code, report) = desk.json(arguments.concat());
    let cases = report["data"]["cases"].as_array().unwrap();
    let case = cases.iter().find(|case| case["id"] == id).unwrap();
    let text = |key: &str| case[key].as_str().unwrap_or_default().to_owned();
    (text("verdict"), text("detail"))
}

/// Every deviation fails its own case, which passes without it.
#[test]
fn each_deviation_fails_its_case() {
    for (deviation, id, says) in [
        ("SHORT_COUNTS", "list", "length told"),
        ("NO_QUERIES", "list", "0x0a000006"),
        ("LEFT_ALIGNED", "alignment", "stand first"),
        ("ONLY_DRAFT_ID", "sm2-ids", "0x00020200"),
        ("ONLY_STD_ID", "sm2-ids", "0x00020100"),
        ("OLD_CODES", "no-container", "0x0a000001"),
        ("OLD_CODES", "unknown-application", "0x0a000001"),
        ("ONE_THREAD", "second-thread", "crashed"),
        ("SHORT_COUNTS", "certificate", "come back"),
    ] {
        let (verdict, detail) = case(&[deviation], &[], id);
        assert_eq!(verdict, "failed", "{deviation} {id}");
        assert!(detail.contains(says), "{deviation} {id}: {detail}");
        assert_eq!(case(&[], &[], id).0, "passed", "{id} without {deviation}");
    }
}

/// The mock's signatures are constants, so the case fails in any case; but for another reason.
#[test]
fn a_write_behind_a_structure_is_named() {
    let (verdict, detail) = case(&["OVERRUN"], &[], "sm2-sign");
    assert_eq!(verdict, "failed");
    assert!(detail.contains("wrote behind"), "{detail}");
    assert!(case(&[], &[], "sm2-sign").1.contains("false"));
}

#[test]
fn a_library_that_hangs_loses_the_case_and_not_the_report() {
    let (verdict, detail) = case(&["HANGS=30"], &["--deadline", "2"], "sm2-sign");
    assert_eq!(verdict, "failed");
    assert!(detail.contains("within 2 s"), "{detail}");
    // Those behind it were tried.
    assert_eq!(
        case(&["HANGS=30"], &["--deadline", "2"], "close-order").0,
        "passed"
    );
}

#[test]
fn a_library_without_a_function_skips_its_cases() {
    let (verdict, detail) = case(&["FEW_SYMBOLS"], &[], "sm2-decrypt");
    assert_eq!(verdict, "skipped", "{detail}");
    let (verdict, detail) = case(&["FEW_SYMBOLS"], &[], "exports");
    assert_eq!(verdict, "failed");
    assert!(detail.contains("SKF_SetLabel"), "{detail}");
}

#[test]
fn a_wrong_layout_is_noticed() {
    let (verdict, _) = case(&["WIDE_ULONG"], &[], "device-info");
    assert_eq!(verdict, "passed", "seen by itself");
    let (verdict, _) = case(&["WIDE_ULONG"], &["--packing", "one"], "device-info");
    assert_eq!(verdict, "failed");
}
