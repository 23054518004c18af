//! An SKF library of somebody else, loaded by path (GM/T 0016).
//!
//! [`load`] gives a [`ForeignSkf`]: one safe method per function, bytes in and bytes out. Structures travel as the bytes
//! that the library lays out; what they mean is the caller's business. What is foreign is not believed: lengths that it
//! reports are clamped to the buffer, a guard behind every buffer shows when it wrote too far, and a function that it
//! does not have is [`Fault::Missing`].
//!
//! The library's own faults are beyond reach: it runs in this process with all its rights. Whoever names it in the
//! configuration trusts it as he trusts the program that loads it.

mod area;
mod calls;
mod observe;
mod table;

use std::path::Path;

pub use calls::{DecryptForm, ForeignCheck, ForeignSkf, Pin, PinCounter};
pub use observe::{Listing, listing};
pub use table::{EXTENSIONS, STANDARD};

/// Width of ULONG in the library: its headers decide, its file does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UlongWidth {
    /// 32 bits, as the standard has it.
    #[default]
    Bits32,
    /// The `unsigned long` of 64-bit Unix.
    Bits64,
}

/// Why a call gave no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The library does not export the function.
    #[error("the library has no {0}")]
    Missing(&'static str),
    /// The function answered with a return code.
    #[error("{name} answered {code:#010x}")]
    Code {
        /// Name of the function.
        name: &'static str,
        /// SAR_*.
        code: u32,
        /// Tries left, where the function tells them.
        tries_left: Option<u32>,
    },
    /// The function wrote behind the buffer that it was given. Memory of this process may be damaged.
    #[error("{0} wrote behind its buffer")]
    Overrun(&'static str),
    /// Text with a NUL inside, or data longer than ULONG can say.
    #[error("an argument of {0} cannot be passed")]
    Argument(&'static str),
}

/// Why a library cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The loader refused it.
    #[error("cannot load: {0}")]
    Loader(String),
    /// It exports nothing that begins a conversation.
    #[error("not an SKF library: it has no {0}")]
    NotSkf(&'static str),
    /// It did what cannot be gone on after.
    #[error("{0}")]
    Misbehaves(Fault),
}

/// An object of the library: device, application, container or key. It may be stale; the library judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ForeignHandle(usize);

/// Loads a library for good: many cannot be unloaded without harm.
///
/// # Errors
/// [`LoadError`].
pub fn load(path: &Path, ulong: UlongWidth) -> Result<Box<dyn ForeignSkf>, LoadError> {
    load_for_check(path, ulong).map(|library| library as Box<dyn ForeignSkf>)
}

/// As [`load`], with the functions that only a check of the library calls.
///
/// # Errors
/// [`LoadError`].
pub fn load_for_check(path: &Path, ulong: UlongWidth) -> Result<Box<dyn ForeignCheck>, LoadError> {
    let library = open(path)?;
    Ok(match ulong {
        UlongWidth::Bits32 => Box::new(calls::Calls::<u32>::new(library)?),
        UlongWidth::Bits64 => Box::new(calls::Calls::<u64>::new(library)?),
    })
}

/// Which of `names` the library at `path` exports.
///
/// # Errors
/// [`LoadError::Loader`].
pub fn exported(
    path: &Path,
    names: &'static [&'static str],
) -> Result<Vec<&'static str>, LoadError> {
    let library = open(path)?;
    Ok(names
        .iter()
        .copied()
        .filter(|name| table::has(library, name))
        .collect())
}

fn open(path: &Path) -> Result<&'static libloading::Library, LoadError> {
    // SAFETY: runs the library's initialisers. The module's head says whose trust that is.
    let library = unsafe { libloading::Library::new(path) };
    let library = library.map_err(|e| LoadError::Loader(e.to_string()))?;
    // Never unloaded: function pointers into it stay good.
    Ok(Box::leak(Box::new(library)))
}

#[cfg(test)]
mod tests;
