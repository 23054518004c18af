//! Which language the program speaks, and what stays the same in all.

use std::process::Command;

use crate::support::{Desk, Run};

const CHINESE: (&str, &str) = ("LANG", "zh_CN.UTF-8");

/// Runs the program with one variable of the environment.
fn run_in(desk: &Desk, (name, value): (&str, &str), arguments: &[&str]) -> Run {
    let mut command: Command = desk.command();
    Run::new(command.env(name, value).args(arguments).output().unwrap())
}

#[test]
fn help_is_in_the_language_of_the_environment() {
    let desk = Desk::with_keys(0);
    let chinese = run_in(&desk, CHINESE, &["cert", "list", "--help"])
        .ok()
        .text();
    for word in [
        "列出 USBKEY 上的证书",
        "用法:",
        "选项:",
        "示例：",
        "环境变量 UKEY_SERIAL",
    ] {
        assert!(chinese.contains(word), "{word} in {chinese}");
    }
    let option = run_in(
        &desk,
        ("LANG", "C"),
        &["--lang", "zh", "cert", "list", "--help"],
    );
    assert_eq!(option.ok().text(), chinese);
    for other in ["C", "C.UTF-8", "de_DE.UTF-8"] {
        let english = run_in(&desk, ("LANG", other), &["cert", "list", "--help"]).ok();
        let english = english.text();
        assert!(english.contains("List the certificates"), "{english}");
        assert!(
            english.contains("Usage:") && !english.contains("用法"),
            "{english}"
        );
    }
}

#[test]
fn an_error_and_its_hint_are_in_the_language_of_the_environment() {
    let desk = Desk::initialised();
    let chinese = run_in(&desk, CHINESE, &["cert", "export"]).code(7).stderr;
    assert!(chinese.contains("错误：没有找到证书"), "{chinese}");
    let wrong = ["sign", "user.pin", "--pin-source", "file:nothing"];
    let chinese = run_in(&desk, CHINESE, &wrong).stderr;
    assert!(chinese.contains("错误："), "{chinese}");
    let english = run_in(&desk, ("LANG", "C"), &["cert", "export"])
        .code(7)
        .stderr;
    assert!(english.contains("error: no certificate found"), "{english}");
}

#[test]
fn what_is_typed_wrong_is_said_in_the_language_of_the_environment() {
    let desk = Desk::with_keys(0);
    for (line, chinese, english) in [
        (
            &["verify"][..],
            "缺少必需的参数：<FILE>",
            "required arguments",
        ),
        (
            &["cert", "list", "--expiring", "soon"],
            "请写天数",
            "write a number of days",
        ),
        (
            &["device", "lst"],
            "是否想写 ls、list？",
            "unrecognized subcommand",
        ),
    ] {
        let said = run_in(&desk, CHINESE, line).code(2).stderr;
        assert!(
            said.starts_with("错误：") && said.contains(chinese),
            "{said}"
        );
        assert!(said.ends_with("更多帮助请用 --help 查看。\n"), "{said}");
        let said = run_in(&desk, ("LANG", "C"), line).code(2).stderr;
        assert!(
            said.starts_with("error: ") && said.contains(english),
            "{said}"
        );
    }
    // A word that is missing is answered with the help.
    let help = run_in(&desk, CHINESE, &["device"]).code(2).stderr;
    assert!(help.contains("命令:") && !help.contains("Usage"), "{help}");
    for (language, text) in [("en", "a command is missing"), ("zh", "缺少命令")] {
        let run = desk.run(["--json", "--lang", language, "device"]).code(2);
        assert_eq!(run.json()["error"]["message"], text);
        let run = desk.run(["--json", "--lang", language]).code(2);
        assert_eq!(run.json()["error"]["message"], text);
    }
    let zh = desk.run(["--json", "--lang", "zh", "device", "list", "--loud"]);
    assert_eq!(zh.code(2).json()["error"]["message"], "未知的参数 --loud");
}

#[test]
fn the_doctor_reports_in_the_language_of_the_environment() {
    let desk = Desk::blank();
    let chinese = run_in(&desk, CHINESE, &["doctor"]).code(2).text();
    for word in [
        "失败",
        "这是空白 USBKEY",
        "初始化：ukey-admin device init",
        "UK-D",
    ] {
        assert!(chinese.contains(word), "{word} in {chinese}");
    }
    let english = run_in(&desk, ("LC_ALL", "C"), &["doctor"]).code(2).text();
    assert!(english.contains("The key is blank"), "{english}");
}

#[test]
fn columns_of_chinese_are_as_wide_as_they_look() {
    let desk = Desk::enrolled();
    let list = run_in(&desk, CHINESE, &["cert", "list"]).ok().text();
    let lines: Vec<&str> = list.lines().collect();
    assert!(
        lines[0].starts_with("容器") && lines[1].starts_with("main"),
        "{list}"
    );
    let column = |line: &str, word: &str| {
        let before = &line[..line.find(word).unwrap()];
        console_width(before)
    };
    assert_eq!(column(lines[0], "用途"), column(lines[1], "签名"), "{list}");
    assert_eq!(column(lines[0], "主体"), column(lines[1], "ACME"), "{list}");
}

/// Columns of a terminal: two for a character of Chinese.
fn console_width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

#[test]
fn json_is_the_same_everywhere_unless_a_language_is_asked_for() {
    let desk = Desk::initialised();
    let english = run_in(&desk, ("LANG", "C"), &["--json", "cert", "export"]).code(7);
    let chinese = run_in(&desk, CHINESE, &["--json", "cert", "export"]).code(7);
    assert_eq!(english.stdout, chinese.stdout);
    let asked = run_in(
        &desk,
        CHINESE,
        &["--json", "--lang", "zh", "cert", "export"],
    );
    let (asked, english) = (asked.code(7).json(), english.json());
    assert_eq!(asked["error"]["code"], english["error"]["code"]);
    assert_ne!(asked["error"]["message"], english["error"]["message"]);

    let english = run_in(&desk, ("LANG", "C"), &["--json", "doctor"]).json();
    let asked = run_in(&desk, CHINESE, &["--json", "--lang=zh", "doctor"]).json();
    for key in ["code", "status"] {
        let of = |report: &serde_json::Value| -> Vec<serde_json::Value> {
            let checks = report["data"]["checks"].as_array().unwrap();
            checks.iter().map(|check| check[key].clone()).collect()
        };
        assert_eq!(of(&asked), of(&english));
    }
}

#[test]
fn completions_are_english_unless_a_language_is_asked_for() {
    let desk = Desk::with_keys(0);
    let english = run_in(&desk, CHINESE, &["completions", "zsh"]).ok().text();
    assert!(english.contains("List the certificates"));
    let chinese = desk.run(["--lang", "zh", "completions", "zsh"]).ok().text();
    assert!(chinese.contains("列出 USBKEY 上的证书"));
    for script in [&english, &chinese] {
        assert!(script.contains("raw-der"), "values are lost");
    }
    desk.run(["--lang", "zh", "man-pages", "man"]).ok();
    let page = String::from_utf8(desk.read("man/ukey-admin-cert-list.1")).unwrap();
    assert!(page.contains("列出 USBKEY 上的证书"));
    desk.run(["--lang", "fr", "version"]).code(2);
}
