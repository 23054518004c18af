//! State in an embedded SQLite database.
//!
//! A commit is on the disk when it returns (write-ahead log, synchronous FULL). That costs a few
//! milliseconds, so callers put many acts into one transaction. Transactions exclude each other
//! over all processes (BEGIN IMMEDIATE).

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteRow, SqliteSynchronous,
};
use sqlx::{Connection, Row};
use tokio::runtime::{Builder, Runtime};

use super::{CertificateRecord, EscrowRecord, RequestRecord, Role, State, Status, Transaction};
use crate::error::{Error, Result};
use crate::log::Link;
use crate::request::Act;

/// How long to wait for another process's transaction.
const PATIENCE: Duration = Duration::from_secs(60);

const SCHEMA: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS certificate (
        serial TEXT NOT NULL UNIQUE, issuer TEXT NOT NULL, role INTEGER NOT NULL,
        holder TEXT NOT NULL, partner TEXT, successor TEXT, key BLOB NOT NULL,
        subject TEXT NOT NULL, not_after INTEGER NOT NULL,
        state INTEGER NOT NULL DEFAULT 0, since INTEGER, reason INTEGER,
        der BLOB NOT NULL) STRICT",
    "CREATE INDEX IF NOT EXISTS certificate_key ON certificate (key)",
    "CREATE INDEX IF NOT EXISTS certificate_state ON certificate (state) WHERE state <> 0",
    "CREATE TABLE IF NOT EXISTS request (
        id TEXT NOT NULL UNIQUE, act TEXT NOT NULL, meaning BLOB NOT NULL,
        sign TEXT, encrypt TEXT, enveloped_key BLOB) STRICT",
    "CREATE TABLE IF NOT EXISTS escrow (
        serial TEXT NOT NULL UNIQUE, sealed BLOB NOT NULL, recovered_by TEXT) STRICT",
    "CREATE TABLE IF NOT EXISTS series (name TEXT NOT NULL UNIQUE, last INTEGER NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS log (
        number INTEGER PRIMARY KEY, entry TEXT NOT NULL, digest BLOB NOT NULL) STRICT",
];

/// See the [module](self).
pub struct SqliteState {
    runtime: Runtime,
    /// Always there, until it is closed at the end.
    connection: Option<SqliteConnection>,
}

impl SqliteState {
    /// Opens the database at `path`, or makes it.
    ///
    /// # Errors
    /// [`Error::State`].
    pub fn open(path: &Path) -> Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::state)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(PATIENCE)
            .statement_cache_capacity(64);
        let connection = runtime.block_on(async {
            let mut connection = SqliteConnection::connect_with(&options).await?;
            for statement in SCHEMA {
                sqlx::query(*statement).execute(&mut connection).await?;
            }
            Ok::<_, sqlx::Error>(connection)
        });
        Ok(Self {
            connection: Some(connection.map_err(Error::state)?),
            runtime,
        })
    }
}

impl Drop for SqliteState {
    /// Waits until the database is closed. The connection works in a thread of its own: merely
    /// dropped, it could still be writing while the program ends under it.
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.runtime.block_on(connection.close()).ok();
        }
    }
}

impl State for SqliteState {
    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>> {
        let mut transaction = SqliteTransaction {
            state: self,
            open: false,
        };
        transaction.execute("BEGIN IMMEDIATE")?;
        transaction.open = true;
        Ok(Box::new(transaction))
    }
}

struct SqliteTransaction<'a> {
    state: &'a mut SqliteState,
    open: bool,
}

/// Runs a query with its arguments bound in order.
macro_rules! run {
    ($self:ident, $method:ident, $sql:expr $(, $argument:expr)* $(,)?) => {{
        let SqliteState { runtime, connection } = &mut *$self.state;
        match connection {
            Some(connection) => runtime
                .block_on(sqlx::query($sql)$(.bind($argument))*.$method(connection)),
            None => Err(sqlx::Error::PoolClosed),
        }
        .map_err(Error::state)
    }};
}

impl SqliteTransaction<'_> {
    fn execute(&mut self, sql: &'static str) -> Result<()> {
        run!(self, execute, sql).map(drop)
    }

    fn certificate_where<'q>(
        &mut self,
        sql: &'static str,
        argument: impl sqlx::Encode<'q, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite> + 'q,
    ) -> Result<Option<CertificateRecord>> {
        let row = run!(self, fetch_optional, sql, argument)?;
        row.map(|row| certificate(&row)).transpose()
    }
}

impl Drop for SqliteTransaction<'_> {
    fn drop(&mut self) {
        if self.open {
            // Should even this fail, the connection goes, and with it the transaction.
            self.execute("ROLLBACK").ok();
        }
    }
}

macro_rules! select_certificate {
    ($rest:literal) => {
        concat!(
            "SELECT serial, issuer, role, holder, partner, successor, key, subject, not_after, ",
            "state, since, reason, der FROM certificate ",
            $rest
        )
    };
}

impl Transaction for SqliteTransaction<'_> {
    fn request(&mut self, id: &str) -> Result<Option<RequestRecord>> {
        let sql = "SELECT id, act, meaning, sign, encrypt, enveloped_key FROM request WHERE id = ?";
        let row = run!(self, fetch_optional, sql, id.to_owned())?;
        row.map(|row| {
            Ok(RequestRecord {
                id: get(&row, 0)?,
                act: act(&get::<String>(&row, 1)?)?,
                meaning: digest(get(&row, 2)?)?,
                sign: get(&row, 3)?,
                encrypt: get(&row, 4)?,
                enveloped_key: get(&row, 5)?,
            })
        })
        .transpose()
    }

    fn add_request(&mut self, record: &RequestRecord) -> Result<()> {
        let sql = "INSERT INTO request (id, act, meaning, sign, encrypt, enveloped_key) \
                   VALUES (?, ?, ?, ?, ?, ?)";
        run!(
            self,
            execute,
            sql,
            record.id.clone(),
            record.act.word(),
            record.meaning.to_vec(),
            record.sign.clone(),
            record.encrypt.clone(),
            record.enveloped_key.clone(),
        )
        .map(drop)
    }

    fn certificate(&mut self, serial: &str) -> Result<Option<CertificateRecord>> {
        self.certificate_where(select_certificate!("WHERE serial = ?"), serial.to_owned())
    }

    fn certificate_of_key(&mut self, key: &[u8; 32]) -> Result<Option<CertificateRecord>> {
        let sql = select_certificate!("WHERE key = ? ORDER BY rowid DESC LIMIT 1");
        self.certificate_where(sql, key.to_vec())
    }

    fn certificates_of_key(&mut self, key: &[u8; 32]) -> Result<Vec<CertificateRecord>> {
        let sql = select_certificate!("WHERE key = ? ORDER BY rowid");
        let rows = run!(self, fetch_all, sql, key.to_vec())?;
        rows.iter().map(certificate).collect()
    }

    fn add_certificate(&mut self, record: &CertificateRecord) -> Result<()> {
        let sql = "INSERT INTO certificate (serial, issuer, role, holder, partner, successor, key, \
                   subject, not_after, state, since, reason, der) \
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let (state, since, reason) = status_columns(record.status);
        run!(
            self,
            execute,
            sql,
            record.serial.clone(),
            record.issuer.clone(),
            record.role as i64,
            record.holder.clone(),
            record.partner.clone(),
            record.successor.clone(),
            record.key.to_vec(),
            record.subject.clone(),
            record.not_after,
            state,
            since,
            reason,
            record.der.clone(),
        )
        .map(drop)
    }

    fn set_status(&mut self, serial: &str, status: Status) -> Result<()> {
        let sql = "UPDATE certificate SET state = ?, since = ?, reason = ? WHERE serial = ?";
        let (state, since, reason) = status_columns(status);
        run!(self, execute, sql, state, since, reason, serial.to_owned()).map(drop)
    }

    fn set_successor(&mut self, serial: &str, successor: &str) -> Result<()> {
        let sql = "UPDATE certificate SET successor = ? WHERE serial = ?";
        run!(self, execute, sql, successor.to_owned(), serial.to_owned()).map(drop)
    }

    fn not_in_force(&mut self, issuer: &str, at: i64) -> Result<Vec<CertificateRecord>> {
        let sql = select_certificate!(
            "WHERE state <> 0 AND issuer = ? AND since <= ? AND not_after >= ? ORDER BY since, serial"
        );
        let rows = run!(self, fetch_all, sql, issuer.to_owned(), at, at)?;
        rows.iter().map(certificate).collect()
    }

    fn certificates(&mut self, after: &str, limit: u32) -> Result<Vec<CertificateRecord>> {
        let sql = select_certificate!("WHERE serial > ? ORDER BY serial LIMIT ?");
        let rows = run!(self, fetch_all, sql, after.to_owned(), limit)?;
        rows.iter().map(certificate).collect()
    }

    fn escrow(&mut self, serial: &str) -> Result<Option<EscrowRecord>> {
        let sql = "SELECT serial, sealed, recovered_by FROM escrow WHERE serial = ?";
        let row = run!(self, fetch_optional, sql, serial.to_owned())?;
        row.map(|row| {
            Ok(EscrowRecord {
                serial: get(&row, 0)?,
                sealed: get(&row, 1)?,
                recovered_by: get(&row, 2)?,
            })
        })
        .transpose()
    }

    fn add_escrow(&mut self, record: &EscrowRecord) -> Result<()> {
        let sql = "INSERT INTO escrow (serial, sealed, recovered_by) VALUES (?, ?, ?)";
        run!(
            self,
            execute,
            sql,
            record.serial.clone(),
            record.sealed.clone(),
            record.recovered_by.clone(),
        )
        .map(drop)
    }

    fn set_recovered(&mut self, serial: &str, by: &str) -> Result<()> {
        let sql = "UPDATE escrow SET recovered_by = ? WHERE serial = ?";
        run!(self, execute, sql, by.to_owned(), serial.to_owned()).map(drop)
    }

    fn next_number(&mut self, series: &str) -> Result<u64> {
        let sql = "INSERT INTO series (name, last) VALUES (?, 1) \
                   ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last";
        let row = run!(self, fetch_one, sql, series.to_owned())?;
        number(get(&row, 0)?)
    }

    fn last_link(&mut self) -> Result<Option<Link>> {
        let sql = "SELECT number, entry, digest FROM log ORDER BY number DESC LIMIT 1";
        let row = run!(self, fetch_optional, sql)?;
        row.map(|row| link(&row)).transpose()
    }

    fn add_link(&mut self, link: &Link) -> Result<()> {
        let sql = "INSERT INTO log (number, entry, digest) VALUES (?, ?, ?)";
        let number = i64::try_from(link.number).map_err(Error::state)?;
        run!(
            self,
            execute,
            sql,
            number,
            link.entry.clone(),
            link.digest.to_vec()
        )
        .map(drop)
    }

    fn links(&mut self, from: u64, limit: u32) -> Result<Vec<Link>> {
        let sql = "SELECT number, entry, digest FROM log WHERE number >= ? ORDER BY number LIMIT ?";
        let from = i64::try_from(from).map_err(Error::state)?;
        let rows = run!(self, fetch_all, sql, from, limit)?;
        rows.iter().map(link).collect()
    }

    fn commit(mut self: Box<Self>) -> Result<()> {
        self.execute("COMMIT")?;
        self.open = false;
        Ok(())
    }
}

fn get<'r, T>(row: &'r SqliteRow, column: usize) -> Result<T>
where
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    row.try_get(column).map_err(Error::state)
}

fn certificate(row: &SqliteRow) -> Result<CertificateRecord> {
    Ok(CertificateRecord {
        serial: get(row, 0)?,
        issuer: get(row, 1)?,
        role: match get::<i64>(row, 2)? {
            0 => Role::Sign,
            1 => Role::Encrypt,
            _ => Role::Service,
        },
        holder: get(row, 3)?,
        partner: get(row, 4)?,
        successor: get(row, 5)?,
        key: digest(get(row, 6)?)?,
        subject: get(row, 7)?,
        not_after: get(row, 8)?,
        status: match (get::<i64>(row, 9)?, get::<Option<i64>>(row, 10)?) {
            (1, Some(since)) => Status::Held { since },
            (2, Some(since)) => Status::Revoked {
                since,
                reason: get::<Option<u8>>(row, 11)?.unwrap_or_default(),
            },
            _ => Status::Active,
        },
        der: get(row, 12)?,
    })
}

fn status_columns(status: Status) -> (i64, Option<i64>, Option<u8>) {
    match status {
        Status::Active => (0, None, None),
        Status::Held { since } => (1, Some(since), None),
        Status::Revoked { since, reason } => (2, Some(since), Some(reason)),
    }
}

fn link(row: &SqliteRow) -> Result<Link> {
    Ok(Link {
        number: number(get(row, 0)?)?,
        entry: get(row, 1)?,
        digest: digest(get(row, 2)?)?,
    })
}

fn number(value: i64) -> Result<u64> {
    u64::try_from(value).map_err(Error::state)
}

fn digest(bytes: Vec<u8>) -> Result<[u8; 32]> {
    let array: Result<[u8; 32], _> = bytes.try_into();
    array.map_err(|_| Error::State("a digest has not 32 octets".into()))
}

fn act(word: &str) -> Result<Act> {
    serde_json::from_value(word.into()).map_err(Error::state)
}
