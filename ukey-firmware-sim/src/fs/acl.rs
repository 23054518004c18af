//! Rights: who may create, read and write (GM/T 0016 permissions).

use crate::card::Card;
use ukey_apdu::StatusWord;
use ukey_apdu::id::{PinType, Rights};

impl Card {
    /// Succeeds if somebody whom `rights` names is there.
    ///
    /// # Errors
    /// 6986 if nobody may, 6982 if a login is missing.
    pub(crate) fn require_right(&self, application: u32, rights: Rights) -> Result<(), StatusWord> {
        let admin =
            rights.contains(Rights::ADMIN) && self.is_logged_in(application, PinType::Admin);
        let user = rights.contains(Rights::USER) && self.is_logged_in(application, PinType::User);
        match rights {
            _ if rights.anyone() || admin || user => Ok(()),
            Rights::NEVER => Err(StatusWord::NOT_ALLOWED),
            _ => Err(StatusWord::SECURITY_STATUS),
        }
    }
}
