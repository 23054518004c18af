//! `apdu`: bytes to the USBKEY and back, for developers.

use serde_json::json;

use crate::{
    certificate,
    cli::ApduArgs,
    context::Context,
    error::{Error, Result},
    output::{self, Outcome},
    target,
    text::{self, label},
};

pub(crate) fn run(context: &Context, args: &ApduArgs) -> Result<Outcome> {
    let commands: Vec<Vec<u8>> = args
        .commands
        .iter()
        .map(|digits| parse(digits).ok_or_else(|| Error::Usage(text::error::not_hex(digits))))
        .collect::<Result<_>>()?;
    let device = target::device(context)?;
    let (mut exchanges, mut rows) = (Vec::new(), Vec::new());
    for command in &commands {
        let answer = device.transmit(command)?;
        let split = answer.len().saturating_sub(2);
        let (data, status) = answer.split_at(split);
        let (data, status) = (certificate::hex(data), certificate::hex(status));
        let sent = certificate::hex(command);
        rows.push(vec![sent.clone(), status.clone(), data.clone()]);
        exchanges.push(json!({ "command": sent, "status": status, "data": data }));
    }
    let text = output::table(&[label::command(), label::status(), label::data()], &rows);
    Ok(Outcome::new(json!({ "exchanges": exchanges }), text))
}

/// Bytes of hexadecimal digits, between which blanks and colons may stand.
pub(crate) fn parse(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text
        .chars()
        .filter(|c| !matches!(c, ' ' | ':' | '-'))
        .map(|c| c.to_digit(16))
        .collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() || digits.is_empty() {
        return None;
    }
    pairs
        .map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok())
        .collect()
}
