//! What holds for every request: it comes to the configured host, and what changes something comes
//! from the site's own pages.

use super::Shared;
use super::reply::Reply;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

const POLICY: &str =
    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// Refuses other hosts (DNS rebinding) and other sites' requests (CSRF); adds the usual headers.
pub(super) async fn check(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match admit(&shared.origin, &request) {
        Ok(()) => next.run(request).await,
        Err(code) => Reply::Refused(StatusCode::FORBIDDEN, code).into_response(),
    };
    let headers = response.headers_mut();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::CACHE_CONTROL, "no-store");
    response
}

fn admit(origin: &str, request: &Request) -> Result<(), &'static str> {
    let text = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let host = origin.split_once("://").map_or("", |(_, host)| host);
    if text(header::HOST) != Some(host) {
        return Err("host");
    }
    let reads_only = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads_only || text(header::ORIGIN) == Some(origin) {
        Ok(())
    } else {
        Err("origin")
    }
}
