//! Sessions of browsers: a random name in a cookie, and who has logged in under it.

use axum::http::{HeaderMap, HeaderValue, header};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use ukey_pki::Certificate;

use crate::Result;

const COOKIE: &str = "ukey_session";
/// How long a login lasts without another one.
const LIFETIME: Duration = Duration::from_secs(3600);

/// Who has logged in.
#[derive(Clone)]
pub(super) struct Holder {
    /// The certificate that was checked.
    pub(super) certificate: Certificate,
    since: Instant,
}

impl Holder {
    /// What the pages are told.
    pub(super) fn describe(&self) -> Value {
        describe(&self.certificate)
    }
}

/// A certificate's holder, for pages.
pub(super) fn describe(certificate: &Certificate) -> Value {
    json!({
        "subject": certificate.subject().to_string(),
        "commonName": certificate.subject().common_name(),
        "issuer": certificate.issuer().to_string(),
        "serial": certificate.serial_hex(),
    })
}

/// All sessions. One without a login is but its cookie and needs no room here.
pub(super) struct Sessions {
    is_secure: bool,
    holders: Mutex<HashMap<String, Holder>>,
}

impl Sessions {
    /// `is_secure`: the site has https, and so has the cookie.
    pub(super) fn new(is_secure: bool) -> Self {
        Self {
            is_secure,
            holders: Mutex::default(),
        }
    }

    /// The session's name as the cookie says it.
    pub(super) fn name(headers: &HeaderMap) -> Option<String> {
        let cookies = headers.get_all(header::COOKIE).iter();
        cookies
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .find(|(name, _)| *name == COOKIE)
            .map(|(_, value)| value.to_owned())
    }

    /// A new name, and the cookie that holds it.
    pub(super) fn begin(&self) -> Result<(String, HeaderValue)> {
        let mut random = [0; 32];
        ukey_crypto::rng::fill(&mut random).map_err(|e| std::io::Error::other(e.to_string()))?;
        let name: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let secure = if self.is_secure { "; Secure" } else { "" };
        let cookie = format!("{COOKIE}={name}; Path=/; HttpOnly; SameSite=Strict{secure}");
        let cookie = HeaderValue::from_str(&cookie).map_err(std::io::Error::other)?;
        Ok((name, cookie))
    }

    /// Remembers who has logged in.
    pub(super) fn log_in(&self, name: String, certificate: Certificate) -> Holder {
        let holder = Holder {
            certificate,
            since: Instant::now(),
        };
        let mut holders = self.lock();
        holders.retain(|_, holder| holder.since.elapsed() < LIFETIME);
        holders.insert(name, holder.clone());
        holder
    }

    /// Who has logged in under this cookie.
    pub(super) fn holder(&self, headers: &HeaderMap) -> Option<Holder> {
        let name = Self::name(headers)?;
        let holder = self.lock().get(&name).cloned()?;
        (holder.since.elapsed() < LIFETIME).then_some(holder)
    }

    /// Forgets the login of this cookie.
    pub(super) fn log_out(&self, headers: &HeaderMap) {
        if let Some(name) = Self::name(headers) {
            self.lock().remove(&name);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Holder>> {
        self.holders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
