//! Answers: JSON, or a refusal with its code.

use crate::Refusal;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// What a handler answers.
pub(super) enum Reply {
    /// It worked.
    Json(Value),
    /// It did not, and why in a word.
    Refused(StatusCode, &'static str),
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        eprintln!("ukey-verifier: refused: {refusal}");
        let status = match refusal {
            Refusal::Malformed(_) => StatusCode::BAD_REQUEST,
            Refusal::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::Io(_) => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::FORBIDDEN,
        };
        Self::Refused(status, refusal.code())
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        match self {
            Self::Json(value) => Json(value).into_response(),
            Self::Refused(status, code) => (status, Json(json!({ "error": code }))).into_response(),
        }
    }
}

/// Reply of somebody who is not logged in.
pub(super) const NOT_LOGGED_IN: Reply = Reply::Refused(StatusCode::UNAUTHORIZED, "not-logged-in");
