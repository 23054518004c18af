use std::ffi::c_void;
use std::ptr::null_mut;

use ukey_skf::sar::*;
use ukey_skf::*;

use crate::token::{ADMIN_PIN, ANYONE, Token, USER_PIN, collect, names, text, verify_pin};

const USER: u32 = 0x10;
const ADMIN: u32 = 0x01;

fn create(application: *mut c_void, name: &str, size: u32, read: u32, write: u32) -> u32 {
    unsafe { SKF_CreateFile(application, text(name).ptr(), size, read, write) }
}

fn write(application: *mut c_void, name: &str, offset: u32, data: &[u8]) -> u32 {
    let mut data = data.to_vec();
    let name = text(name);
    unsafe {
        SKF_WriteFile(
            application,
            name.ptr(),
            offset,
            data.as_mut_ptr(),
            data.len() as u32,
        )
    }
}

fn read(application: *mut c_void, name: &str, offset: u32, size: u32) -> Result<Vec<u8>, u32> {
    let name = text(name);
    collect(|out, len| unsafe { SKF_ReadFile(application, name.ptr(), offset, size, out, len) })
}

#[test]
fn files_are_created_written_read_and_deleted() {
    let token = Token::blank();
    let application = token.application("A");
    let list = || collect(|out, len| unsafe { SKF_EnumFiles(application, out, len) }).unwrap();
    assert_eq!(list(), [0]);
    assert_eq!(create(application, "seal", 10, ANYONE, ANYONE), SAR_OK);
    assert_eq!(create(application, "印章", 3, USER, ADMIN | USER), SAR_OK);
    assert_eq!(
        create(application, "seal", 10, ANYONE, ANYONE),
        SAR_FILE_ALREADY_EXIST
    );
    assert_eq!(names(&list()), ["seal", "印章"]);

    let mut info = FILEATTRIBUTE {
        FileName: [9; 32],
        FileSize: 9,
        ReadRights: 9,
        WriteRights: 9,
    };
    assert_eq!(
        unsafe { SKF_GetFileInfo(application, text("印章").ptr(), &mut info) },
        SAR_OK
    );
    assert_eq!(info.FileName[..7], *"印章\0".as_bytes());
    assert_eq!(
        ({ info.FileSize }, { info.ReadRights }, { info.WriteRights }),
        (3, 0x10, 0x11)
    );

    assert_eq!(read(application, "seal", 0, 10).unwrap(), [0; 10]);
    assert_eq!(write(application, "seal", 2, b"hello"), SAR_OK);
    assert_eq!(
        read(application, "seal", 0, 10).unwrap(),
        b"\0\0hello\0\0\0"
    );
    assert_eq!(read(application, "seal", 6, 100).unwrap(), b"o\0\0\0");
    assert_eq!(
        unsafe { SKF_DeleteFile(application, text("seal").ptr()) },
        SAR_OK
    );
    assert_eq!(
        unsafe { SKF_DeleteFile(application, text("seal").ptr()) },
        SAR_FILE_NOT_EXIST
    );
    assert_eq!(read(application, "seal", 0, 1), Err(SAR_FILE_NOT_EXIST));
    assert_eq!(write(application, "seal", 0, b"x"), SAR_FILE_NOT_EXIST);
    assert_eq!(
        unsafe { SKF_GetFileInfo(application, text("seal").ptr(), &mut info) },
        SAR_FILE_NOT_EXIST
    );
}

#[test]
fn nothing_is_written_or_read_behind_the_end() {
    let token = Token::blank();
    let application = token.application("A");
    assert_eq!(create(application, "f", 8, ANYONE, ANYONE), SAR_OK);
    assert_eq!(write(application, "f", 0, b"12345678"), SAR_OK);
    assert_eq!(write(application, "f", 4, b"abcde"), SAR_WRITEFILEERR);
    assert_eq!(write(application, "f", 9, b""), SAR_WRITEFILEERR);
    assert_eq!(write(application, "f", u32::MAX, b"x"), SAR_WRITEFILEERR);
    assert_eq!(write(application, "f", 8, b""), SAR_OK);
    assert_eq!(read(application, "f", 0, 8).unwrap(), b"12345678");
    assert_eq!(read(application, "f", 8, 8).unwrap(), b"");
    assert_eq!(read(application, "f", 9, 1), Err(SAR_READFILEERR));
    assert_eq!(
        read(application, "f", u32::MAX, u32::MAX),
        Err(SAR_READFILEERR)
    );
}

#[test]
fn room_smaller_than_the_request_is_enough_at_the_end_of_the_file() {
    let token = Token::blank();
    let application = token.application("A");
    assert_eq!(create(application, "f", 8, ANYONE, ANYONE), SAR_OK);
    assert_eq!(write(application, "f", 0, b"12345678"), SAR_OK);
    let name = text("f");
    let mut out = [0xEE; 8];
    let mut len = 3;
    let code = unsafe {
        SKF_ReadFile(
            application,
            name.ptr(),
            5,
            u32::MAX,
            out.as_mut_ptr(),
            &mut len,
        )
    };
    assert_eq!((code, len, &out[..4]), (SAR_OK, 3, &b"678\xEE"[..]));
    len = 7;
    let code = unsafe { SKF_ReadFile(application, name.ptr(), 0, 8, out.as_mut_ptr(), &mut len) };
    assert_eq!(
        (code, len, &out[..4]),
        (SAR_BUFFER_TOO_SMALL, 8, &b"678\xEE"[..])
    );
}

#[test]
fn large_files_go_through_in_one_call() {
    let token = Token::blank();
    let application = token.application("A");
    let content: Vec<u8> = (0..150_000u32).map(|n| (n * 7 % 251) as u8).collect();
    assert_eq!(create(application, "big", 150_000, ANYONE, ANYONE), SAR_OK);
    assert_eq!(write(application, "big", 0, &content), SAR_OK);
    assert_eq!(read(application, "big", 0, 150_000).unwrap(), content);
    // All or nothing, also when the data needs several commands.
    assert_eq!(
        write(application, "big", 1, &vec![1; 150_000]),
        SAR_WRITEFILEERR
    );
    assert_eq!(read(application, "big", 0, u32::MAX).unwrap(), content);
}

#[test]
fn rights_are_those_of_the_file() {
    let token = Token::blank();
    let application = token.application("A");
    assert_eq!(create(application, "user", 4, USER, USER), SAR_OK);
    assert_eq!(create(application, "admin", 4, ANYONE, ADMIN), SAR_OK);
    assert_eq!(create(application, "never", 4, ANYONE, 0), SAR_OK);
    assert_eq!(read(application, "user", 0, 4), Err(SAR_FILEATTRIBUTEERR));
    assert_eq!(write(application, "user", 0, b"x"), SAR_FILEATTRIBUTEERR);
    assert_eq!(verify_pin(application, 1, USER_PIN).0, SAR_OK);
    assert_eq!(write(application, "user", 0, b"x"), SAR_OK);
    assert_eq!(read(application, "user", 0, 1).unwrap(), b"x");
    assert_eq!(write(application, "admin", 0, b"x"), SAR_FILEATTRIBUTEERR);
    assert_eq!(verify_pin(application, 0, ADMIN_PIN).0, SAR_OK);
    assert_eq!(write(application, "admin", 0, b"x"), SAR_OK);
    assert_eq!(write(application, "never", 0, b"x"), SAR_FILEATTRIBUTEERR);
}

#[test]
fn names_rights_and_sizes_are_checked() {
    let token = Token::blank();
    let application = token.application("A");
    assert_eq!(create(application, "", 1, ANYONE, ANYONE), SAR_NAMELENERR);
    assert_eq!(
        create(application, &"n".repeat(32), 1, ANYONE, ANYONE),
        SAR_NAMELENERR
    );
    assert_eq!(
        create(application, &"n".repeat(31), 1, ANYONE, ANYONE),
        SAR_OK
    );
    assert_eq!(create(application, "f", 1, 2, ANYONE), SAR_INVALIDPARAMERR);
    assert_eq!(
        create(application, "f", 1, ANYONE, 0x100),
        SAR_INVALIDPARAMERR
    );
    assert_eq!(
        create(application, "f", u32::MAX, ANYONE, ANYONE),
        SAR_NO_ROOM
    );
    let mut len = 0;
    unsafe {
        let code = SKF_ReadFile(application, null_mut(), 0, 1, null_mut(), &mut len);
        assert_eq!(code, SAR_INVALIDPARAMERR);
    }
}
