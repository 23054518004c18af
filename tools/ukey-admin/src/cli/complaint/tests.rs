#![allow(clippy::unwrap_used)]

use super::*;
use crate::{cli, text::language::Language};

fn refused(line: &str) -> Error {
    let mut command = cli::command(Language::Chinese);
    let words = std::iter::once("ukey-admin").chain(line.split(' '));
    command.try_get_matches_from_mut(words).unwrap_err()
}

#[test]
fn what_the_parser_refuses_is_said_in_chinese() {
    for (line, text) in [
        ("device list --loud", "未知的参数 --loud"),
        ("device lst", "没有 lst 这个命令"),
        ("verify", "缺少必需的参数：<FILE>..."),
        (
            "renew --ca c --answer a",
            "--ca <DIR> 不能与 --answer <FILE> 同时使用",
        ),
        (
            "sign f --format cms --format gm",
            "--format <FORMAT> 只能写一次",
        ),
        ("sign f --format", "--format <FORMAT> 缺少值"),
        (
            "sign f --format pem",
            "--format <FORMAT> 的值 pem 无效（可选 gm、cms、raw、raw-der）",
        ),
        (
            "batch run t --out o --ca c --parallel 65",
            "--parallel <N> 的值 65 无效：应为 1 至 64",
        ),
        (
            "batch run t --out o --ca c --parallel two",
            "--parallel <N> 的值 two 无效：不是整数",
        ),
        (
            "batch run t --out o --ca c --parallel 99999999999999999999",
            "--parallel <N> 的值 99999999999999999999 无效：数太大",
        ),
        ("device list --json=yes", "--json 不带值，但写了 yes"),
    ] {
        let error = refused(line);
        assert_eq!(sentence(&error).as_deref(), Some(text), "{line}: {error}");
    }
}

#[test]
fn a_page_guesses_what_was_meant_and_shows_the_usage() {
    let page = page(&refused("device info --seria 12")).unwrap();
    for part in [
        "未知的参数 --seria",
        "是否想写 --serial？",
        "用法: ukey-admin device info",
        "--help",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    for english in ["error:", "tip:", "Usage:", "For more"] {
        assert!(!page.contains(english), "{page}");
    }
}
