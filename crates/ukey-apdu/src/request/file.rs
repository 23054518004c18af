//! Files of an application.

use crate::id::{AppId, Rights};
use crate::layout::{reply, request};
use crate::message::{Bytes, Empty, NameList};

request! {
    /// CreateFile, GM/T 0017 9.4.2. Mark P.
    pub struct CreateFile: CreateFile => Empty {
        /// The application.
        app: AppId,
        /// Its name.
        name: Vec<u8> as name8,
        /// Its size in bytes, fixed.
        size: u32,
        /// Who may read.
        read_rights: Rights,
        /// Who may write.
        write_rights: Rights,
    }
}

request! {
    /// DeleteFile, GM/T 0017 9.4.3. Mark P.
    pub struct DeleteFile: DeleteFile => Empty {
        /// The application.
        app: AppId,
        /// Its name.
        name: Vec<u8> as name,
    }
}

request! {
    /// EnumFiles, GM/T 0017 9.4.4. Mark P.
    pub struct EnumFiles: EnumFiles => NameList {
        /// The application.
        app: AppId,
    }
}

request! {
    /// GetFileInfo, GM/T 0017 9.4.5. Mark P.
    pub struct GetFileInfo: GetFileInfo => FileInfo {
        /// The application.
        app: AppId,
        /// Its name.
        name: Vec<u8> as name,
    }
}

reply! {
    /// Answer of GetFileInfo (P).
    #[derive(Clone, Copy)]
    pub struct FileInfo ne 12 {
        /// Size in bytes.
        size: u32,
        /// Who may read.
        read_rights: Rights,
        /// Who may write.
        write_rights: Rights,
    }
}

request! {
    /// ReadFile, GM/T 0017 9.4.6. Mark P. The answer may be shorter than asked at the file's end.
    pub struct ReadFile: ReadFile => Bytes {
        /// The application.
        app: AppId,
        /// First byte.
        offset: u32,
        /// How many bytes.
        length: u32,
        /// The file's name.
        name: Vec<u8> as name,
    }
}

request! {
    /// WriteFile, GM/T 0017 9.4.7. Mark P. Chained when long.
    pub struct WriteFile: WriteFile => Empty {
        /// The application.
        app: AppId,
        /// First byte.
        offset: u32,
        /// The file's name.
        name: Vec<u8> as name8,
        /// What to write.
        data: Vec<u8> as rest,
    }
}
