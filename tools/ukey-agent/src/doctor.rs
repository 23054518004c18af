//! `ukey-agent doctor`: manifests, windows, tokens. In the language of the session.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use ukey_agent::install::{self, BROWSERS};
use ukey_agent::request::Language;
use ukey_agent::text::Text;
use ukey_agent::token::Tokens;
use ukey_host::Config;
use ukey_host::pinentry::Pinentry;

const REGISTERED: Text = Text {
    zh: "已在浏览器中登记：",
    en: "registered with ",
};
const NOT_REGISTERED: Text = Text {
    zh: "没有浏览器登记了签名助手：请运行 `ukey-agent install`",
    en: "no browser knows the agent: run `ukey-agent install`",
};
const WINDOW: Text = Text {
    zh: "有可以打开 PIN 窗口的程序",
    en: "a program for PIN windows is there",
};
const NO_DISPLAY: Text = Text {
    zh: "无法打开 PIN 窗口：当前会话没有显示器（DISPLAY 或 WAYLAND_DISPLAY）",
    en: "no PIN window can be opened: this session has no display (DISPLAY or WAYLAND_DISPLAY)",
};
const NO_PINENTRY: Text = Text {
    zh: "无法打开 PIN 窗口：请安装 pinentry-qt，或设置 [pin] pinentry",
    en: "no PIN window can be opened: install pinentry-qt, or set [pin] pinentry",
};
const TOKENS: Text = Text {
    zh: "USBKEY 数量与证书数量：",
    en: "tokens and certificates: ",
};
const NO_TOKEN: Text = Text {
    zh: "没有插入 USBKEY，或无法读取：请运行 `ukey-admin doctor`",
    en: "no USBKEY is plugged in, or it cannot be read: run `ukey-admin doctor`",
};

pub(crate) fn run(config: &Config) -> io::Result<ExitCode> {
    let mut good = true;
    let language = language_of_session();
    let word = |text: Text| text.in_language(language);
    let mut say = |fine: bool, what: &str| {
        good &= fine;
        crate::say(format_args!(
            "{}  {what}",
            if fine { "ok  " } else { "FAIL" }
        ))
    };
    let mut registered = Vec::new();
    for system in [false, true] {
        let places = install::places(system, None)?;
        for (browser, place) in BROWSERS.iter().zip(places) {
            if place.file().exists() {
                registered.push(browser.name);
            }
        }
    }
    match registered.as_slice() {
        [] => say(false, word(NOT_REGISTERED))?,
        names => say(true, &format!("{}{}", word(REGISTERED), names.join(", ")))?,
    }
    match Pinentry::find(config) {
        Ok(_) => say(true, word(WINDOW))?,
        Err(_) if !has_display() => say(false, word(NO_DISPLAY))?,
        Err(_) => say(false, word(NO_PINENTRY))?,
    }
    let tokens = Tokens(Arc::new(ukey_host::registry(config)));
    match tokens.certificates() {
        Ok(held) => say(
            !held.is_empty(),
            &format!("{}{}, {}", word(TOKENS), tokens.count(), held.len()),
        )?,
        Err(_) => say(false, word(NO_TOKEN))?,
    }
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Chinese where POSIX has it for messages, else English.
fn language_of_session() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .filter_map(std::env::var_os)
        .find(|value| !value.is_empty());
    match set {
        Some(name) if name.to_string_lossy().starts_with("zh") => Language::Chinese,
        _ => Language::English,
    }
}

/// Whether this session has a display for windows.
fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}
