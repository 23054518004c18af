//! The notation in which all layouts are written down, and the shapes of byte fields.
//!
//! `request!`, `reply!` and `structure!` take a struct whose fields stand in wire order and make
//! both directions from it, so that a layout is written once. A field of a type that knows its own
//! length (numbers, arrays, blobs) stands alone; a byte string names its shape with `as`:
//!
//! | shape | on the wire |
//! |---|---|
//! | `rest` | the bytes up to the end of the data field |
//! | `n8` | one-byte length, bytes |
//! | `l32` | four-byte length, bytes |
//! | `name` | `rest`, 1 to 64 bytes without NUL |
//! | `name8` | `n8`, 1 to 64 bytes without NUL |

/// `structure!`: a struct that can stand inside a layout.
macro_rules! structure {
    ($(#[$meta:meta])* pub struct $name:ident {
        $($(#[$fmeta:meta])* $field:ident : $type:ty $(as $shape:ident)?,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, PartialEq, Eq)]
        pub struct $name { $($(#[$fmeta])* pub $field: $type,)* }

        impl $crate::wire::Field for $name {
            fn put(&self, writer: &mut $crate::wire::Writer) {
                let _ = &writer;
                $($crate::layout::put_field!(writer, self.$field $(, $shape)?);)*
            }
            fn get(
                reader: &mut $crate::wire::Reader<'_>,
            ) -> Result<Self, $crate::wire::DecodeError> {
                let _ = &reader;
                Ok(Self { $($field: $crate::layout::get_field!(reader $(, $shape)?),)* })
            }
        }

        #[cfg(test)]
        impl $crate::tests::sample::Sample for $name {
            fn sample(source: &mut $crate::tests::sample::Source) -> Self {
                let _ = &source;
                Self { $($field: $crate::layout::sample_field!(source $(, $shape)?),)* }
            }
        }
    };
}

/// `reply!`: a `structure!` that is an answer; `ne` gives its exact length where that is fixed.
macro_rules! reply {
    ($(#[$meta:meta])* pub struct $name:ident $(ne $ne:literal)? { $($body:tt)* }) => {
        $crate::layout::structure! { $(#[$meta])* pub struct $name { $($body)* } }
        $crate::layout::reply_field! { $name $($ne)? }
    };
}

/// Makes an existing field type an answer by itself.
macro_rules! reply_field {
    ($name:ty) => {
        $crate::layout::reply_field! { @ $name, }
    };
    ($name:ident $ne:literal) => {
        $crate::layout::reply_field! { @ $name, const NE: Option<u32> = Some($ne); }
    };
    (@ $name:ty, $($ne:item)?) => {
        impl $crate::message::Reply for $name {
            $($ne)?
            fn write(&self, writer: &mut $crate::wire::Writer) {
                $crate::wire::Field::put(self, writer);
            }
            fn read(
                reader: &mut $crate::wire::Reader<'_>,
            ) -> Result<Self, $crate::wire::DecodeError> {
                $crate::wire::Field::get(reader)
            }
        }
    };
}

/// `request!`: a command. After the name: its INS, class and parameters where they are not
/// 80 and 00 00, and its reply. A first field marked `@p1` travels in P1.
macro_rules! request {
    ($(#[$meta:meta])*
     pub struct $name:ident: $ins:ident $(class $class:ident)? $(parameters ($fixed1:literal, $fixed2:literal))? => $reply:ty {
        $(@p1 $(#[$pmeta:meta])* $p1:ident : $ptype:ty,)?
        $($(#[$fmeta:meta])* $field:ident : $type:ty $(as $shape:ident)?,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, PartialEq, Eq)]
        pub struct $name {
            $($(#[$pmeta])* pub $p1: $ptype,)?
            $($(#[$fmeta])* pub $field: $type,)*
        }

        impl $crate::message::Request for $name {
            type Reply = $reply;
            const INS: $crate::instruction::Ins = $crate::instruction::Ins::$ins;
            $(const CLASS: $crate::class::Class = $crate::class::Class::$class;)?
            $(const PARAMETERS: $crate::message::Parameters =
                $crate::message::Parameters::Fixed($fixed1, $fixed2);)?
            $(
                const PARAMETERS: $crate::message::Parameters =
                    $crate::message::Parameters::P1Selects;
                fn selected(&self) -> (u8, u8) {
                    (<$ptype as $crate::message::Selector>::to_parameter(self.$p1), 0)
                }
            )?
            fn write_data(&self, writer: &mut $crate::wire::Writer) {
                let _ = &writer;
                $($crate::layout::put_field!(writer, self.$field $(, $shape)?);)*
            }
            fn read_data(
                command: &$crate::command::CommandApdu,
                reader: &mut $crate::wire::Reader<'_>,
            ) -> Result<Self, $crate::wire::DecodeError> {
                let _ = (command, &reader);
                Ok(Self {
                    $($p1: <$ptype as $crate::message::Selector>::from_parameter(command.p1)
                        .ok_or($crate::wire::DecodeError::Parameters)?,)?
                    $($field: $crate::layout::get_field!(reader $(, $shape)?),)*
                })
            }
        }

        #[cfg(test)]
        impl $crate::tests::sample::Sample for $name {
            fn sample(source: &mut $crate::tests::sample::Source) -> Self {
                let _ = &source;
                Self { $($p1: $crate::tests::sample::Sample::sample(source),)?
                    $($field: $crate::layout::sample_field!(source $(, $shape)?),)* }
            }
        }
    };
}

macro_rules! put_field {
    ($writer:expr, $value:expr) => {
        $crate::wire::Field::put(&$value, $writer)
    };
    ($writer:expr, $value:expr, $shape:ident) => {
        $crate::layout::$shape::put($writer, $value.as_ref())
    };
}

macro_rules! get_field {
    ($reader:expr) => {
        $crate::wire::Field::get($reader)?
    };
    ($reader:expr, $shape:ident) => {
        From::from($crate::layout::$shape::get($reader)?)
    };
}

#[cfg(test)]
macro_rules! sample_field {
    ($source:expr) => {
        $crate::tests::sample::Sample::sample($source)
    };
    ($source:expr, $shape:ident) => {
        From::from($crate::layout::$shape::sample($source))
    };
}

#[cfg(test)]
pub(crate) use sample_field;
pub(crate) use {get_field, put_field, reply, reply_field, request, structure};

use crate::wire::{DecodeError, Reader, Writer};

/// The longest name of an application, file or container, in bytes.
pub const MAX_NAME: usize = 64;

fn checked_name(name: &[u8]) -> Result<Vec<u8>, DecodeError> {
    if name.is_empty() || name.len() > MAX_NAME {
        return Err(DecodeError::Length("name"));
    }
    if name.contains(&0) {
        return Err(DecodeError::Invalid("name"));
    }
    Ok(name.to_vec())
}

macro_rules! shapes {
    ($($shape:ident: |$writer:ident, $value:ident| $put:expr, |$reader:ident| $get:expr, $sample:ident;)+) => {$(
        pub(crate) mod $shape {
            use super::{DecodeError, Reader, Writer};
            pub(crate) fn put($writer: &mut Writer, $value: &[u8]) {
                $put;
            }
            pub(crate) fn get($reader: &mut Reader<'_>) -> Result<Vec<u8>, DecodeError> {
                $get
            }
            #[cfg(test)]
            pub(crate) fn sample(source: &mut crate::tests::sample::Source) -> Vec<u8> {
                source.$sample()
            }
        }
    )+};
}

shapes! {
    rest: |writer, value| writer.bytes(value), |reader| Ok(reader.rest().to_vec()), long_bytes;
    n8: |writer, value| writer.n8(value), |reader| reader.n8().map(<[u8]>::to_vec), short_bytes;
    l32: |writer, value| writer.l32(value), |reader| reader.l32().map(<[u8]>::to_vec), long_bytes;
    name: |writer, value| writer.bytes(value), |reader| super::checked_name(reader.rest()), name;
    name8: |writer, value| writer.n8(value), |reader| super::checked_name(reader.n8()?), name;
}
