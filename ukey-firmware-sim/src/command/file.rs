//! Files (GM/T 0017 9.4).

use crate::card::Card;
use crate::fs::application::Application;
use crate::fs::file::{self, File};
use crate::fs::take_number;
use crate::store::Transaction;
use ukey_apdu::id::Rights;
use ukey_apdu::request::file::{
    CreateFile, DeleteFile, EnumFiles, FileInfo, GetFileInfo, ReadFile, WriteFile,
};
use ukey_apdu::{Bytes, Empty, NameList, StatusWord};

/// CreateFile, 9.4.2. Needs the application's createFileRights.
pub(crate) fn create_file(card: &mut Card, request: CreateFile) -> Result<Empty, StatusWord> {
    let number = card.application(request.app)?;
    let application = Application::load(&card.flash, number)?;
    card.require_right(number, application.create_file_rights)?;
    let existing = file::all(&card.flash, number)?;
    if existing.iter().any(|file| file.name == request.name) {
        return Err(StatusWord::FILE_EXISTS);
    }
    let full = existing.len() >= usize::from(application.max_files);
    if full || File::least_space(request.size) > card.flash.free_space() {
        return Err(StatusWord::NO_SPACE);
    }
    let mut change = Transaction::new();
    let file = File {
        application: number,
        number: take_number(&card.flash, &mut change),
        name: request.name,
        size: request.size,
        read_rights: request.read_rights,
        write_rights: request.write_rights,
    };
    file.create(card, &mut change)?;
    card.commit(change)?;
    Ok(Empty)
}

/// DeleteFile, 9.4.3. Needs the right to write the file, or the administrator.
pub(crate) fn delete_file(card: &mut Card, request: DeleteFile) -> Result<Empty, StatusWord> {
    let number = card.application(request.app)?;
    let file = file::find(&card.flash, number, &request.name)?;
    card.require_right(number, file.write_rights | Rights::ADMIN)?;
    let mut change = Transaction::new();
    file.delete(&card.flash, &mut change);
    card.commit(change)?;
    Ok(Empty)
}

/// EnumFiles, 9.4.4.
pub(crate) fn enum_files(card: &mut Card, request: EnumFiles) -> Result<NameList, StatusWord> {
    let files = file::all(&card.flash, card.application(request.app)?)?;
    Ok(NameList(files.into_iter().map(|file| file.name).collect()))
}

/// GetFileInfo, 9.4.5.
pub(crate) fn get_file_info(card: &mut Card, request: GetFileInfo) -> Result<FileInfo, StatusWord> {
    let file = file::find(&card.flash, card.application(request.app)?, &request.name)?;
    let File {
        size,
        read_rights,
        write_rights,
        ..
    } = file;
    Ok(FileInfo {
        size,
        read_rights,
        write_rights,
    })
}

/// ReadFile, 9.4.6.
pub(crate) fn read_file(card: &mut Card, request: ReadFile) -> Result<Bytes, StatusWord> {
    let number = card.application(request.app)?;
    let file = file::find(&card.flash, number, &request.name)?;
    card.require_right(number, file.read_rights)?;
    file.read(card, request.offset, request.length).map(Bytes)
}

/// WriteFile, 9.4.7. 6700 behind the end of the file.
pub(crate) fn write_file(card: &mut Card, request: WriteFile) -> Result<Empty, StatusWord> {
    let number = card.application(request.app)?;
    let file = file::find(&card.flash, number, &request.name)?;
    card.require_right(number, file.write_rights)?;
    let mut change = Transaction::new();
    file.write(card, &mut change, request.offset, &request.data)?;
    if !change.is_empty() {
        card.commit(change)?;
    }
    Ok(Empty)
}
