//! The demonstration platform's server side: bidders hand in sealed tenders and open them later.
//!
//! | request | what |
//! |---|---|
//! | `POST /api/tenders {name, size, signature}` | announce a tender with the signed message over the plain file |
//! | `PUT /api/tenders/ID/sealed` | the envelope |
//! | `GET /api/tenders` | the holder's tenders |
//! | `GET /api/tenders/ID/sealed` | the envelope again |
//! | `PUT /api/tenders/ID/opened` | the plain file at the opening; accepted if the signature is the bidder's |
//! | `GET /api/records` | what happened, oldest first |
//!
//! A bidder sees no tenders but his own. It shows how the pieces fit; a real platform has deadlines,
//! openings by officials, and a database.

use super::Shared;
use super::reply::{NOT_LOGGED_IN, Reply};
use super::session::Holder;
use crate::{Refusal, signature};
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::io;
use std::path::{Path as FilePath, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::io::AsyncWriteExt;
use ukey_crypto::hash::HashAlg;

/// Largest file that is taken.
const MAX_FILE: u64 = 1 << 30;
/// Longest name of a file, in characters.
const MAX_NAME: usize = 200;

/// Where a tender stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Stage {
    /// Its signature is here, its envelope is not.
    Announced,
    /// Its envelope is here.
    Sealed,
    /// It was opened, and the signature verified.
    Opened,
}

/// One tender, as stored in `ID.json`.
#[derive(Clone, Serialize, Deserialize)]
struct Tender {
    id: u64,
    /// Fingerprint of the bidder's certificate.
    owner: String,
    name: String,
    size: u64,
    stage: Stage,
    /// Signed message over the plain file, base64.
    signature: String,
}

/// The folder of tenders.
pub(super) struct Tenders {
    folder: PathBuf,
    last: AtomicU64,
    /// Serialises changes of the small files.
    writing: Mutex<()>,
}

/// Routes of the platform.
pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/tenders", post(announce).get(list))
        .route("/api/tenders/{id}/sealed", put(hand_in).get(fetch))
        .route("/api/tenders/{id}/opened", put(open))
        .route("/api/records", get(records))
        .layer(DefaultBodyLimit::disable())
}

impl Tenders {
    /// Opens or makes the folder.
    pub(super) fn open(folder: PathBuf) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        let mut last = 0;
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let id = path.file_stem().and_then(|stem| stem.to_str());
            last = last.max(id.and_then(|id| id.parse().ok()).unwrap_or(0));
        }
        Ok(Self {
            folder,
            last: AtomicU64::new(last),
            writing: Mutex::default(),
        })
    }

    fn file(&self, id: u64, extension: &str) -> PathBuf {
        self.folder.join(format!("{id}.{extension}"))
    }

    /// The holder's tender of this number; another's is not there.
    fn get(&self, id: u64, holder: &Holder) -> Result<Tender, Reply> {
        let missing = || Reply::Refused(StatusCode::NOT_FOUND, "no-such-tender");
        let bytes = std::fs::read(self.file(id, "json")).map_err(|_| missing())?;
        let tender: Tender = serde_json::from_slice(&bytes).map_err(|_| missing())?;
        match tender.owner == owner(holder) {
            true => Ok(tender),
            false => Err(missing()),
        }
    }

    fn put(&self, tender: &Tender) -> io::Result<()> {
        let _one = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let new = self.file(tender.id, "new");
        std::fs::write(&new, serde_json::to_vec(tender)?)?;
        std::fs::rename(new, self.file(tender.id, "json"))
    }

    /// Adds a line to what happened.
    fn record(&self, holder: &Holder, what: &str, tender: &Tender) -> io::Result<()> {
        use io::Write as _;
        let _one = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let line = json!({
            "time": OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default(),
            "who": holder.certificate.subject().common_name(),
            "owner": tender.owner,
            "what": what,
            "tender": tender.name,
        });
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("records.jsonl"));
        writeln!(log?, "{line}")
    }
}

fn owner(holder: &Holder) -> String {
    let fingerprint = holder.certificate.fingerprint(HashAlg::Sha256);
    fingerprint
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Who asks, and the platform's folder.
fn enter<'a>(shared: &'a Shared, headers: &HeaderMap) -> Result<(Holder, &'a Tenders), Reply> {
    let holder = shared.sessions.holder(headers).ok_or(NOT_LOGGED_IN)?;
    let tenders = shared.tenders.as_ref().ok_or(NOT_LOGGED_IN)?;
    Ok((holder, tenders))
}

fn failed(error: io::Error) -> Reply {
    Refusal::Io(error).into()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Announcement {
    name: String,
    size: u64,
    signature: String,
}

async fn announce(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Json(announcement): Json<Announcement>,
) -> Result<Reply, Reply> {
    let (holder, tenders) = enter(&shared, &headers)?;
    if announcement.name.chars().count() > MAX_NAME || announcement.size > MAX_FILE {
        return Err(Refusal::Malformed("announcement").into());
    }
    let tender = Tender {
        id: tenders.last.fetch_add(1, Ordering::Relaxed) + 1,
        owner: owner(&holder),
        name: announcement.name,
        size: announcement.size,
        stage: Stage::Announced,
        signature: announcement.signature,
    };
    tenders.put(&tender).map_err(failed)?;
    tenders.record(&holder, "signed", &tender).map_err(failed)?;
    Ok(Reply::Json(json!({ "id": tender.id })))
}

async fn list(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Result<Reply, Reply> {
    let (holder, tenders) = enter(&shared, &headers)?;
    let last = tenders.last.load(Ordering::Relaxed);
    let own: Vec<Value> = (1..=last)
        .filter_map(|id| tenders.get(id, &holder).ok())
        .map(|tender| {
            json!({
                "id": tender.id, "name": tender.name, "size": tender.size, "stage": tender.stage,
            })
        })
        .collect();
    Ok(Reply::Json(Value::Array(own)))
}

async fn hand_in(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    body: Body,
) -> Result<Reply, Reply> {
    let (holder, tenders) = enter(&shared, &headers)?;
    let mut tender = tenders.get(id, &holder)?;
    if tender.stage != Stage::Announced {
        return Err(Reply::Refused(StatusCode::CONFLICT, "already-sealed"));
    }
    store(body, &tenders.file(id, "sealed")).await?;
    tender.stage = Stage::Sealed;
    tenders.put(&tender).map_err(failed)?;
    tenders.record(&holder, "sealed", &tender).map_err(failed)?;
    Ok(Reply::Json(json!({})))
}

async fn fetch(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<u64>,
    headers: HeaderMap,
) -> Result<Response, Reply> {
    let (holder, tenders) = enter(&shared, &headers)?;
    tenders.get(id, &holder)?;
    let file = tokio::fs::File::open(tenders.file(id, "sealed")).await;
    let file = file.map_err(|_| Reply::Refused(StatusCode::NOT_FOUND, "not-sealed"))?;
    let length = file.metadata().await.map_err(failed)?.len();
    let stream = futures_util::stream::try_unfold(file, |mut file| async move {
        use tokio::io::AsyncReadExt;
        let mut piece = vec![0; 256 * 1024];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        io::Result::Ok((read > 0).then_some((piece, file)))
    });
    let headers = [
        (header::CONTENT_TYPE, "application/pkcs7-mime".to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
    ];
    Ok((headers, Body::from_stream(stream)).into_response())
}

async fn open(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    body: Body,
) -> Result<Reply, Reply> {
    let (holder, tenders) = enter(&shared, &headers)?;
    let mut tender = tenders.get(id, &holder)?;
    if tender.stage == Stage::Announced {
        return Err(Reply::Refused(StatusCode::CONFLICT, "not-sealed"));
    }
    let path = tenders.file(id, "opened");
    store(body, &path).await?;
    let signature = STANDARD.decode(&tender.signature);
    let signature = signature.map_err(|_| Refusal::Malformed("signature"))?;
    let (shared, mine) = (Arc::clone(&shared), holder.certificate.clone());
    let checked = tokio::task::spawn_blocking(move || -> crate::Result<()> {
        let mut file = std::fs::File::open(path)?;
        let now = OffsetDateTime::now_utc();
        let signers = signature::verify_message(&signature, Some(&mut file), &shared.trust, now)?;
        let is_mine = signers.iter().all(|signer| *signer == mine);
        is_mine.then_some(()).ok_or(Refusal::Signature)
    });
    let checked = checked.await.map_err(|e| failed(io::Error::other(e)))?;
    if let Err(refusal) = checked {
        tenders
            .record(&holder, "refused", &tender)
            .map_err(failed)?;
        return Err(refusal.into());
    }
    tender.stage = Stage::Opened;
    tenders.put(&tender).map_err(failed)?;
    tenders.record(&holder, "opened", &tender).map_err(failed)?;
    Ok(Reply::Json(json!({ "valid": true })))
}

async fn records(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Result<Reply, Reply> {
    let (holder, tenders) = enter(&shared, &headers)?;
    let log = std::fs::read_to_string(tenders.folder.join("records.jsonl")).unwrap_or_default();
    let mine = owner(&holder);
    let lines: Vec<Value> = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Value| line["owner"] == mine.as_str())
        .collect();
    Ok(Reply::Json(Value::Array(lines)))
}

/// Writes a body to a file, which appears under its name only when it is whole.
async fn store(body: Body, path: &FilePath) -> Result<(), Reply> {
    let part = path.with_extension("part");
    let result = async {
        let mut file = tokio::fs::File::create(&part).await?;
        let mut stream = body.into_data_stream();
        let mut length = 0;
        while let Some(piece) = stream.try_next().await.map_err(io::Error::other)? {
            length += piece.len() as u64;
            if length > MAX_FILE {
                return Err(io::Error::from(io::ErrorKind::FileTooLarge));
            }
            file.write_all(&piece).await?;
        }
        file.sync_all().await?;
        tokio::fs::rename(&part, path).await
    };
    match result.await {
        Ok(()) => Ok(()),
        Err(error) => {
            tokio::fs::remove_file(&part).await.ok();
            match error.kind() {
                io::ErrorKind::FileTooLarge => {
                    Err(Reply::Refused(StatusCode::PAYLOAD_TOO_LARGE, "too-large"))
                }
                _ => Err(failed(error)),
            }
        }
    }
}
