//! Who is logged in, as far as this process knows. The card decides; this only saves questions.

use ukey_apdu::id::PinType;

/// Roles of an application (GM/T 0016-2012, 7.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    One(PinType),
    Both,
}

/// What this process believes of one application's security state. The two roles are independent
/// on the card.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LoginState {
    user: bool,
    admin: bool,
}

impl LoginState {
    /// Whether the PIN of `role` was verified by this process and nothing undid it since.
    pub fn is_in(self, role: PinType) -> bool {
        match role {
            PinType::User => self.user,
            PinType::Admin => self.admin,
        }
    }

    pub(crate) fn set(&mut self, role: Role, verified: bool) {
        if role != Role::One(PinType::Admin) {
            self.user = verified;
        }
        if role != Role::One(PinType::User) {
            self.admin = verified;
        }
    }
}
