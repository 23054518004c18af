//! The class byte (GM/T 0017 clause 8: b8 b7 b6 = 1 0 0, b5 = chaining).

/// The class byte of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Class(pub u8);

impl Class {
    /// `80`: plain command (mark C).
    pub const PLAIN: Self = Self(0x80);
    /// `84`: data field is encrypted and ends with a MAC (mark O).
    pub const SECURED: Self = Self(0x84);
    /// `00`: ISO 7816-4 interindustry class; only GET RESPONSE uses it here.
    pub const INTERINDUSTRY: Self = Self(0x00);

    /// Bit 5: set on every link of a command chain but the last.
    const CHAINING: u8 = 0x10;

    /// Whether more links of the same command follow.
    pub fn is_chained(self) -> bool {
        self.0 & Self::CHAINING != 0
    }

    /// The class of an inner link.
    #[must_use]
    pub fn with_chaining(self) -> Self {
        Self(self.0 | Self::CHAINING)
    }

    /// The class of the whole command.
    #[must_use]
    pub fn without_chaining(self) -> Self {
        Self(self.0 & !Self::CHAINING)
    }
}
