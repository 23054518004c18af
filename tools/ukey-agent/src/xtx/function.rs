//! The functions of the `xtx` profile: the set that pages of the field call, on top of the agent's methods.
//! Functions that name files, libraries or symmetric keys are not here, and neither are those whose meaning
//! under this protocol is not known (`SOF_EncryptData` is one thing in one source and another in the next).

use super::{Failure, Session, certificate};
use crate::error::{Code, Error};
use crate::request::base64;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use ukey_pki::Certificate;

/// Error codes of GM/T 0020 (`SOR_*`).
pub(super) const NOT_SUPPORTED: u32 = 0x0B00_0002;
const UNKNOWN: u32 = 0x0B00_0001;
const DATA_LENGTH: u32 = 0x0B00_0200;
const DATA: u32 = 0x0B00_0201;
const KEY_NOT_FOUND: u32 = 0x0B00_0309;
const CERTIFICATE_NOT_FOUND: u32 = 0x0B00_0310;
const ENCODING: u32 = 0x0B00_0405;
const EXPIRED: u32 = 0x0B00_0407;
const SIGN: u32 = 0x0B00_0409;
const VERIFY: u32 = 0x0B00_0410;
const MESSAGE_ENCODING: u32 = 0x0B00_0417;

type Outcome = Result<String, Failure>;

/// One function.
pub(super) struct Function {
    name: &'static str,
    pub(super) run: fn(&mut Session<'_>, &[String]) -> Outcome,
    /// What it gives when it fails.
    pub(super) failed: &'static str,
    /// Its error code for what has none of its own.
    otherwise: u32,
}

macro_rules! functions {
    ($($name:literal => $run:path, $failed:literal, $otherwise:ident;)*) => {
        &[$(Function { name: $name, run: $run, failed: $failed, otherwise: $otherwise },)*]
    };
}

const FUNCTIONS: &[Function] = functions! {
    "SOF_GetVersion" => version, "", UNKNOWN;
    "SOF_GetUserList" => user_list, "", CERTIFICATE_NOT_FOUND;
    "SOF_ExportUserCert" => signing_certificate, "", CERTIFICATE_NOT_FOUND;
    "SOF_ExportExChangeUserCert" => encryption_certificate, "", CERTIFICATE_NOT_FOUND;
    "SOF_GetCertInfo" => certificate_info, "", ENCODING;
    "SOF_Login" => log_in, "false", UNKNOWN;
    "SOF_LoginEx" => log_in, "false", UNKNOWN;
    "SOF_IsLogin" => is_logged_in, "false", UNKNOWN;
    "SOF_Logout" => log_out, "false", UNKNOWN;
    "SOF_GetPinRetryCount" => tries_left, "-1", UNKNOWN;
    "SOF_ChangePassWd" => change_pin, "false", UNKNOWN;
    "SOF_SignData" => sign_data, "", SIGN;
    "SOF_VerifySignedData" => verify_data, "false", VERIFY;
    "SOF_SignMessage" => sign_message, "", SIGN;
    "SOF_VerifySignedMessage" => verify_message, "false", VERIFY;
    "SOF_GetInfoFromSignedMessage" => message_info, "", MESSAGE_ENCODING;
    "SOF_GenRandom" => random, "", UNKNOWN;
    "GetDeviceCount" => device_count, "0", UNKNOWN;
    "GetDeviceCountEx" => device_count, "0", UNKNOWN;
    "GetAllDeviceSN" => serial_numbers, "", UNKNOWN;
    "GetDeviceInfo" => device_info, "", UNKNOWN;
    "Base64Encode" => encode, "", DATA;
    "Base64Decode" => decode, "", DATA;
};

/// The function of this name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

impl Function {
    /// The vendor-side number for one of our codes. There is none for a user who said no.
    pub(super) fn error_code(&self, code: &str) -> u32 {
        match code {
            "ERR_UKEY_NO_TOKEN" | "ERR_UKEY_TOKEN_REMOVED" => KEY_NOT_FOUND,
            "ERR_UKEY_NO_CERT" => CERTIFICATE_NOT_FOUND,
            "ERR_UKEY_CERT_EXPIRED" => EXPIRED,
            "ERR_UKEY_UNSUPPORTED" => NOT_SUPPORTED,
            "ERR_UKEY_TOO_LARGE" => DATA_LENGTH,
            "ERR_UKEY_BAD_PARAMS" => DATA,
            _ => self.otherwise,
        }
    }
}

/// The arguments, of which there must be at least so many. What pages pass beyond them is not looked at.
fn first<const N: usize>(given: &[String]) -> Result<[&str; N], Failure> {
    let mut found = [""; N];
    for (slot, text) in found.iter_mut().zip(given) {
        *slot = text;
    }
    match given.len() >= N {
        true => Ok(found),
        false => Err(Error::bad_params("too few arguments").into()),
    }
}

fn number(text: &str) -> Result<u32, Failure> {
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| Error::bad_params("not a number").into())
}

fn certificate_of(text: &str) -> Result<Certificate, Failure> {
    Certificate::from_file_bytes(text.as_bytes())
        .map_err(|_| Error::bad_params("not a certificate").into())
}

fn text_of(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_default().to_owned()
}

fn unsupported(what: &'static str) -> Failure {
    Error::new(Code::Unsupported, what).into()
}

impl Session<'_> {
    fn certificates(&mut self, usage: Option<&str>) -> Result<Vec<Value>, Failure> {
        let filter = usage.map_or(json!({}), |usage| json!({ "usage": usage }));
        match self.ask("listCertificates", filter)? {
            Value::Array(listed) => Ok(listed),
            _ => Ok(Vec::new()),
        }
    }

    /// The certificate for this use on the key that the named one is on.
    fn half(&mut self, id: &str, usage: &str) -> Result<Value, Failure> {
        let all = self.certificates(None)?;
        let pair = all
            .iter()
            .find(|one| one["id"] == id)
            .map(|one| &one["pairId"]);
        let found = all
            .iter()
            .find(|one| Some(&one["pairId"]) == pair && one["usage"] == usage);
        found
            .cloned()
            .ok_or_else(|| Error::new(Code::NoCert, "no such certificate").into())
    }

    /// Serial number and a certificate of each token.
    fn devices(&mut self) -> Result<Vec<(String, Value)>, Failure> {
        let mut found: Vec<(String, Value)> = Vec::new();
        for one in self.certificates(Some("sign"))? {
            let info = self.ask("deviceInfo", json!({ "certId": one["id"] }))?;
            let serial = text_of(&info, "serial");
            if found.iter().all(|(known, _)| *known != serial) {
                found.push((serial, info));
            }
        }
        Ok(found)
    }
}

fn version(session: &mut Session<'_>, _: &[String]) -> Outcome {
    let status = session.ask("status", json!({}))?;
    Ok(text_of(&status, "agent"))
}

fn user_list(session: &mut Session<'_>, _: &[String]) -> Outcome {
    let entries = session.certificates(Some("sign"))?;
    let entries: Vec<String> = entries
        .iter()
        .map(|one| {
            let name = one["commonName"].as_str().or(one["subject"].as_str());
            // A name must not begin another entry.
            let name = name.unwrap_or_default().replace(['|', '&'], " ");
            format!("{name}||{}", text_of(one, "id"))
        })
        .collect();
    Ok(entries.join("&&&"))
}

fn signing_certificate(session: &mut Session<'_>, given: &[String]) -> Outcome {
    let [id] = first(given)?;
    Ok(text_of(&session.half(id, "sign")?, "der"))
}

fn encryption_certificate(session: &mut Session<'_>, given: &[String]) -> Outcome {
    let [id] = first(given)?;
    Ok(text_of(&session.half(id, "encrypt")?, "der"))
}

fn certificate_info(_: &mut Session<'_>, given: &[String]) -> Outcome {
    let [text, kind] = first(given)?;
    certificate::field(&certificate_of(text)?, number(kind)?)
        .ok_or_else(|| unsupported("no such field"))
}

fn log_in(session: &mut Session<'_>, given: &[String]) -> Outcome {
    let [id] = first(given)?;
    session.ask("checkPin", json!({ "certId": id }))?;
    session.logged_in.insert(id.to_owned());
    Ok("true".to_owned())
}

fn is_logged_in(session: &mut Session<'_>, given: &[String]) -> Outcome {
    let [id] = first(given)?;
    Ok(session.logged_in.contains(id).to_string())
}

fn log_out(session: &mut Session<'_>, given: &[String]) -> Outcome {
    let [id] = first(given)?;
    session.logged_in.remove(id);
    Ok("true".to_owned())
}

fn tries_left(session: &mut Session<'_>, given: &[String]) -> Outcome {
    let [id] = first(given)?;
    let tries = session.ask("pinTries", json!({ "certId": id }))?;
    Ok(tries["triesLeft"].to_string())
}

fn change_pin(session: &mut Session<'_>, given: &[String]) -> Outcome {
    let [id] = first(given)?;
    session.ask("changePin", json!({ "certId": id }))?;
    Ok("true".to_owned())
}

fn sign_data(session: &mut Session<'_>, given: &[String]) -> Outcome {
    let [id, text] = first(given)?;
    let id = session.half(id, "sign")?["id"].take();
    // SM2 signatures are r ‖ s under this protocol.
    let how = json!({ "certId": id, "format": "raw" });
    let data = base64(text.as_bytes());
    let signed = session.ask("sign", json!({ "data": data, "how": how }))?;
    Ok(text_of(&signed, "signature"))
}

fn verify_data(session: &mut Session<'_>, given: &[String]) -> Outcome {
    let [certificate, text, signature] = first(given)?;
    let certificate = base64(certificate_of(certificate)?.as_der());
    let data = base64(text.as_bytes());
    let params = json!({ "certificate": certificate, "data": data, "signature": signature });
    Ok(session.ask("verify", params)?["valid"].to_string())
}

fn sign_message(session: &mut Session<'_>, given: &[String]) -> Outcome {
    let [flag, id, text] = first(given)?;
    let detached = match number(flag)? {
        0 => false,
        1 => true,
        _ => return Err(Error::bad_params("the flag is 0 or 1").into()),
    };
    let id = session.half(id, "sign")?["id"].take();
    let how = json!({ "certId": id, "format": "cms", "detached": detached });
    let data = base64(text.as_bytes());
    let signed = session.ask("sign", json!({ "data": data, "how": how }))?;
    Ok(text_of(&signed, "signature"))
}

fn verify_message(session: &mut Session<'_>, given: &[String]) -> Outcome {
    let [message, text] = first(given)?;
    let mut params = json!({ "signature": message });
    if !text.is_empty() {
        params["data"] = base64(text.as_bytes()).into();
    }
    Ok(session.ask("verify", params)?["valid"].to_string())
}

fn message_info(session: &mut Session<'_>, given: &[String]) -> Outcome {
    let [message, kind] = first(given)?;
    let found = session.ask("verify", json!({ "signature": message }))?;
    match number(kind)? {
        1 => text_from(found["data"].as_str().unwrap_or_default()),
        2 => match found["signers"][0].as_str() {
            Some(certificate) => Ok(certificate.to_owned()),
            None => Err(unsupported("no certificate in the message")),
        },
        _ => Err(unsupported("no such field")),
    }
}

fn random(session: &mut Session<'_>, given: &[String]) -> Outcome {
    let [length] = first(given)?;
    let made = session.ask("random", json!({ "length": number(length)? }))?;
    Ok(text_of(&made, "data"))
}

fn device_count(session: &mut Session<'_>, _: &[String]) -> Outcome {
    Ok(session.ask("status", json!({}))?["tokens"].to_string())
}

fn serial_numbers(session: &mut Session<'_>, _: &[String]) -> Outcome {
    let devices = session.devices()?;
    let serials: Vec<String> = devices.into_iter().map(|(serial, _)| serial).collect();
    Ok(serials.join(";"))
}

/// The vendor's 7 (hardware or software), and the `SGD_DEVICE_*` of GM/T 0006.
fn device_info(session: &mut Session<'_>, given: &[String]) -> Outcome {
    let [serial, kind] = first(given)?;
    let devices = session.devices()?;
    let info = devices.into_iter().find(|(known, _)| known == serial);
    let Some((_, info)) = info else {
        return Err(Error::new(Code::NoToken, "no such device").into());
    };
    let member = match number(kind)? {
        7 => return Ok("HARD".to_owned()),
        0x202 => "label",
        0x203 => "manufacturer",
        0x204 => "hardwareVersion",
        0x205 => "firmwareVersion",
        0x208 => "serial",
        0x20C => return Ok(info["totalSpace"].to_string()),
        0x20D => return Ok(info["freeSpace"].to_string()),
        _ => return Err(unsupported("no such field")),
    };
    Ok(text_of(&info, member))
}

fn encode(_: &mut Session<'_>, given: &[String]) -> Outcome {
    let [text] = first(given)?;
    Ok(base64(text.as_bytes()))
}

fn decode(_: &mut Session<'_>, given: &[String]) -> Outcome {
    let [text] = first(given)?;
    text_from(text)
}

/// The text that is in base64.
fn text_from(encoded: &str) -> Outcome {
    let bytes = STANDARD.decode(encoded).ok();
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| Error::bad_params("not text in base64").into())
}
