//! Access control: device authentication and PINs.
//!
//! A wrong PIN is answered with 63Cn, a locked one with 6983; see [`crate::secure`] for what the
//! cryptograms are made from.

use crate::id::{AppId, PinState, PinType};
use crate::layout::{reply, request};
use crate::message::Empty;
use crate::secret::Cryptogram;
use crate::secure::SecuredField;

request! {
    /// DevAuth, GM/T 0017 9.2.2. Mark O: 16-byte cryptogram of a fresh random number.
    pub struct DevAuth: DevAuth => Empty {
        /// The cryptogram under the device authentication key.
        cryptogram: Cryptogram,
    }
}

request! {
    /// ChangeDevAuthKey, GM/T 0017 9.2.3. Header O, data P: encrypted new key (16 bytes), MAC.
    pub struct ChangeDevAuthKey: ChangeDevAuthKey class SECURED => Empty {
        /// The new key under the present one.
        secured: SecuredField,
    }
}

request! {
    /// GetPinInfo, GM/T 0017 9.2.4. Mark P.
    pub struct GetPinInfo: GetPinInfo => PinInfo {
        @p1
        /// Whose PIN.
        pin_type: PinType,
        /// The application.
        app: AppId,
    }
}

reply! {
    /// Answer of GetPinInfo (P): three bytes.
    #[derive(Clone, Copy)]
    pub struct PinInfo ne 3 {
        /// Tries after a correct PIN.
        max_tries: u8,
        /// Tries left; 0 = locked.
        tries_left: u8,
        /// Factory value, changed, or (extension) not set.
        state: PinState,
    }
}

request! {
    /// ChangePin, GM/T 0017 9.2.5. Mark P: `84 16 type 00`, app, encrypted new PIN, MAC, both under
    /// the old PIN. A wrong MAC counts as a wrong PIN.
    pub struct ChangePin: ChangePin class SECURED => Empty {
        @p1
        /// Whose PIN.
        pin_type: PinType,
        /// The application.
        app: AppId,
        /// The new PIN under the old one.
        secured: SecuredField,
    }
}

request! {
    /// VerifyPin, GM/T 0017 9.2.6. Mark O: `80 18 type 00`, app, 16-byte cryptogram. The PIN itself
    /// never crosses the wire, but who sees challenge and cryptogram can test PINs offline.
    pub struct VerifyPin: VerifyPin => Empty {
        @p1
        /// Whose PIN.
        pin_type: PinType,
        /// The application.
        app: AppId,
        /// The challenge under the PIN key.
        cryptogram: Cryptogram,
    }
}

request! {
    /// UnblockPin, GM/T 0017 9.2.7. Mark P: `84 1A 00 00`, app, encrypted new user PIN, MAC, both
    /// under the administrator PIN. A wrong MAC counts as a wrong administrator PIN.
    pub struct UnblockPin: UnblockPin class SECURED => Empty {
        /// The application.
        app: AppId,
        /// The new user PIN under the administrator PIN.
        secured: SecuredField,
    }
}

request! {
    /// ClearSecureState, GM/T 0017 9.2.8. Mark O: logs user and administrator out.
    pub struct ClearSecureState: ClearSecureState => Empty {
        /// The application.
        app: AppId,
    }
}
