//! Message authentication codes under session keys.

use crate::id::{AppId, ContainerId, SessionKeyId};
use crate::layout::request;
use crate::message::{Bytes, Empty};

request! {
    /// MacInit, GM/T 0017 9.6.39. Mark P. Begins a MAC.
    pub struct MacInit: MacInit => Empty {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// The session key; it knows its algorithm.
        key: SessionKeyId,
        /// Initial value; empty where the mode has none.
        iv: Vec<u8> as n8,
        /// 0 = none, 1 = PKCS#5.
        padding: u32,
    }
}

request! {
    /// Mac, GM/T 0017 9.6.40. Mark P. All at once.
    pub struct Mac: Mac => Bytes {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// The session key.
        key: SessionKeyId,
        /// What the MAC covers.
        data: Vec<u8> as rest,
    }
}

request! {
    /// MacUpdate, GM/T 0017 9.6.41. Mark P. A part.
    pub struct MacUpdate: MacUpdate => Empty {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// The session key.
        key: SessionKeyId,
        /// What the MAC covers.
        data: Vec<u8> as rest,
    }
}

request! {
    /// MacFinal, GM/T 0017 9.6.42. Mark P. The last part, which may be empty.
    pub struct MacFinal: MacFinal => Bytes {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// The session key.
        key: SessionKeyId,
        /// What the MAC covers.
        data: Vec<u8> as rest,
    }
}
