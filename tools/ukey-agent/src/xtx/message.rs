//! The vendor's messages.
//!
//! ```json
//! {"xtx_func_name":"SOF_SignData", "call_cmd_id":"i_7", "param":["certId","text"], "URL":"…"}
//! {"call_cmd_id":"i_7", "retVal":"…"}
//! ```
//!
//! Older pages number their arguments (`param_1`, `param_2`, …) and send their cookie. `URL` and `cookie`
//! are the page's word about itself: they are not looked at. Every value of an answer is text.

use crate::error::{Code, Error};
use crate::request::is_pin_name;
use serde_json::{Map, Value, json};
use zeroize::Zeroize;

/// Longest id and function name, in bytes.
const MAX_NAME: usize = 64;
/// Most arguments of a call.
const MAX_ARGUMENTS: usize = 8;

/// Functions that pages give a PIN. Only their first argument, a certificate's id, is looked at.
const WITH_PIN: &[&str] = &["SOF_Login", "SOF_LoginEx", "SOF_ChangePassWd"];

/// A call of a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// Given back with the answer.
    pub(super) id: String,
    /// Name of the function.
    pub(super) function: String,
    /// Arguments as text, whatever they were in JSON.
    pub(super) arguments: Vec<String>,
}

/// Why a message is no call, and which id to answer; empty when there is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) id: String,
    pub(super) error: Error,
}

/// The message that tells a page what a call gave.
pub(super) fn reply(id: &str, value: &str) -> Vec<u8> {
    json!({ "call_cmd_id": id, "retVal": value })
        .to_string()
        .into_bytes()
}

/// Reads a message strictly: a member that is not known is an error, and so is one that is called like a
/// PIN, anywhere.
pub(super) fn parse(text: &str) -> Result<Call, Refusal> {
    let refused = |id: &str, error| Refusal {
        id: id.to_owned(),
        error,
    };
    let Ok(Value::Object(members)) = serde_json::from_str(text) else {
        return Err(refused("", Error::bad_params("not a message of ours")));
    };
    let id = match members.get("call_cmd_id") {
        Some(Value::String(id)) if id.len() <= MAX_NAME => id.clone(),
        None => String::new(),
        Some(_) => return Err(refused("", Error::bad_params("bad call_cmd_id"))),
    };
    read(members, &id).map_err(|error| refused(&id, error))
}

fn read(mut members: Map<String, Value>, id: &str) -> Result<Call, Error> {
    members.remove("call_cmd_id");
    members.remove("URL");
    members.remove("cookie");
    let function = match members.remove("xtx_func_name") {
        Some(Value::String(name)) if !name.is_empty() && name.len() <= MAX_NAME => name,
        _ => return Err(Error::bad_params("bad xtx_func_name")),
    };
    let mut given = match members.remove("param") {
        Some(Value::Array(given)) => given,
        None | Some(Value::Null) => Vec::new(),
        Some(_) => return Err(Error::bad_params("param is a list")),
    };
    while let Some(value) = members.remove(&format!("param_{}", given.len() + 1)) {
        given.push(value);
    }
    if !members.is_empty() {
        return Err(match members.keys().any(|name| is_pin_name(name)) {
            true => Error::new(
                Code::PinInRequest,
                "a PIN is typed into the agent's window, never sent by a page",
            ),
            false => Error::bad_params("unknown member"),
        });
    }
    if given.len() > MAX_ARGUMENTS {
        return Err(Error::bad_params("too many arguments"));
    }
    if WITH_PIN.contains(&function.as_str()) {
        given.iter_mut().skip(1).for_each(wipe);
        given.truncate(1);
    }
    Ok(Call {
        id: id.to_owned(),
        function,
        arguments: given.into_iter().map(text).collect::<Result<_, _>>()?,
    })
}

fn wipe(value: &mut Value) {
    if let Value::String(text) = value {
        text.zeroize();
    }
}

fn text(value: Value) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(yes) => Ok(yes.to_string()),
        _ => Err(Error::bad_params("an argument is text or a number")),
    }
}

#[cfg(test)]
mod tests;
