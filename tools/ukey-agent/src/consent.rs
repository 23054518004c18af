//! Which pages may see certificates. A consent is given once per origin, in a window, and never
//! covers a signature. `/etc/ukey/agent-origins.json`, if root owns it, decides before the user:
//!
//! ```json
//! {"allow":["https://bid.example.cn"], "deny":["https://ads.example.com"], "keepUnlocked":false, "signDigests":false}
//! ```
//!
//! For a site with consent the user may also choose that the token stays unlocked for some minutes after a PIN
//! ([`crate::unlock`]), unless the managed file forbids it.

use crate::error::{Code, Error, Result};
use crate::files;
use crate::origin::Origin;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;
use std::{fs, io, path::PathBuf};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// File of the administrator.
const MANAGED: &str = "/etc/ukey/agent-origins.json";
/// Name of the user's file in the state folder.
const FILE: &str = "consent.json";
/// Most origins that are remembered.
const MAX_ORIGINS: usize = 1000;
/// Longest time that a token stays unlocked.
const MAX_MINUTES: u32 = 60;

/// What is known about an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It may see certificates.
    Allowed,
    /// The administrator forbids it.
    Forbidden,
    /// The user has to be asked.
    Unknown,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Store {
    /// Version of the file.
    version: u32,
    /// When consent was given, by origin.
    origins: BTreeMap<String, String>,
    /// For how many minutes after a PIN the token stays unlocked, by origin.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    unlocked: BTreeMap<String, u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Managed {
    allow: Vec<String>,
    deny: Vec<String>,
    #[serde(rename = "keepUnlocked")]
    keep_unlocked: Option<bool>,
    #[serde(rename = "signDigests")]
    sign_digests: Option<bool>,
}

/// A site with the user's consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Its origin.
    pub origin: String,
    /// When consent was given, RFC 3339.
    pub since: String,
    /// For how many minutes after a PIN the token stays unlocked; 0 when it is logged out after every operation.
    pub minutes: u32,
}

/// The consents of one user.
#[derive(Debug, Clone)]
pub struct Consents {
    file: PathBuf,
    managed: PathBuf,
}

impl Consents {
    /// Those of this user and machine.
    ///
    /// # Errors
    /// No folder for them.
    pub fn of_user() -> io::Result<Self> {
        Ok(Self {
            file: files::state_folder()?.join(FILE),
            managed: MANAGED.into(),
        })
    }

    #[cfg(test)]
    pub(crate) fn in_folder(folder: &std::path::Path) -> Self {
        Self {
            file: folder.join(FILE),
            managed: folder.join("managed.json"),
        }
    }

    /// What is known about an origin. A managed file that cannot be trusted or read forbids all.
    #[must_use]
    pub fn standing(&self, origin: &Origin) -> Standing {
        let Ok(managed) = self.managed() else {
            return Standing::Forbidden;
        };
        let named = |list: &[String]| list.iter().any(|entry| entry == origin.as_str());
        if named(&managed.deny) {
            Standing::Forbidden
        } else if named(&managed.allow) || self.load().origins.contains_key(origin.as_str()) {
            Standing::Allowed
        } else {
            Standing::Unknown
        }
    }

    /// Remembers the user's yes.
    ///
    /// # Errors
    /// [`Code::Internal`] when it cannot be written.
    pub fn grant(&self, origin: &Origin) -> Result<()> {
        self.change(|store| {
            if store.origins.len() >= MAX_ORIGINS {
                return Err(Error::new(Code::Internal, "too many consents"));
            }
            let now = OffsetDateTime::now_utc()
                .format(&Rfc3339)
                .unwrap_or_default();
            store.origins.insert(origin.as_str().to_owned(), now);
            Ok(())
        })
    }

    /// Takes a consent back; whether there was one.
    ///
    /// # Errors
    /// [`Code::Internal`] when it cannot be written.
    pub fn revoke(&self, origin: &str) -> Result<bool> {
        let mut known = false;
        self.change(|store| {
            known = store.origins.remove(origin).is_some();
            store.unlocked.remove(origin);
            Ok(())
        })?;
        Ok(known)
    }

    /// All sites with the user's consent.
    #[must_use]
    pub fn list(&self) -> Vec<Site> {
        let Store {
            origins, unlocked, ..
        } = self.load();
        let site = |(origin, since)| Site {
            minutes: unlocked.get(&origin).copied().unwrap_or_default(),
            origin,
            since,
        };
        origins.into_iter().map(site).collect()
    }

    /// Whether the administrator lets users keep tokens unlocked.
    #[must_use]
    pub fn may_keep_unlocked(&self) -> bool {
        let managed = self.managed();
        managed.is_ok_and(|managed| managed.keep_unlocked != Some(false))
    }

    /// Whether the administrator lets digests be signed whose content the agent has not seen.
    #[must_use]
    pub fn may_sign_digests(&self) -> bool {
        let managed = self.managed();
        managed.is_ok_and(|managed| managed.sign_digests != Some(false))
    }

    /// How long after a PIN the token stays unlocked for this site; none when it is logged out after every
    /// operation, as it is unless the user chose otherwise and may.
    #[must_use]
    pub fn keep_unlocked(&self, origin: &Origin) -> Option<Duration> {
        let minutes = *self.load().unlocked.get(origin.as_str())?;
        let chosen = (1..=MAX_MINUTES).contains(&minutes)
            && self.may_keep_unlocked()
            && self.standing(origin) == Standing::Allowed;
        chosen.then(|| Duration::from_secs(u64::from(minutes) * 60))
    }

    /// Remembers for how many minutes after a PIN the token stays unlocked for this site; 0 for not at all.
    ///
    /// # Errors
    /// [`Code::BadParams`] beyond an hour, [`Code::OriginDenied`] for a site without consent or where the
    /// administrator forbids it, [`Code::Internal`] when it cannot be written.
    pub fn set_keep_unlocked(&self, origin: &Origin, minutes: u32) -> Result<()> {
        if minutes > MAX_MINUTES {
            return Err(Error::bad_params("at most 60 minutes"));
        }
        let may = self.may_keep_unlocked() && self.standing(origin) == Standing::Allowed;
        if minutes > 0 && !may {
            return Err(Error::new(Code::OriginDenied, "not for this site"));
        }
        self.change(|store| {
            match minutes {
                0 => store.unlocked.remove(origin.as_str()),
                _ => store.unlocked.insert(origin.as_str().to_owned(), minutes),
            };
            Ok(())
        })
    }

    fn managed(&self) -> io::Result<Managed> {
        match fs::read(&self.managed) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Managed::default()),
            Err(e) => Err(e),
            Ok(_) if !files::is_managed(&self.managed)? => {
                Err(io::ErrorKind::PermissionDenied.into())
            }
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
        }
    }

    /// A damaged file counts as empty: the user is asked again.
    fn load(&self) -> Store {
        fs::read(&self.file)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// Changes the file with other agents kept away.
    fn change(&self, edit: impl FnOnce(&mut Store) -> Result<()>) -> Result<()> {
        let lock =
            files::lock_file(&self.file.with_extension("lock")).map_err(|e| Error::internal(&e))?;
        lock.lock().map_err(|e| Error::internal(&e))?;
        let mut store = self.load();
        store.version = 1;
        edit(&mut store)?;
        let text = serde_json::to_vec_pretty(&store).map_err(|e| Error::internal(&e))?;
        files::replace(&self.file, &text).map_err(|e| Error::internal(&e))
    }
}

#[cfg(test)]
mod tests;
