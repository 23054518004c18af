//! What `--json` prints is what `docs/schema` says. The check knows the words that those files use,
//! and no others: a word that it does not know would check nothing, and so fails the test.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::support::{Desk, ENROLL, with_pin};

/// Words that say nothing about a value.
const REMARKS: [&str; 2] = ["$schema", "title"];

fn schema(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema");
    let text = fs::read(folder.join(format!("{name}.json"))).unwrap();
    serde_json::from_slice(&text).unwrap()
}

/// Where `value` is not what `schema` says, if anywhere.
fn defect(schema: &Value, value: &Value, at: &str) -> Option<String> {
    let wrong = |why: &str| Some(format!("{at}: {why}: {value}"));
    for (word, rule) in schema.as_object().unwrap() {
        let found = match word.as_str() {
            "type" if !has_type(rule, value) => wrong(&format!("not {rule}")),
            "const" if rule != value => wrong("not the constant"),
            "enum" if !rule.as_array().unwrap().contains(value) => wrong("not among the values"),
            "required" => missing(rule, value).and_then(|name| wrong(&format!("no {name}"))),
            "additionalProperties" => {
                assert_eq!(rule, false, "only false is understood");
                unknown(schema, value).and_then(|name| wrong(&format!("{name} is not known")))
            }
            "properties" => {
                rule.as_object().unwrap().iter().find_map(|(name, rule)| {
                    defect(rule, value.get(name)?, &format!("{at}.{name}"))
                })
            }
            "items" => value.as_array().and_then(|all| {
                all.iter()
                    .find_map(|one| defect(rule, one, &format!("{at}[]")))
            }),
            "type" | "const" | "enum" => None,
            other => {
                assert!(
                    REMARKS.contains(&other),
                    "{at}: the word {other} is not understood"
                );
                None
            }
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

fn has_type(rule: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "null" => value.is_null(),
        other => panic!("the type {other} is not understood"),
    };
    match rule.as_array() {
        Some(several) => several.iter().any(is),
        None => is(rule),
    }
}

fn missing<'a>(required: &'a Value, value: &Value) -> Option<&'a str> {
    let object = value.as_object()?;
    let names = required.as_array().unwrap().iter();
    names
        .map(|name| name.as_str().unwrap())
        .find(|name| !object.contains_key(*name))
}

fn unknown<'a>(schema: &Value, value: &'a Value) -> Option<&'a String> {
    let known = schema["properties"].as_object().unwrap();
    value
        .as_object()?
        .keys()
        .find(|name| !known.contains_key(*name))
}

#[track_caller]
pub(crate) fn fits(name: &str, value: &Value) {
    let found = defect(&schema(name), value, name);
    assert_eq!(found, None);
}

#[test]
fn the_check_notices() {
    let envelope = schema("envelope");
    let good = json!({ "schema": "ukey/1", "ok": true, "data": null, "error": null });
    assert_eq!(defect(&envelope, &good, ""), None);
    for (name, value) in [
        ("schema", json!("ukey/2")),
        ("ok", json!("true")),
        ("data", json!([])),
        ("error", json!({ "code": "x" })),
        ("more", json!(1)),
    ] {
        let mut bad = good.clone();
        bad[name] = value;
        assert!(defect(&envelope, &bad, "").is_some(), "{name}");
    }
    let mut bad = good;
    bad.as_object_mut().unwrap().remove("data");
    assert!(defect(&envelope, &bad, "").is_some());
    let list = schema("device-list");
    assert!(defect(&list, &json!({ "devices": [{}] }), "").is_some());
}

#[test]
fn every_result_is_what_its_schema_says() {
    let desk = Desk::initialised();
    let check = |name: &str, arguments: &[&str]| {
        let (_, answer) = desk.json(arguments);
        fits("envelope", &answer);
        assert_eq!(answer["error"], Value::Null, "{name}: {answer}");
        fits(name, &answer["data"]);
    };
    check("enroll", &ENROLL);
    desk.file("tender", b"x");
    desk.run(["encrypt", "tender"]).ok();
    check("renew", &with_pin(&["renew", "--ca", "ca", "--early"]));
    desk.file("s.esl", b"a seal");
    desk.run(with_pin(&["seal", "store", "s.esl", "--name", "s"]))
        .ok();
    check(
        "decrypt",
        &with_pin(&["decrypt", "tender.enc", "-o", "out"]),
    );
    check("sign", &with_pin(&["sign", "tender"]));
    check(
        "sign",
        &with_pin(&["file", "sign", "tender", "--format", "raw"]),
    );
    check("verify", &["verify", "tender", "--ca", "ca"]);
    check("digest", &["digest", "tender"]);
    for (name, arguments) in [
        ("device-list", &["device", "list"][..]),
        ("device-info", &["device", "info"]),
        ("pin-status", &["pin", "status"]),
        ("pin-policy", &["pin", "policy"]),
        ("policy-show", &["policy", "show"]),
        ("policy-set", &["policy", "set", "--pin-min-length", "7"]),
        ("config-check", &["config", "check"]),
        ("app-list", &["app", "list"]),
        ("container-list", &["container", "list"]),
        ("retired-list", &["retired", "list"]),
        ("cert-list", &["cert", "list"]),
        ("cert-check", &["cert", "check"]),
        ("cert-export", &["cert", "export"]),
        ("key-export", &["key", "export", "-o", "key.pem"]),
        ("doctor", &["doctor"]),
        ("seal-list", &["seal", "list"]),
        ("config-show", &["config", "show"]),
        ("version", &["version"]),
    ] {
        check(name, arguments);
    }
}

#[test]
fn every_error_is_an_envelope() {
    let desk = Desk::initialised();
    for arguments in [
        &["sign"][..],
        &["cert", "export"],
        &["key", "generate", "--pin-source", "file:wrong.pin"],
        &["device", "info", "--serial", "none"],
        &["config", "check", "none.toml"],
    ] {
        let (code, answer) = desk.json(arguments);
        assert_ne!(code, 0, "{arguments:?}");
        fits("envelope", &answer);
        assert!(answer["error"].is_object(), "{arguments:?}");
    }
}

#[test]
fn lines_about_several_files_are_what_their_schemas_say() {
    let desk = Desk::with_keys(0);
    desk.file("a", b"abc");
    desk.file("b", b"");
    desk.file("sums", &desk.run(["digest", "a", "b"]).ok().stdout);
    for (name, arguments) in [
        ("digest", &["--json", "digest", "a", "b"][..]),
        ("digest-check", &["--json", "digest", "--check", "sums"]),
    ] {
        let text = desk.run(arguments).ok().text();
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 3);
        for (line, schema) in lines.iter().zip([name, name, "files"]) {
            fits("envelope", line);
            fits(schema, &line["data"]);
        }
    }
}

#[test]
fn lines_of_a_batch_are_what_their_schemas_say() {
    let desk = Desk::with_keys(1);
    let plan = ukey_ca::directory::Plan::for_tests().unwrap();
    ukey_ca::directory::Directory::init(&desk.path("ca"), &plan).unwrap();
    desk.file("keys.csv", b"id,subject,label\na,CN=a,desk\n");
    let run = desk.run([
        "--json",
        "batch",
        "run",
        "keys.csv",
        "--out",
        "out",
        "--ca",
        "ca",
        "--so-pin-source",
        "file:so.pin",
    ]);
    let text = run.ok().text();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for (line, name) in lines.iter().zip(["batch-row", "batch-run"]) {
        fits("envelope", line);
        fits(name, &line["data"]);
    }
    assert_eq!(lines.len(), 2);
    fits(
        "batch-status",
        &desk.json(["batch", "status", "out"]).1["data"],
    );
}
