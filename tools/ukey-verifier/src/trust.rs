//! Whom a server trusts: roots, intermediates and revocation lists, from a folder of files.

use crate::ocsp::{Ocsp, Said};
use crate::{Refusal, Result};
use std::path::Path;
use std::{fs, io};
use time::OffsetDateTime;
use ukey_pki::Certificate;
use ukey_pki::certificate::{Purpose, chain};
use ukey_pki::crl::RevocationList;

/// What to do when nobody says whether a certificate is revoked: no current revocation list of its issuer is
/// at hand, and no responder gave an answer that counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Revocation {
    /// Refuse.
    #[default]
    Required,
    /// Accept; what a list at hand or a responder says still counts.
    IfKnown,
}

/// Trusted roots, further certificates of authorities, and their revocation lists.
#[derive(Clone, Default)]
pub struct Trust {
    anchors: Vec<Certificate>,
    intermediates: Vec<Certificate>,
    lists: Vec<RevocationList>,
    ocsp: Option<Ocsp>,
    revocation: Revocation,
}

impl Trust {
    /// Trust in these roots alone.
    #[must_use]
    pub fn new(anchors: Vec<Certificate>, revocation: Revocation) -> Self {
        Self {
            anchors,
            revocation,
            ..Self::default()
        }
    }

    /// Adds certificates of authorities between roots and holders. They are not trusted by that.
    #[must_use]
    pub fn with_intermediates(mut self, certificates: Vec<Certificate>) -> Self {
        self.intermediates.extend(certificates);
        self
    }

    /// Adds revocation lists. Whether they are genuine and current is seen when they are used.
    #[must_use]
    pub fn with_lists(mut self, lists: Vec<RevocationList>) -> Self {
        self.lists.extend(lists);
        self
    }

    /// Asks responders too; checks then block while they answer.
    #[must_use]
    pub fn with_ocsp(mut self, ocsp: Ocsp) -> Self {
        self.ocsp = Some(ocsp);
        self
    }

    /// Reads a folder: `*.pem`, `*.crt`, `*.cer`, `*.der` are certificates, `*.crl` revocation lists,
    /// each PEM or DER. A self-issued certificate is a trusted root, any other an intermediate.
    ///
    /// # Errors
    /// A file that cannot be read or is not what its name says; a folder without a root.
    pub fn read(folder: &Path, revocation: Revocation) -> io::Result<Self> {
        let mut trust = Self::new(Vec::new(), revocation);
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let extension = path
                .extension()
                .and_then(|e| e.to_str())
                .unwrap_or_default();
            let wrong = |e: ukey_pki::Error| io::Error::other(format!("{}: {e}", path.display()));
            match extension {
                "crl" => {
                    let list = RevocationList::from_file_bytes(&fs::read(&path)?);
                    trust.lists.push(list.map_err(wrong)?);
                }
                "pem" | "crt" | "cer" | "der" => {
                    let found = Certificate::all_from_file_bytes(&fs::read(&path)?);
                    let (roots, others): (Vec<_>, Vec<_>) = found
                        .map_err(wrong)?
                        .into_iter()
                        .partition(Certificate::is_self_issued);
                    trust.anchors.extend(roots);
                    trust.intermediates.extend(others);
                }
                _ => {}
            }
        }
        if trust.anchors.is_empty() {
            let message = format!("{}: no root certificate", folder.display());
            return Err(io::Error::other(message));
        }
        Ok(trust)
    }

    /// The trusted roots.
    #[must_use]
    pub fn anchors(&self) -> &[Certificate] {
        &self.anchors
    }

    /// The certificates of authorities that are not trusted by themselves.
    #[must_use]
    pub fn intermediates(&self) -> &[Certificate] {
        &self.intermediates
    }

    /// Checks that `certificate` may sign at the time `at`: path to a root, validity, key usage, and
    /// that nothing on the path is revoked. `further` are certificates that came with the signature.
    ///
    /// # Errors
    /// [`Refusal::Certificate`], [`Refusal::Revoked`], [`Refusal::RevocationUnknown`].
    pub fn check_signer(
        &self,
        certificate: &Certificate,
        further: &[Certificate],
        at: OffsetDateTime,
    ) -> Result<()> {
        let intermediates = [&self.intermediates[..], further].concat();
        let path = chain::validate(
            certificate,
            &intermediates,
            &self.anchors,
            at,
            Purpose::Sign,
        )
        .map_err(Refusal::Certificate)?;
        for pair in path.windows(2) {
            self.check_revocation(pair[0], pair[1], at)?;
        }
        Ok(())
    }

    fn check_revocation(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: OffsetDateTime,
    ) -> Result<()> {
        let newest = self
            .lists
            .iter()
            .filter(|list| list.issuer() == issuer.subject() && list.this_update() <= at)
            .filter(|list| list.verify_signed_by(issuer).is_ok())
            .max_by_key(|list| list.this_update());
        // An old list may still know that a certificate was revoked.
        if let Some(entry) = newest.and_then(|list| list.find(certificate)) {
            return Err(Refusal::Revoked {
                subject: certificate.subject().to_string(),
                since: entry.since,
            });
        }
        match self
            .ocsp
            .as_ref()
            .map(|ocsp| ocsp.ask(certificate, issuer, at))
        {
            Some(Said::Good) => return Ok(()),
            Some(Said::Revoked(since)) => {
                return Err(Refusal::Revoked {
                    subject: certificate.subject().to_string(),
                    since,
                });
            }
            Some(Said::Nothing(reason)) => eprintln!("ukey-verifier: no status: {reason}"),
            None => {}
        }
        let is_current = newest
            .and_then(RevocationList::next_update)
            .is_some_and(|next| at <= next);
        if is_current || self.revocation == Revocation::IfKnown {
            Ok(())
        } else {
            Err(Refusal::RevocationUnknown {
                issuer: issuer.subject().to_string(),
            })
        }
    }
}
