//! The choice between plain Rust and what the processor offers besides, the same for every algorithm that has one
//! kind of token for it.

/// Declares `Engine`, a way to compute what `$purpose` says, and what it stands for: `Way::Portable`, or `$special`
/// with a token of type `$token` from [`crate::arch`].
macro_rules! engine {
    ($purpose:literal, $name:literal, $special:ident($token:ty)) => {
        #[doc = concat!("A way to compute ", $purpose, ".")]
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub struct Engine(pub(super) Way);

        #[derive(Clone, Copy, PartialEq, Eq)]
        pub(super) enum Way {
            Portable,
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            $special($token),
        }

        impl Engine {
            /// Plain Rust; works everywhere.
            pub const PORTABLE: Self = Self(Way::Portable);

            /// The fastest way here. What the processor offers is asked once per process.
            #[must_use]
            pub fn best() -> Self {
                #[cfg(all(target_arch = "x86_64", not(miri)))]
                if let Some(token) = <$token>::available().next_back() {
                    return Self(Way::$special(token));
                }
                Self::PORTABLE
            }

            /// All ways that work here, the slowest first: for tests and measurements.
            pub fn available() -> impl Iterator<Item = Self> {
                #[cfg(all(target_arch = "x86_64", not(miri)))]
                let special = <$token>::available().map(|token| Self(Way::$special(token)));
                #[cfg(not(all(target_arch = "x86_64", not(miri))))]
                let special = core::iter::empty();
                core::iter::once(Self::PORTABLE).chain(special)
            }

            /// What it uses, in a word.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self.0 {
                    Way::Portable => "portable",
                    #[cfg(all(target_arch = "x86_64", not(miri)))]
                    Way::$special(token) => token.name(),
                }
            }
        }

        impl core::fmt::Debug for Engine {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, concat!($name, "::Engine({})"), self.name())
            }
        }
    };
}
