//! Messages out of the Fluent resources in `locales/`, which are part of the program.
//!
//! [`messages!`] makes one typed function for each message. The message's name is the function's,
//! with hyphens, behind its module's; its variables are called as the function's arguments. Tests
//! hold functions and resources of both languages against each other.

use std::{path::Path, sync::OnceLock};

use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue, concurrent};
use unic_langid::LanguageIdentifier;

use super::language::{Language, chosen};
use crate::{
    cli::Usage,
    error::{FileAction, Item},
};

type Bundle = concurrent::FluentBundle<FluentResource>;

macro_rules! resources {
    ($language:literal: $($name:literal),+) => {
        &[$(include_str!(concat!("../../locales/", $language, "/", $name, ".ftl"))),+]
    };
}

pub(super) const ENGLISH: &[&str] = resources!(
    "en": "main", "label", "error", "hint", "token", "pki", "refusal", "doctor", "batch", "app",
    "digest", "expiry", "key", "policy", "skf", "window"
);
/// Without the help: its English is the definition of the command line.
pub(super) const CHINESE: &[&str] = resources!(
    "zh-CN": "main", "label", "error", "hint", "token", "pki", "refusal", "doctor", "batch", "app",
    "digest", "expiry", "key", "policy", "skf", "window"
);

const CHINESE_HELP: &[&str] = resources!("zh-CN": "help");

/// The texts of one language, read on first use.
fn bundle(language: Language) -> &'static Bundle {
    static BUNDLES: [OnceLock<Bundle>; 2] = [OnceLock::new(), OnceLock::new()];
    match language {
        Language::English => BUNDLES[0].get_or_init(|| read("en", ENGLISH)),
        Language::Chinese => BUNDLES[1].get_or_init(|| read("zh-CN", CHINESE)),
    }
}

fn read(name: &str, resources: &[&str]) -> Bundle {
    let name: LanguageIdentifier = name.parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![name]);
    // No marks of direction around what is put in: terminals show them.
    bundle.set_use_isolating(false);
    for text in resources {
        // That all of it parses and nothing is there twice is a test's affair.
        let resource = FluentResource::try_new((*text).to_owned());
        bundle.add_resource_overriding(resource.unwrap_or_else(|(whole, _)| whole));
    }
    bundle
}

/// A text of the Chinese help.
pub(super) fn help(id: &str, arguments: &FluentArgs<'_>) -> Option<String> {
    static HELP: OnceLock<Bundle> = OnceLock::new();
    let bundle = HELP.get_or_init(|| read("zh-CN", CHINESE_HELP));
    let pattern = bundle.get_message(id)?.value()?;
    let text = bundle.format_pattern(pattern, Some(arguments), &mut Vec::new());
    Some(text.into_owned())
}

/// Names of all messages of the help, each once.
#[cfg(test)]
pub(super) fn help_ids() -> Vec<String> {
    tests::of_resources(CHINESE_HELP).into_keys().collect()
}

/// A message in a language; what went wrong with it is added to `errors`.
pub(super) fn format_in(
    language: Language,
    id: &str,
    arguments: &FluentArgs<'_>,
    errors: &mut Vec<FluentError>,
) -> Option<String> {
    let bundle = bundle(language);
    let pattern = bundle.get_message(id)?.value()?;
    let text = bundle.format_pattern(pattern, Some(arguments), errors);
    Some(text.into_owned())
}

/// A message in the language of this process, else in English.
pub(super) fn format<const N: usize>(
    id: &str,
    arguments: [(&'static str, FluentValue<'_>); N],
) -> String {
    let id = id.replace('_', "-");
    let arguments: FluentArgs<'_> = arguments.into_iter().collect();
    [chosen(), Language::English]
        .into_iter()
        .find_map(|language| format_in(language, &id, &arguments, &mut Vec::new()))
        .unwrap_or(id)
}

/// What a message can be told.
pub(crate) trait Argument<'a> {
    /// As Fluent has it.
    fn value(self) -> FluentValue<'a>;

    /// Values that make a difference to a text, for the tests.
    #[cfg(test)]
    fn samples() -> Vec<FluentValue<'static>>;
}

impl<'a> Argument<'a> for &'a str {
    fn value(self) -> FluentValue<'a> {
        self.into()
    }

    #[cfg(test)]
    fn samples() -> Vec<FluentValue<'static>> {
        vec!["ACME".into()]
    }
}

impl<'a> Argument<'a> for &'a Path {
    fn value(self) -> FluentValue<'a> {
        self.to_string_lossy().into()
    }

    #[cfg(test)]
    fn samples() -> Vec<FluentValue<'static>> {
        vec!["/tmp/a b".into()]
    }
}

macro_rules! numbers {
    ($($type:ty),+) => {$(
        impl<'a> Argument<'a> for $type {
            fn value(self) -> FluentValue<'a> {
                self.into()
            }

            #[cfg(test)]
            fn samples() -> Vec<FluentValue<'static>> {
                [0_u8, 1, 2, 100].into_iter().map(FluentValue::from).collect()
            }
        }
    )+};
}

numbers!(u8, u32, u64, i64, usize);

/// Enumerations, as the words by which a text chooses.
macro_rules! words {
    ($($type:ty: $($value:path = $word:literal),+;)+) => {$(
        impl<'a> Argument<'a> for $type {
            fn value(self) -> FluentValue<'a> {
                match self {
                    $($value => $word.into(),)+
                }
            }

            #[cfg(test)]
            fn samples() -> Vec<FluentValue<'static>> {
                vec![$($word.into()),+]
            }
        }
    )+};
}

words! {
    Usage: Usage::Sign = "sign", Usage::Encrypt = "encrypt";
    FileAction: FileAction::Read = "read", FileAction::Write = "write",
        FileAction::Create = "create";
    Item: Item::Device = "device", Item::Application = "application",
        Item::Container = "container", Item::SigningKey = "signing-key",
        Item::EncryptionKey = "encryption-key", Item::Certificate = "certificate",
        Item::KeyForCertificate = "key-for-certificate", Item::Signature = "signature",
        Item::Seal = "seal", Item::File = "file";
}

/// Makes one function for each message; see the [module](self).
macro_rules! messages {
    ($prefix:literal $($(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),*);)+) => {
        $($crate::text::message::one! {
            $prefix $(#[$doc])* fn $name($($argument: $type),*)
        })+

        #[cfg(test)]
        pub(super) const MESSAGES: &[$crate::text::message::Message] = &[$((
            concat!($prefix, stringify!($name)),
            &[$((
                stringify!($argument),
                <$type as $crate::text::message::Argument<'static>>::samples,
            )),*],
        )),+];
    };
}

macro_rules! one {
    ($prefix:literal $(#[$doc:meta])* fn $name:ident()) => {
        $(#[$doc])*
        pub(crate) fn $name() -> &'static str {
            static TEXT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
            TEXT.get_or_init(|| {
                $crate::text::message::format(concat!($prefix, stringify!($name)), [])
            })
        }
    };
    ($prefix:literal $(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),+)) => {
        $(#[$doc])*
        pub(crate) fn $name($($argument: $type),+) -> String {
            use $crate::text::message::Argument as _;
            $crate::text::message::format(
                concat!($prefix, stringify!($name)),
                [$((stringify!($argument), $argument.value())),+],
            )
        }
    };
}

pub(crate) use messages;
pub(crate) use one;

/// An argument of a message, with samples.
#[cfg(test)]
pub(super) type Variable = (&'static str, fn() -> Vec<FluentValue<'static>>);

/// A message that the code uses: its name, and its arguments.
#[cfg(test)]
pub(super) type Message = (&'static str, &'static [Variable]);

#[cfg(test)]
mod tests;
