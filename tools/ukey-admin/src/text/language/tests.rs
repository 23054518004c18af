use super::*;

fn find(arguments: &[&str], environment: &[(&str, &str)]) -> Language {
    let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    Language::find(&arguments, |name| {
        let found = environment.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| OsString::from(value))
    })
}

#[test]
fn the_first_variable_that_is_set_decides() {
    use Language::{Chinese, English};
    for (environment, language) in [
        (&[][..], English),
        (&[("LANG", "zh_CN.UTF-8")], Chinese),
        (&[("LANG", "zh")], Chinese),
        (&[("LANG", "zhuang")], English),
        (&[("LANG", "C.UTF-8")], English),
        (&[("LANGUAGE", "zh_CN:en")], Chinese),
        (&[("LANG", "C"), ("LANGUAGE", "zh_CN")], English),
        (&[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")], English),
        (&[("LC_ALL", ""), ("LANG", "zh_CN.UTF-8")], Chinese),
        (
            &[("LC_MESSAGES", "zh_CN"), ("LANG", "de_DE.UTF-8")],
            Chinese,
        ),
    ] {
        assert_eq!(find(&["doctor"], environment), language, "{environment:?}");
    }
}

#[test]
fn the_option_is_above_the_environment() {
    let chinese = &[("LANG", "zh_CN.UTF-8")][..];
    assert_eq!(
        find(&["--lang", "en", "doctor"], chinese),
        Language::English
    );
    assert_eq!(find(&["doctor", "--lang=zh"], &[]), Language::Chinese);
    assert_eq!(find(&["doctor", "--lang=zh-CN"], &[]), Language::Chinese);
    assert_eq!(find(&["sign", "--", "--lang=zh"], &[]), Language::English);
}

#[test]
fn json_follows_the_option_alone() {
    let chinese = &[("LANG", "zh_CN.UTF-8")][..];
    assert_eq!(find(&["--json", "doctor"], chinese), Language::English);
    assert_eq!(find(&["sign", "--", "--json"], chinese), Language::Chinese);
    assert_eq!(find(&["--json", "--lang", "zh"], &[]), Language::Chinese);
}
