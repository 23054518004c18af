//! Files (GM/T 0017, 9.4).

use super::{Connection, checked_name, texts};
use crate::{application::Application, device::Run, error::Error, view::FileView};
use ukey_apdu::{
    id::{AppId, Rights},
    request::file::{CreateFile, DeleteFile, EnumFiles, GetFileInfo, ReadFile, WriteFile},
};

/// Longest file name in bytes (GM/T 0016-2012, table 13: 32 with the NUL).
pub const MAX_FILE_NAME: usize = 31;
/// Bytes of file content in one WriteFile, so that one command stays one extended APDU.
const WRITE_CHUNK: usize = 60_000;
/// Bytes of file content asked for in one ReadFile.
const READ_CHUNK: usize = 60_000;

fn file_name(name: &str) -> Result<Vec<u8>, Error> {
    if name.len() > MAX_FILE_NAME {
        Err(Error::Name)
    } else {
        checked_name(name)
    }
}

impl Connection {
    pub(crate) fn enumerate_files(&mut self, app: AppId) -> Result<Vec<String>, Error> {
        Ok(texts(self.call(&EnumFiles { app })?))
    }

    pub(crate) fn file_info(&mut self, app: AppId, name: &str) -> Result<FileView, Error> {
        let info = self.call(&GetFileInfo {
            app,
            name: file_name(name)?,
        })?;
        Ok(FileView {
            name: name.to_owned(),
            size: info.size,
            read_rights: info.read_rights,
            write_rights: info.write_rights,
        })
    }
}

impl Application {
    /// Names of the files.
    ///
    /// # Errors
    /// Link errors.
    pub fn files(&self) -> Result<Vec<String>, Error> {
        self.run(Run::Single, |connection, app| {
            connection.enumerate_files(app)
        })
    }

    /// Size and rights of a file.
    ///
    /// # Errors
    /// [`Error::FileNotFound`]; link errors.
    pub fn file_info(&self, name: &str) -> Result<FileView, Error> {
        self.run(Run::Single, |connection, app| {
            connection.file_info(app, name)
        })
    }

    /// Creates a file of `size` bytes, all zero.
    ///
    /// # Errors
    /// [`Error::FileExists`], [`Error::AccessDenied`], [`Error::NoSpace`], [`Error::Name`]; link errors.
    pub fn create_file(
        &self,
        name: &str,
        size: u32,
        read_rights: Rights,
        write_rights: Rights,
    ) -> Result<(), Error> {
        let name = file_name(name)?;
        self.run(Run::Once, |connection, app| {
            let name = name.clone();
            connection
                .call(&CreateFile {
                    app,
                    name,
                    size,
                    read_rights,
                    write_rights,
                })
                .map(drop)
        })
    }

    /// Deletes a file.
    ///
    /// # Errors
    /// [`Error::FileNotFound`], [`Error::AccessDenied`]; link errors.
    pub fn delete_file(&self, name: &str) -> Result<(), Error> {
        let name = file_name(name)?;
        self.run(Run::Once, |connection, app| {
            connection
                .call(&DeleteFile {
                    app,
                    name: name.clone(),
                })
                .map(drop)
        })
    }

    /// Up to `length` bytes from `offset`; fewer at the end of the file.
    ///
    /// # Errors
    /// [`Error::FileNotFound`], [`Error::AccessDenied`], [`Error::InvalidData`] for an offset
    /// behind the end; link errors.
    pub fn read_file(&self, name: &str, offset: u32, length: u32) -> Result<Vec<u8>, Error> {
        let name = file_name(name)?;
        let how = if length as usize > READ_CHUNK {
            Run::Sequence
        } else {
            Run::Single
        };
        self.run(how, |connection, app| {
            let mut out = Vec::new();
            while out.len() < length as usize {
                let ask = (length as usize - out.len()).min(READ_CHUNK) as u32;
                let at = offset
                    .checked_add(out.len() as u32)
                    .ok_or(Error::InvalidParameter)?;
                let request = ReadFile {
                    app,
                    offset: at,
                    length: ask,
                    name: name.clone(),
                };
                let bytes = connection.call(&request)?.0;
                out.extend_from_slice(&bytes);
                if bytes.len() < ask as usize {
                    break;
                }
            }
            Ok(out)
        })
    }

    /// Writes `data` at `offset`; the file does not grow. Up to 60,000 bytes are one command and
    /// so all or nothing; longer data is written piece by piece.
    ///
    /// # Errors
    /// [`Error::FileNotFound`], [`Error::AccessDenied`], [`Error::InvalidData`] for an offset behind the end,
    /// [`Error::InvalidLength`] for data that does not fit before it; link errors.
    pub fn write_file(&self, name: &str, offset: u32, data: &[u8]) -> Result<(), Error> {
        let name = file_name(name)?;
        self.run(Run::Sequence, |connection, app| {
            let mut at = offset;
            for chunk in data.chunks(WRITE_CHUNK) {
                let data = chunk.to_vec();
                connection.call(&WriteFile {
                    app,
                    offset: at,
                    name: name.clone(),
                    data,
                })?;
                at = at
                    .checked_add(chunk.len() as u32)
                    .ok_or(Error::InvalidParameter)?;
            }
            Ok(())
        })
    }
}
