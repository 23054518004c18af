//! Challenge, login and verification.

use super::Shared;
use super::reply::{NOT_LOGGED_IN, Reply};
use super::session::{Sessions, describe};
use crate::login::AuthToken;
use crate::{Refusal, signature};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::Read;
use std::sync::Arc;
use time::OffsetDateTime;
use ukey_pki::Certificate;

type WithCookie = ([(HeaderName, HeaderValue); 1], Reply);

/// A challenge in a new session: a name that somebody planted in the browser is not taken over.
pub(super) async fn challenge(State(shared): State<Arc<Shared>>) -> Result<WithCookie, Reply> {
    let (session, cookie) = shared.sessions.begin()?;
    let nonce = shared.nonces.issue(&session)?;
    let expires_in = shared.nonces.lifetime().as_secs();
    let reply = Reply::Json(json!({ "nonce": nonce, "expiresIn": expires_in }));
    Ok(([(header::SET_COOKIE, cookie)], reply))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginRequest {
    token: AuthToken,
}

pub(super) async fn login(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Json(request): Json<LoginRequest>,
) -> Result<Reply, Reply> {
    let session = Sessions::name(&headers).ok_or(Refusal::NoChallenge)?;
    let nonce = shared.nonces.take(&session)?;
    let checking = Arc::clone(&shared);
    let certificate = aside(move || {
        let (origin, trust) = (&checking.origin, &checking.trust);
        let now = OffsetDateTime::now_utc();
        request.token.verify(origin, &nonce, trust, now)
    })
    .await?;
    let holder = shared.sessions.log_in(session, certificate);
    Ok(Reply::Json(holder.describe()))
}

pub(super) async fn session(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Reply {
    match shared.sessions.holder(&headers) {
        Some(holder) => Reply::Json(holder.describe()),
        None => NOT_LOGGED_IN,
    }
}

pub(super) async fn logout(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Reply {
    shared.sessions.log_out(&headers);
    Reply::Json(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VerifyRequest {
    /// Signed message, or bare signature with `certificate`; base64.
    signature: String,
    /// What was signed, unless it is in the message; base64.
    data: Option<String>,
    /// Certificate of a bare signature; base64 of DER, or PEM.
    certificate: Option<String>,
}

pub(super) async fn verify(
    State(shared): State<Arc<Shared>>,
    Json(request): Json<VerifyRequest>,
) -> Result<Reply, Reply> {
    let outcome = aside(move || verdict(&shared, &request)).await;
    let answer = match outcome {
        Ok(signers) => {
            let signers: Vec<Value> = signers.iter().map(describe).collect();
            json!({ "valid": true, "signers": signers })
        }
        Err(refusal @ (Refusal::Malformed(_) | Refusal::Io(_))) => return Err(refusal.into()),
        Err(refusal) => json!({ "valid": false, "refusal": refusal.code(), "signers": [] }),
    };
    Ok(Reply::Json(answer))
}

/// Runs a check, which may wait for a responder, beside the threads that serve.
async fn aside<T: Send + 'static>(
    check: impl FnOnce() -> crate::Result<T> + Send + 'static,
) -> crate::Result<T> {
    let checked = tokio::task::spawn_blocking(check).await;
    checked.map_err(|e| Refusal::Io(std::io::Error::other(e)))?
}

fn verdict(shared: &Shared, request: &VerifyRequest) -> crate::Result<Vec<Certificate>> {
    let now = OffsetDateTime::now_utc();
    let signature = decode(&request.signature, "signature")?;
    let data = request.data.as_deref();
    let data = data.map(|data| decode(data, "data")).transpose()?;
    let Some(certificate) = &request.certificate else {
        let mut content = data.as_deref();
        let content = content.as_mut().map(|content| content as &mut dyn Read);
        return signature::verify_message(&signature, content, &shared.trust, now);
    };
    let certificate = match STANDARD.decode(certificate) {
        Ok(der) => Certificate::from_der(&der),
        Err(_) => Certificate::from_file_bytes(certificate.as_bytes()),
    };
    let certificate = certificate.map_err(|_| Refusal::Malformed("certificate"))?;
    let data = data.ok_or(Refusal::Malformed("data"))?;
    signature::verify_bare(&certificate, &data, &signature, &shared.trust, now)?;
    Ok(vec![certificate])
}

fn decode(text: &str, name: &'static str) -> crate::Result<Vec<u8>> {
    STANDARD.decode(text).map_err(|_| Refusal::Malformed(name))
}
