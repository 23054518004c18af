//! Texts of the windows, in both languages, and the cleaning of everything in them that others chose.

use crate::request::Language;

/// Longest piece of foreign text in a window, in characters.
const MAX_FOREIGN: usize = 200;

/// A text in both languages.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// 简体中文.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

impl Text {
    /// The text in a language.
    #[must_use]
    pub const fn in_language(self, language: Language) -> &'static str {
        match language {
            Language::Chinese => self.zh,
            Language::English => self.en,
        }
    }
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $zh:literal, $en:literal;)*) => {
        $($(#[$doc])* pub const $name: Text = Text { zh: $zh, en: $en };)*
    };
}

texts! {
    /// Title of all windows.
    TITLE = "USBKEY 签名助手", "USBKEY signing agent";
    /// The page's origin.
    SITE = "网站", "Site";
    /// What the page asks for.
    OPERATION = "操作", "Operation";
    /// Logging in.
    LOG_IN = "登录", "log in";
    /// Signing.
    SIGN = "签名", "sign";
    /// Decrypting.
    DECRYPT = "解密", "decrypt";
    /// Seeing certificates.
    LIST = "读取您的证书信息（包括单位名称）", "see your certificates (with your company's name)";
    /// Checking the PIN.
    CHECK_PIN = "验证 PIN", "check the PIN";
    /// Changing the PIN.
    CHANGE_PIN = "修改 PIN", "change the PIN";
    /// The certificate in use.
    CERTIFICATE = "证书", "Certificate";
    /// Who issued it.
    ISSUER = "颁发者", "Issuer";
    /// End of the certificate's serial number.
    SERIAL = "序列号末位", "Serial number ends in";
    /// The data.
    CONTENT = "内容", "Content";
    /// Data that is no text.
    BINARY = "二进制数据", "binary data";
    /// Only a digest is known.
    BLIND = "仅有摘要，签名助手看不到内容", "a digest only: the agent has not seen the content";
    /// A file.
    FILE = "文件", "File";
    /// Bytes.
    BYTES = "字节", "bytes";
    /// Digest of the data.
    DIGEST = "摘要", "Digest";
    /// Text by the page.
    DESCRIPTION = "网站提供的说明", "The site says";
    /// Prompt of a PIN.
    PIN = "PIN：", "PIN:";
    /// Prompt of a new PIN.
    NEW_PIN = "新 PIN（6–16 位）：", "New PIN (6 to 16 characters):";
    /// Prompt of a new PIN, again.
    NEW_PIN_AGAIN = "再次输入新 PIN：", "New PIN, once more:";
    /// The new PINs were not the same.
    PINS_DIFFER = "两次输入的新 PIN 不一致", "the new PINs are not the same";
    /// A PIN of a length or with characters that none has.
    PIN_SHAPE = "PIN 须为 6–16 位", "a PIN has 6 to 16 characters";
    /// After a wrong PIN; a number follows.
    WRONG_PIN = "PIN 错误，剩余次数：", "Wrong PIN. Tries left: ";
    /// Tries left; a number follows.
    TRIES_LEFT = "剩余次数：", "Tries left: ";
    /// Before the last try.
    LAST_TRY = "只剩最后一次机会，再次输错将锁定 USBKEY。是否继续？",
        "Only one try is left. A wrong PIN now locks the USBKEY. Go on?";
    /// Why no PIN is asked.
    KEPT_UNLOCKED = "您已选择对该网站保持解锁，本次无需输入 PIN", "You keep the USBKEY unlocked for this site: no PIN is asked";
    /// Button of a yes.
    ALLOW = "允许", "Allow";
    /// Button of a no.
    DENY = "拒绝", "Deny";
    /// Button that goes on.
    OK = "确定", "OK";
    /// Button that does not.
    CANCEL = "取消", "Cancel";
}

/// Foreign text for a window: without control and direction characters, on one line, of bounded
/// length. What was taken out is a `·`, what was cut off a `…`.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut clean = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == MAX_FOREIGN {
            clean.push('…');
            break;
        }
        clean.push(if is_deceptive(character) {
            '·'
        } else {
            character
        });
    }
    clean
}

/// Controls, line and paragraph separators, marks that change the direction of text or are not seen.
fn is_deceptive(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// The beginning of data, if it is text that a person can read.
#[must_use]
pub fn preview(data: &[u8]) -> Option<String> {
    let text = core::str::from_utf8(data).ok()?;
    let readable = !text.trim().is_empty()
        && text
            .chars()
            .all(|c| matches!(c, '\n' | '\r' | '\t') || !is_deceptive(c));
    readable.then(|| {
        let line: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(MAX_FOREIGN + 1)
            .collect();
        clean(&line)
    })
}

/// A number of bytes, in groups of three digits.
#[must_use]
pub fn size(bytes: u64, language: Language) -> String {
    let digits = bytes.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped} {}", BYTES.in_language(language))
}

/// First and last 8 bytes of a digest, in hexadecimal.
#[must_use]
pub fn short_digest(digest: &[u8]) -> String {
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02X}")).collect() };
    if digest.len() <= 16 {
        return hex(digest);
    }
    format!("{}…{}", hex(&digest[..8]), hex(&digest[digest.len() - 8..]))
}

#[cfg(test)]
mod tests;
