//! Encryption and decryption functions: two ways of one thing, with the two-call rule around what comes out, which is
//! wiped.

use super::OutBytes;
use crate::abi::types::*;
use crate::mechanism::{Ciphering, Requested};
use crate::object::Object;
use crate::rv::Error;
use crate::session::OpenSession;
use crate::session::operation::{Kind, Operations, Slot};
use std::sync::Arc;
use ukey_ffi::Room;

/// Bytes at a time that go through an encryption of more: what was made is in the cache when it is written.
const PIECE: usize = 16 * 1024;

type CipherSlot = Slot<Box<dyn Ciphering>>;

/// What came out, until it stands in the caller's buffer; wiped then, for it may be plaintext.
pub(super) struct Made(Vec<u8>);

impl Made {
    /// Room for so much; nothing is ever moved and left behind, for the length is known before.
    pub(super) fn with_room(len: usize) -> Self {
        Self(Vec::with_capacity(len))
    }

    /// Where to append.
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl std::ops::Deref for Made {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        self.0.fill(0);
        // So that the compiler does not take the zeros for useless.
        std::hint::black_box(&self.0);
    }
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// C_Encrypt*.
    Encrypt,
    /// C_Decrypt*.
    Decrypt,
}

impl Way {
    /// The kind of its operations.
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Encrypt => Kind::Encrypt,
            Self::Decrypt => Kind::Decrypt,
        }
    }

    fn slot(self, operations: &mut Operations) -> &mut CipherSlot {
        match self {
            Self::Encrypt => &mut operations.encrypt,
            Self::Decrypt => &mut operations.decrypt,
        }
    }

    /// The right that a key needs.
    fn usage(self) -> CK_ATTRIBUTE_TYPE {
        match self {
            Self::Encrypt => CKA_ENCRYPT,
            Self::Decrypt => CKA_DECRYPT,
        }
    }
}

/// C_EncryptInit, C_DecryptInit: no exchange.
pub(crate) fn init(
    way: Way,
    session: &OpenSession,
    mechanism: Option<Requested>,
    key: CK_OBJECT_HANDLE,
) -> Result<(), Error> {
    session.begin_or_cancel(way.kind(), mechanism, |operations, mechanism| {
        let (flag, half) = match way {
            Way::Encrypt => (CKF_ENCRYPT, CKO_PUBLIC_KEY),
            Way::Decrypt => (CKF_DECRYPT, CKO_PRIVATE_KEY),
        };
        let does = mechanism.check(flag)?;
        let key = session.key_of_class(key, &[half, CKO_SECRET_KEY])?;
        let using = mechanism.using(&key, session);
        let cipher = match way {
            Way::Encrypt => does.encrypt(using)?,
            Way::Decrypt => does.decrypt(using)?,
        };
        key.permits(way.usage(), mechanism.row.number)?;
        way.slot(operations).begin_with(&key, cipher);
        Ok(())
    })
}

/// A key for a series of messages; see `ops::message`.
pub(super) fn message_key(
    way: Way,
    session: &OpenSession,
    mechanism: &Requested,
    key: CK_OBJECT_HANDLE,
) -> Result<Arc<Object>, Error> {
    let key = session.key_of_class(key, &[CKO_SECRET_KEY])?;
    key.permits(way.usage(), mechanism.row.number)?;
    Ok(key)
}

/// C_Encrypt, C_Decrypt.
pub(crate) fn one_shot(
    way: Way,
    session: &OpenSession,
    data: &[u8],
    out: &mut OutBytes,
) -> Result<(), Error> {
    session.step(way.kind(), |operations| {
        let slot = way.slot(operations);
        let most = slot.one_shot()?.finish_len(data.len());
        complete(slot, most, data, out)
    })
}

/// C_EncryptUpdate, C_DecryptUpdate. Where a part will only be collected, a query is answered with the part's length: a
/// client that hears of no bytes calls again without a buffer, which is the same query, and takes its part for done.
pub(crate) fn update(
    way: Way,
    session: &OpenSession,
    part: &[u8],
    out: &mut OutBytes,
) -> Result<(), Error> {
    session.step(way.kind(), |operations| {
        let slot = way.slot(operations);
        if out.room() == Room::Query {
            let cipher = slot.part()?;
            if cipher.takes_parts() && cipher.update_len(part.len()) == 0 {
                return Ok(out.store_len(part.len())?);
            }
        }
        if let Some(made) = update_if_fits(slot, part, out)? {
            out.write(&made)?;
        }
        Ok(())
    })
}

/// C_EncryptFinal, C_DecryptFinal.
pub(crate) fn finish(way: Way, session: &OpenSession, out: &mut OutBytes) -> Result<(), Error> {
    session.step(way.kind(), |operations| {
        let slot = way.slot(operations);
        let cipher = slot.part()?;
        if !cipher.takes_parts() {
            return Err(Error::FunctionNotSupported);
        }
        let most = cipher.finish_len(0);
        complete(slot, most, &[], out)
    })
}

/// Takes a part when the caller's buffer can hold what it makes come out; answers a query with nothing taken.
pub(super) fn update_if_fits(
    slot: &mut CipherSlot,
    part: &[u8],
    out: &mut OutBytes,
) -> Result<Option<Made>, Error> {
    let cipher = slot.part()?;
    if !cipher.takes_parts() {
        return Err(Error::FunctionNotSupported);
    }
    let len = cipher.update_len(part.len());
    if out.fit(len)? == ukey_ffi::Fit::Answered {
        return Ok(None);
    }
    let mut made = Made::with_room(len);
    cipher.update(part, made.buffer())?;
    Ok(Some(made))
}

/// Ends the operation. How much comes out is known exactly only when it is there (padding): a buffer shorter than the
/// most that it can be is tried with another cipher in the same state, so that the caller can try again.
fn complete(
    slot: &mut CipherSlot,
    most: usize,
    rest: &[u8],
    out: &mut OutBytes,
) -> Result<(), Error> {
    let enough = match out.room() {
        Room::Query => return Ok(out.store_len(most)?),
        Room::Elements(room) => room >= most,
    };
    slot.check_login()?;
    let cipher = if enough {
        slot.take_for_use()?
    } else {
        slot.running()?.duplicate()
    };
    if enough && rest.len() > PIECE && cipher.writes_ahead() && !out.overlaps(rest) {
        ahead(cipher, rest, out)?;
    } else {
        let mut made = Made::with_room(most);
        cipher.finish(rest, made.buffer())?;
        out.write(&made)?;
    }
    drop(slot.take());
    Ok(())
}

/// Encrypts into the caller's buffer, which has room for all of it and none of the data.
fn ahead(mut cipher: Box<dyn Ciphering>, data: &[u8], out: &mut OutBytes) -> Result<(), Error> {
    // A block that was kept back, and a tag.
    let mut made = Made::with_room(PIECE + 64);
    let (mut written, mut last) = (data.len(), &data[data.len()..]);
    match cipher.update_into(data, out.part(0, data.len())?) {
        Some(done) => done?,
        None => {
            let pieces;
            (pieces, last) = data.split_at((data.len() - 1) / PIECE * PIECE);
            written = in_pieces(cipher.as_mut(), pieces, &mut made, out)?;
        }
    }
    made.buffer().clear();
    cipher.finish(last, made.buffer())?;
    out.write_part(written, &made)?;
    Ok(out.store_len(written + made.len())?)
}

/// Encrypts whole pieces; the number of bytes that came out.
fn in_pieces(
    cipher: &mut dyn Ciphering,
    pieces: &[u8],
    made: &mut Made,
    out: &mut OutBytes,
) -> Result<usize, Error> {
    let mut written = 0;
    for piece in pieces.chunks(PIECE) {
        made.buffer().clear();
        cipher.update(piece, made.buffer())?;
        out.write_part(written, made)?;
        written += made.len();
    }
    Ok(written)
}
