//! What encryption and decryption share: the two-call rule around what comes out, and wiping it.

use super::OutBytes;
use crate::mechanism::Ciphering;
use crate::rv::Error;
use crate::session::operation::Slot;
use ukey_ffi::Room;

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

/// C_Encrypt, C_Decrypt.
pub(super) fn one_shot(
    slot: &mut CipherSlot,
    data: &[u8],
    out: &mut OutBytes,
) -> Result<(), Error> {
    let most = slot.one_shot()?.finish_len(data.len());
    complete(slot, most, data, out)
}

/// C_EncryptFinal, C_DecryptFinal.
pub(super) fn finish(slot: &mut CipherSlot, out: &mut OutBytes) -> Result<(), Error> {
    let cipher = slot.part()?;
    if !cipher.takes_parts() {
        return Err(Error::FunctionNotSupported);
    }
    let most = cipher.finish_len(0);
    complete(slot, most, &[], out)
}

/// C_EncryptUpdate, C_DecryptUpdate.
pub(super) fn update(slot: &mut CipherSlot, part: &[u8], out: &mut OutBytes) -> Result<(), Error> {
    let made = update_if_fits(slot, part, out)?;
    if let Some(made) = made {
        out.write(&made)?;
    }
    Ok(())
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
    let mut made = Made::with_room(most);
    cipher.finish(rest, made.buffer())?;
    out.write(&made)?;
    drop(slot.take());
    Ok(())
}
