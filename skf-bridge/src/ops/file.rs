//! 7.4 File management.

use ukey_ffi::{Room, padded};
use ukey_token::{Error as TokenError, MAX_FILE_NAME};

use super::{Answer, application::rights, checked_name};
use crate::abi::types::FILEATTRIBUTE;
use crate::error::Error;
use crate::handles::ApplicationHandle;

fn file_name(name: &str) -> Result<&str, Error> {
    checked_name(name, MAX_FILE_NAME, "file name")
}

pub(crate) fn create(
    application: &ApplicationHandle,
    name: &str,
    size: u32,
    read_rights: u32,
    write_rights: u32,
) -> Result<(), Error> {
    let (read, write) = (rights(read_rights)?, rights(write_rights)?);
    Ok(application
        .token
        .create_file(file_name(name)?, size, read, write)?)
}

pub(crate) fn delete(application: &ApplicationHandle, name: &str) -> Result<(), Error> {
    Ok(application.token.delete_file(file_name(name)?)?)
}

pub(crate) fn enumerate(application: &ApplicationHandle) -> Result<Vec<u8>, Error> {
    Ok(padded::name_list(application.token.files()?))
}

pub(crate) fn info(application: &ApplicationHandle, name: &str) -> Result<FILEATTRIBUTE, Error> {
    let file = application.token.file_info(file_name(name)?)?;
    Ok(FILEATTRIBUTE {
        FileName: padded::nul(&file.name),
        FileSize: file.size,
        ReadRights: file.read_rights.0,
        WriteRights: file.write_rights.0,
    })
}

/// Reads up to `size` bytes, fewer at the end of the file.
pub(crate) fn read(
    application: &ApplicationHandle,
    name: &str,
    offset: u32,
    size: u32,
    room: Room,
) -> Result<Answer, Error> {
    let name = file_name(name)?;
    let enough = matches!(room, Room::Elements(room) if room >= size as usize);
    // The usual caller has the room that it asks for: one exchange. Others must know what there is.
    if enough && size <= WITHOUT_LOOKING {
        return read_exactly(application, name, offset, size);
    }
    let file_size = application.token.file_info(name)?.size;
    let available = file_size
        .checked_sub(offset)
        .ok_or(Error::FileRange { writing: false })?;
    let size = size.min(available);
    match room.fit(size as usize)? {
        ukey_ffi::Fit::Answered => Ok(Answer::Length(size as usize)),
        ukey_ffi::Fit::Proceed => read_exactly(application, name, offset, size),
    }
}

/// Bytes that are asked for without knowing the size of the file.
const WITHOUT_LOOKING: u32 = 32 * 1024;

fn read_exactly(
    application: &ApplicationHandle,
    name: &str,
    offset: u32,
    size: u32,
) -> Result<Answer, Error> {
    let bytes = application
        .token
        .read_file(name, offset, size)
        .map_err(|e| range(e, false))?;
    Ok(Answer::public(bytes))
}

/// Writes inside the created size; nothing is written when the data does not fit.
pub(crate) fn write(
    application: &ApplicationHandle,
    name: &str,
    offset: u32,
    data: &[u8],
) -> Result<(), Error> {
    let name = file_name(name)?;
    let one_command = !data.is_empty() && data.len() <= WITHOUT_LOOKING as usize;
    if !one_command {
        let size = application.token.file_info(name)?.size;
        let end = u64::from(offset) + data.len() as u64;
        if end > size.into() {
            return Err(Error::FileRange { writing: true });
        }
    }
    application
        .token
        .write_file(name, offset, data)
        .map_err(|e| range(e, true))
}

/// The token's refusal of rights, offset and length, in the words of files.
fn range(e: TokenError, writing: bool) -> Error {
    match e {
        TokenError::InvalidData | TokenError::InvalidLength | TokenError::InvalidParameter => {
            Error::FileRange { writing }
        }
        // A file that nobody may write is refused by its conditions of use, not for want of a login.
        TokenError::Conditions => TokenError::AccessDenied.into(),
        other => other.into(),
    }
}
