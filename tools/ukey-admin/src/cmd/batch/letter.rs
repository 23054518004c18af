//! The PIN letter: one page, three panels to fold along the lines. The PIN is in the middle panel,
//! which the others cover when the page is folded.

use super::{profile::LetterProfile, table::Row};
use crate::text::batch as words;

/// The page. `pin` is text of digits.
pub(super) fn html(profile: &LetterProfile, row: &Row, serial: &str, pin: &str) -> String {
    let title = match profile.title.as_str() {
        "" => words::LETTER_TITLE,
        title => title,
    };
    let holder = row
        .subject
        .common_name()
        .map_or_else(|| row.subject.to_string(), str::to_owned);
    // Dense print on the outer panels, so that nothing shows through the folded page.
    let cover = escape(&"▚▞".repeat(600));
    format!(
        "<!DOCTYPE html>\n<html lang=\"zh\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <section><h1>{title}</h1><p class=\"holder\">{holder}</p>\
         <p>{sender}</p></section>\n\
         <section><table>\
         <tr><th>{serial_word}</th><td>{serial}</td></tr>\
         <tr><th>{label_word}</th><td>{label}</td></tr>\
         <tr><th>{pin_word}</th><td class=\"pin\">{pin}</td></tr>\
         </table><p>{advice}</p></section>\n\
         <section class=\"cover\">{cover}</section>\n</body>\n</html>\n",
        title = escape(title),
        holder = escape(&holder),
        sender = escape(&profile.sender),
        serial_word = words::LETTER_SERIAL,
        serial = escape(serial),
        label_word = words::LETTER_LABEL,
        label = escape(row.label.as_deref().unwrap_or("-")),
        pin_word = words::LETTER_PIN,
        pin = escape(pin),
        advice = words::LETTER_ADVICE,
    )
}

const STYLE: &str = "@page{size:A4;margin:0}body{margin:0;font:12pt sans-serif}\
section{height:99mm;box-sizing:border-box;padding:18mm 20mm;overflow:hidden;\
border-bottom:1px dashed #888}section:last-child{border:0}.holder{font-size:16pt}\
th{text-align:left;padding-right:8mm;font-weight:normal}.pin{font:bold 22pt monospace;\
letter-spacing:.15em}.cover{padding:0;color:#555;font:9pt/9pt monospace;word-break:break-all}";

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
