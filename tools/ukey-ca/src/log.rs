//! The hash-chained log: every act, granted or refused, is one link that names its predecessor's
//! digest. Changing, dropping or inserting a link breaks all later ones; a head noted elsewhere
//! (on paper, say) makes cutting off the end visible too.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use ukey_crypto::sm3;

use crate::error::{Error, Result};
use crate::state::{Status, Transaction};

/// Links read at a time when verifying.
const PAGE: u32 = 1000;

/// One link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Number, from 1, without gaps.
    pub number: u64,
    /// [`Entry`] as JSON: what is hashed is this text.
    pub entry: String,
    /// SM3(digest of the previous link ‖ number, 8 octets big-endian ‖ entry); the first link's
    /// predecessor is all zeros.
    pub digest: [u8; 32],
}

/// What a link says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Seconds since 1970.
    pub time: i64,
    /// The act's word, or `init`, `crl`.
    pub act: String,
    /// The request's id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request: String,
    /// `granted`, `repeated`, or the code of the refusal.
    pub outcome: String,
    /// Who acted besides the applicant: officers, the operator.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
    /// Certificates issued.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub issued: Vec<IssuedLine>,
    /// Certificates whose state changed: serial number, state, since when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<(String, String, i64)>,
    /// Anything else worth keeping.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A certificate as the log names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedLine {
    /// Serial number.
    pub serial: String,
    /// SM3 of the certificate, hexadecimal.
    pub sm3: String,
}

/// What verifying found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Number of links.
    pub links: u64,
    /// Certificates named by them, all of them in the state.
    pub certificates: u64,
    /// Digest of the newest link.
    pub head: [u8; 32],
}

impl Link {
    fn after(previous: Option<&Self>, entry: String) -> Self {
        let number = previous.map_or(1, |link| link.number + 1);
        let digest = digest(
            previous.map_or(&[0; 32], |link| &link.digest),
            number,
            &entry,
        );
        Self {
            number,
            entry,
            digest,
        }
    }
}

fn digest(previous: &[u8; 32], number: u64, entry: &str) -> [u8; 32] {
    let mut hasher = sm3::Sm3::new();
    hasher.update(previous);
    hasher.update(&number.to_be_bytes());
    hasher.update(entry.as_bytes());
    hasher.finish()
}

/// Adds entries to the log of one transaction.
#[derive(Debug, Default)]
pub struct Writer {
    last: Option<Link>,
}

impl Writer {
    /// Goes on after the newest link.
    ///
    /// # Errors
    /// [`Error::State`].
    pub fn resume(transaction: &mut dyn Transaction) -> Result<Self> {
        Ok(Self {
            last: transaction.last_link()?,
        })
    }

    /// Adds one entry.
    ///
    /// # Errors
    /// [`Error::State`].
    pub fn add(&mut self, transaction: &mut dyn Transaction, entry: &Entry) -> Result<()> {
        let text = serde_json::to_string(entry).map_err(Error::state)?;
        let link = Link::after(self.last.as_ref(), text);
        transaction.add_link(&link)?;
        self.last = Some(link);
        Ok(())
    }
}

/// Checks the whole chain, and the certificates of the state against it. `known` is a head noted
/// earlier, which must be among the links.
///
/// # Errors
/// [`Error::Log`] with the first link that is wrong, [`Error::State`].
pub fn verify(transaction: &mut dyn Transaction, known: Option<&[u8; 32]>) -> Result<Verified> {
    let mut replay = Replay::default();
    let mut head = [0; 32];
    let mut known_seen = known.is_none();
    loop {
        let page = transaction.links(replay.links + 1, PAGE)?;
        if page.is_empty() {
            break;
        }
        for link in page {
            let number = replay.links + 1;
            let broken = |reason: &str| Error::Log {
                link: number,
                reason: reason.to_owned(),
            };
            if link.number != number {
                return Err(broken("it is missing"));
            }
            if digest(&head, number, &link.entry) != link.digest {
                return Err(broken("its digest does not fit"));
            }
            head = link.digest;
            known_seen |= known == Some(&head);
            replay.apply(transaction, &link)?;
        }
    }
    let end = |reason: &str| Error::Log {
        link: replay.links,
        reason: reason.to_owned(),
    };
    if !known_seen {
        return Err(end("the head noted earlier is not among the links"));
    }
    replay.compare(transaction, end)?;
    Ok(Verified {
        links: replay.links,
        certificates: replay.certificates,
        head,
    })
}

/// State as the log tells it.
#[derive(Default)]
struct Replay {
    links: u64,
    certificates: u64,
    /// Certificates that are not active, by serial number.
    changed: HashMap<String, (String, i64)>,
}

impl Replay {
    fn apply(&mut self, transaction: &mut dyn Transaction, link: &Link) -> Result<()> {
        self.links += 1;
        let broken = |reason: String| Error::Log {
            link: link.number,
            reason,
        };
        let entry: Entry = serde_json::from_str(&link.entry).map_err(|e| broken(e.to_string()))?;
        for issued in &entry.issued {
            let record = transaction
                .certificate(&issued.serial)?
                .ok_or_else(|| broken(format!("certificate {} is missing", issued.serial)))?;
            if hex(&sm3::digest(&record.der)) != issued.sm3 {
                return Err(broken(format!("certificate {} is another", issued.serial)));
            }
            self.certificates += 1;
        }
        for (serial, state, since) in entry.changed {
            match state.as_str() {
                "active" => self.changed.remove(&serial),
                _ => self.changed.insert(serial, (state, since)),
            };
        }
        Ok(())
    }

    fn compare(
        &self,
        transaction: &mut dyn Transaction,
        end: impl Fn(&str) -> Error,
    ) -> Result<()> {
        let (mut total, mut after) = (0, String::new());
        loop {
            let page = transaction.certificates(&after, PAGE)?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.serial);
            total += page.len() as u64;
            for record in &page {
                let told = self.changed.get(&record.serial);
                let fits = match (record.status, told) {
                    (Status::Active, None) => true,
                    (status, Some((state, since))) => {
                        status.word() == state && status.since() == Some(*since)
                    }
                    _ => false,
                };
                if !fits {
                    return Err(end(&format!(
                        "certificate {} is {}, the log says otherwise",
                        record.serial,
                        record.status.word()
                    )));
                }
            }
        }
        match total == self.certificates {
            true => Ok(()),
            false => Err(end("there are certificates that the log does not name")),
        }
    }
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
