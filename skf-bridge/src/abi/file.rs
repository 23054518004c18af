//! 7.4 File management.

use ukey_ffi::{Out, OutBuf};

use super::types::{BYTE, FILEATTRIBUTE, HAPPLICATION, LPSTR, ULONG};
use super::{data, deliver, export, text};
use crate::ops::file;

/// 7.4.2: creates a file of a fixed size, all zero.
///
/// # Safety
/// `szFileName` a string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_CreateFile(
    hApplication: HAPPLICATION,
    szFileName: LPSTR,
    ulFileSize: ULONG,
    ulReadRights: ULONG,
    ulWriteRights: ULONG,
) -> ULONG {
    export("SKF_CreateFile", |library| {
        let application = library.application(hApplication)?;
        // SAFETY: the contract of this function.
        let name = unsafe { text(szFileName)? };
        file::create(&application, name, ulFileSize, ulReadRights, ulWriteRights)
    })
}

/// 7.4.3: deletes a file.
///
/// # Safety
/// `szFileName` a string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_DeleteFile(
    hApplication: HAPPLICATION,
    szFileName: LPSTR,
) -> ULONG {
    export("SKF_DeleteFile", |library| {
        let application = library.application(hApplication)?;
        // SAFETY: the contract of this function.
        file::delete(&application, unsafe { text(szFileName)? })
    })
}

/// 7.4.4: names of the files.
///
/// # Safety
/// `pulSize` writable; `szFileList` NULL or `*pulSize` bytes, writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_EnumFiles(
    hApplication: HAPPLICATION,
    szFileList: LPSTR,
    pulSize: *mut ULONG,
) -> ULONG {
    export("SKF_EnumFiles", |library| {
        let application = library.application(hApplication)?;
        // SAFETY: the contract of this function.
        let mut names = unsafe { OutBuf::new(szFileList, pulSize)? };
        Ok(names.write(&file::enumerate(&application)?)?)
    })
}

/// 7.4.5: size and rights of a file.
///
/// # Safety
/// `szFileName` a string; `pFileInfo` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_GetFileInfo(
    hApplication: HAPPLICATION,
    szFileName: LPSTR,
    pFileInfo: *mut FILEATTRIBUTE,
) -> ULONG {
    export("SKF_GetFileInfo", |library| {
        let application = library.application(hApplication)?;
        // SAFETY: the contract of this function.
        let (name, mut info) = unsafe { (text(szFileName)?, Out::new(pFileInfo)?) };
        info.set(file::info(&application, name)?);
        Ok(())
    })
}

/// 7.4.6: reads up to `ulSize` bytes, fewer at the end of the file.
///
/// # Safety
/// `szFileName` a string; `pulOutLen` writable; `pbOutData` NULL or `*pulOutLen` bytes, writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_ReadFile(
    hApplication: HAPPLICATION,
    szFileName: LPSTR,
    ulOffset: ULONG,
    ulSize: ULONG,
    pbOutData: *mut BYTE,
    pulOutLen: *mut ULONG,
) -> ULONG {
    export("SKF_ReadFile", |library| {
        let application = library.application(hApplication)?;
        // SAFETY: the contract of this function.
        let (name, mut out) = unsafe { (text(szFileName)?, OutBuf::new(pbOutData, pulOutLen)?) };
        let answer = file::read(&application, name, ulOffset, ulSize, out.room());
        deliver(&mut out, answer)
    })
}

/// 7.4.7: writes inside the size that the file was created with.
///
/// # Safety
/// `szFileName` a string; `ulSize` bytes readable at `pbData`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_WriteFile(
    hApplication: HAPPLICATION,
    szFileName: LPSTR,
    ulOffset: ULONG,
    pbData: *mut BYTE,
    ulSize: ULONG,
) -> ULONG {
    export("SKF_WriteFile", |library| {
        let application = library.application(hApplication)?;
        // SAFETY: the contract of this function.
        let (name, content) = unsafe { (text(szFileName)?, data(pbData, ulSize)?) };
        file::write(&application, name, ulOffset, content)
    })
}
