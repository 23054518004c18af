//! The checks as an HTTP service on loopback, and the demonstration platform.
//!
//! | request | answer |
//! |---|---|
//! | `POST /api/challenge` | `{nonce, expiresIn}`; begins a session |
//! | `POST /api/login {token}` | `{subject, commonName, serial, issuer}` of the holder |
//! | `GET /api/session` | the same, or 401 |
//! | `POST /api/logout` | nothing |
//! | `POST /api/verify {signature, data?, certificate?}` | `{valid, refusal?, signers}` |
//! | `/api/tenders…` | the demonstration platform, see [`tender`] |
//!
//! Refusals are `{error: CODE}` with the codes of [`Refusal::code`](crate::Refusal::code). It speaks plain HTTP: TLS is the
//! business of the web server in front of it, which passes `Host` and `Origin` on unchanged.

mod check;
mod guard;
mod reply;
mod session;
pub mod tender;

use crate::nonce::NonceStore;
use crate::trust::Trust;
use axum::Router;
use axum::middleware;
use axum::routing::{get, post};
use std::path::PathBuf;
use std::sync::Arc;
use tower_http::services::ServeDir;

use session::Sessions;
use tender::Tenders;

/// What a service is started with.
pub struct Settings {
    /// The site's origin as browsers write it; tokens made for another one are refused.
    pub origin: String,
    /// Whom to trust.
    pub trust: Trust,
    /// Folder of pages, served under `/`.
    pub site: Option<PathBuf>,
    /// Folder of `ukey.js`, served under `/ukey/`.
    pub library: Option<PathBuf>,
    /// Folder for the tenders of the demonstration platform.
    pub data: Option<PathBuf>,
}

/// What every handler shares.
struct Shared {
    origin: String,
    trust: Trust,
    nonces: NonceStore,
    sessions: Sessions,
    tenders: Option<Tenders>,
}

/// The service, ready to be given a listener.
///
/// # Errors
/// The folder for tenders cannot be made or read.
pub fn router(settings: Settings) -> std::io::Result<Router> {
    let tenders = settings.data.map(Tenders::open).transpose()?;
    let has_tenders = tenders.is_some();
    let shared = Arc::new(Shared {
        sessions: Sessions::new(settings.origin.starts_with("https://")),
        origin: settings.origin,
        trust: settings.trust,
        nonces: NonceStore::default(),
        tenders,
    });
    let mut router = Router::new()
        .route("/api/challenge", post(check::challenge))
        .route("/api/login", post(check::login))
        .route("/api/session", get(check::session))
        .route("/api/logout", post(check::logout))
        .route("/api/verify", post(check::verify));
    if has_tenders {
        router = router.merge(tender::routes());
    }
    if let Some(library) = settings.library {
        router = router.nest_service("/ukey", ServeDir::new(library));
    }
    if let Some(site) = settings.site {
        router = router.fallback_service(ServeDir::new(site));
    }
    Ok(router
        .layer(middleware::from_fn_with_state(
            Arc::clone(&shared),
            guard::check,
        ))
        .with_state(shared))
}
