//! Behaviour of `ukey-pki` against the standards' vectors, OpenSSL 3.0 and Bouncy Castle 1.72.
//!
//! The two programs are part of the test: without them it fails, it does not skip. `make test`
//! installs them (`openssl`, a JDK, `libbcpkix-java`).
#![allow(clippy::unwrap_used)]

mod authority;
mod certificates;
mod chains;
mod enveloped_keys;
mod envelopes;
mod foreign_envelopes;
mod forge;
mod hostile_input;
mod names;
mod requests;
mod revocation;
mod signed_messages;
mod status;
mod support;
