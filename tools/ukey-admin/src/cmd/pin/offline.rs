//! Unblocking between two machines: the holder's shows a code, an operator's makes an answer of it
//! with the SO PIN. Neither PIN crosses the gap: the answer is a key for one command under one
//! challenge, and the new PIN is chosen and encrypted where the USBKEY is.

use serde_json::json;
use ukey_crypto::sm3;
use ukey_token::{PinState, PinType, UnblockChallenge};
use zeroize::Zeroizing;

use crate::{
    certificate,
    cli::{PinAnswerArgs, PinRole, PinUnblockArgs},
    cmd::apdu,
    context::Context,
    error::{Error, Result},
    login,
    output::{self, Outcome},
    pin_source::PinSource,
    target, text,
};

/// Digits between two hyphens of a code.
const GROUP: usize = 4;

/// Bytes of an answer without its check byte.
const ANSWER: usize = 16;

/// On the holder's machine. The challenge lives in the USBKEY until it is answered, so both halves
/// are one run.
pub(super) fn unblock(context: &Context, args: &PinUnblockArgs) -> Result<Outcome> {
    let application = target::selected_application(context)?;
    let so = application.pin_info(PinType::Admin)?;
    if application.pin_info(PinType::User)?.state == PinState::NotSet {
        return Err(Error::PinNotSet);
    }
    match so.tries_left {
        0 => return Err(Error::PinLocked { role: PinRole::So }),
        1 if !args.last_try.last_try_ok => return Err(Error::LastTry { role: PinRole::So }),
        _ => {}
    }
    let new = login::new_pin(context, PinRole::User, args.new_pin.new_pin_source.as_ref())?;
    let challenge = application.unblock_challenge()?;
    // On standard error with --json too: the other side waits for it.
    eprintln!("{}", text::unblock_code(&code(&challenge.to_bytes())));
    let typed = match args.answer_source.as_ref().unwrap_or(&PinSource::Prompt) {
        PinSource::Prompt => context
            .prompter
            .secret(text::answer_prompt(), text::answer())?,
        source => context.pins.borrow_mut().read(source)?,
    };
    let answer = read(&typed).and_then(|bytes| <[u8; ANSWER]>::try_from(bytes.as_slice()).ok());
    let answer = Zeroizing::new(answer.ok_or_else(|| mistyped(text::answer()))?);
    match application.unblock_with(&challenge, &answer, &new) {
        Ok(()) => Ok(super::done(text::pin_unblocked().to_owned())),
        Err(ukey_token::Error::PinIncorrect { tries_left }) => Err(Error::PinWrong {
            role: PinRole::So,
            tries_left,
        }),
        Err(e) => Err(e.into()),
    }
}

/// On the operator's machine; no USBKEY is needed.
pub(super) fn answer(context: &Context, args: &PinAnswerArgs) -> Result<Outcome> {
    let bytes = read(args.code.as_bytes()).ok_or_else(|| mistyped(text::code()))?;
    let challenge = <[u8; UnblockChallenge::LENGTH]>::try_from(bytes.as_slice())
        .ok()
        .and_then(|bytes| UnblockChallenge::from_bytes(&bytes))
        .ok_or_else(|| mistyped(text::code()))?;
    let source = args.so_pin.so_pin_source.as_ref();
    let pin = login::typed_pin(context, PinRole::So, source)?;
    let answer = Zeroizing::new(code(&*challenge.answer(&pin)?));
    let data = json!({ "answer": *answer });
    let text = output::fields(&[(text::label::answer(), (*answer).clone())]);
    Ok(Outcome::new(data, text))
}

fn mistyped(what: &'static str) -> Error {
    Error::Unfit(text::error::mistyped(what))
}

/// Bytes as groups of digits that can be read out, with a check byte at the end.
fn code(bytes: &[u8]) -> String {
    let digits = certificate::hex(&[bytes, &[check(bytes)]].concat());
    let digits: Vec<char> = digits.chars().collect();
    let groups: Vec<String> = digits
        .chunks(GROUP)
        .map(|group| group.iter().collect())
        .collect();
    groups.join("-")
}

/// The bytes of a code whose check byte is right.
fn read(code: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(apdu::parse(std::str::from_utf8(code).ok()?.trim())?);
    let last = bytes.pop()?;
    (check(&bytes) == last).then_some(bytes)
}

/// Finds slips of the pen.
fn check(bytes: &[u8]) -> u8 {
    sm3::digest(bytes)[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_back_and_a_slip_is_noticed() {
        let text = code(&[0x3F, 0x0A, 0x11]);
        assert_eq!(text.len(), 9);
        assert_eq!(
            read(text.as_bytes()).as_deref(),
            Some(&vec![0x3F, 0x0A, 0x11])
        );
        assert_eq!(
            read(text.to_lowercase().replace('-', " ").as_bytes()).map(|b| b.len()),
            Some(3)
        );
        let slip = text.replacen('3', "4", 1);
        assert!(read(slip.as_bytes()).is_none());
        assert!(read(b"").is_none());
    }
}
