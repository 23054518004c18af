//! SM4 (GB/T 32907): the block cipher on many blocks at once, and the modes that gain from that.
//!
//! [`Engine::best`] is the fastest way this processor has; [`Engine::available`] lists all of them. No
//! way reads a table at an address that depends on key or data.

mod bitsliced;
mod chains;
mod circuit;
mod engine;
mod gcm;
mod key;
mod modes;
mod schedule;
#[cfg(test)]
mod tests;
mod xts;

pub use engine::Engine;
pub use key::Key;
pub use xts::XtsOrder;

/// Length of a block in bytes.
pub const BLOCK: usize = 16;

/// One block.
pub type Block = [u8; BLOCK];
