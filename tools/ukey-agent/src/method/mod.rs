//! The methods that a page can call, one file each. Parameters are read strictly: a member that is
//! not known is an error.

mod authenticate;
mod certificates;
mod decrypt;
mod encrypt;
mod manage;
mod pin;
mod random;
mod sign;
mod status;
mod streamed;
mod verify;

use crate::audit::AuditLog;
use crate::consent::{Consents, Standing};
use crate::error::{Code, Error, Result};
use crate::request::Request;
use crate::serial;
use crate::text;
use crate::token::{Held, Tokens};
use crate::window::Asker;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use ukey_host::pinentry::Cancellation;

/// Every method, in the order of the documentation.
pub const METHODS: &[&str] = &[
    "status",
    "listCertificates",
    "authenticate",
    "sign",
    "encrypt",
    "decrypt",
    "verify",
    "random",
    "checkPin",
    "changePin",
    "pinTries",
    "deviceInfo",
    "streamBegin",
    "streamWrite",
    "streamEnd",
    "streamAbort",
];

/// What the extension's own pages can ask, besides `status`, and nobody else.
const MANAGEMENT: &[&str] = &[
    "consents",
    "revokeConsent",
    "keepUnlocked",
    "auditTail",
    "selfTest",
];

/// What is written down about a request besides its outcome.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Record {
    /// Certificate that was used.
    pub cert: Option<String>,
    /// Digest of the data, in hexadecimal.
    pub digest: Option<String>,
}

impl Record {
    fn of(held: &Held) -> Self {
        Self {
            cert: Some(held.id.clone()),
            digest: None,
        }
    }
}

/// What a method has at hand.
pub struct Context<'a> {
    /// The request.
    pub request: &'a Request,
    /// All tokens.
    pub tokens: &'a Tokens,
    /// Who may see certificates.
    pub consents: &'a Consents,
    /// What was done.
    pub audit: &'a AuditLog,
    /// Windows of this request.
    pub asker: Asker,
    /// Streams under way, by number.
    pub streams: &'a mut Streams,
    /// Everything that is cancelled with this request.
    pub cancelled_with: &'a CancelList,
    /// For the audit log.
    pub record: Record,
}

/// What is cancelled together.
#[derive(Debug, Default)]
pub struct CancelList(Mutex<Vec<Arc<Cancellation>>>);

impl CancelList {
    /// Adds one more.
    pub fn add(&self, cancellation: &Arc<Cancellation>) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Arc::clone(cancellation));
    }

    /// Cancels all.
    pub fn cancel(&self) {
        let list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.iter().for_each(|cancellation| cancellation.cancel());
    }
}

/// Streams under way. Each belongs to the origin that began it.
#[derive(Default)]
pub struct Streams {
    open: HashMap<u64, streamed::Open>,
    last: u64,
}

impl Streams {
    /// Ends those that were started with this cancellation cancelled.
    pub fn drop_cancelled(&mut self) {
        self.open.retain(|_, open| !open.is_cancelled());
    }
}

/// Calls the method that the request names.
///
/// # Errors
/// [`Code::Unsupported`] for an unknown one, else those of the method.
pub fn call(context: &mut Context<'_>) -> Result<Value> {
    let method = context.request.method.as_str();
    let for_extension = MANAGEMENT.contains(&method);
    let may_ask = match context.request.origin.is_extension() {
        true => for_extension || method == "status",
        false => !for_extension,
    };
    if !may_ask {
        return Err(Error::new(Code::OriginDenied, "not for this caller"));
    }
    match context.request.method.as_str() {
        "status" => status::run(context),
        "listCertificates" => certificates::run(context),
        "authenticate" => authenticate::run(context),
        "sign" => sign::run(context),
        "encrypt" => encrypt::run(context),
        "decrypt" => decrypt::run(context),
        "verify" => verify::run(context),
        "random" => random::run(context),
        "checkPin" => pin::check(context),
        "changePin" => pin::change(context),
        "pinTries" => pin::tries(context),
        "deviceInfo" => status::device_info(context),
        "streamBegin" => streamed::begin(context),
        "streamWrite" => streamed::write(context),
        "streamEnd" => streamed::end(context),
        "streamAbort" => streamed::abort(context),
        "consents" => manage::consents(context),
        "revokeConsent" => manage::revoke(context),
        "keepUnlocked" => manage::keep_unlocked(context),
        "auditTail" => manage::audit(context, context.audit),
        "selfTest" => manage::self_test(context),
        _ => Err(Error::new(Code::Unsupported, "no such method")),
    }
}

/// Whether a method may open windows or tells about certificates. Such a one has a line in the audit
/// log when it works, and is not done right after the user's no.
#[must_use]
pub fn is_audited(method: &str) -> bool {
    !matches!(
        method,
        "status"
            | "random"
            | "verify"
            | "encrypt"
            | "streamWrite"
            | "streamAbort"
            | "consents"
            | "auditTail"
            | "selfTest"
    )
}

impl Context<'_> {
    /// Makes sure that the page may see certificates; asks the user once.
    ///
    /// # Errors
    /// [`Code::ConsentDenied`]; those of the window.
    fn consent(&self) -> Result<()> {
        let origin = &self.request.origin;
        match self.consents.standing(origin) {
            Standing::Allowed => Ok(()),
            Standing::Forbidden => Err(Error::new(Code::ConsentDenied, "the user did not agree")),
            Standing::Unknown => {
                let _turn = serial::take_turn(&self.asker.cancellation)?;
                // Another window may have been answered meanwhile.
                if self.consents.standing(origin) != Standing::Allowed {
                    self.asker.consent(text::LIST)?;
                    self.consents.grant(origin)?;
                }
                Ok(())
            }
        }
    }

    /// The certificate with this id, for a page that may see it.
    ///
    /// # Errors
    /// Those of consent and token.
    fn certificate(&mut self, id: &str) -> Result<Held> {
        self.consent()?;
        let held = self.tokens.certificate(id)?;
        self.record = Record::of(&held);
        Ok(held)
    }
}
