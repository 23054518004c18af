//! PKCS#7 padding (RFC 5652 section 6.3), taken off in constant time.

use super::{BLOCK, Block};
use crate::Error;
use subtle::{ConstantTimeEq, ConstantTimeGreater};

/// Fills `block` behind its first `len` bytes, 0 to 15.
pub(crate) fn pad(block: &mut Block, len: usize) {
    block[len..].fill(u8::try_from(BLOCK - len).expect("at most 16"));
}

/// Length of `block` without its padding. Looks at all bytes, whatever the padding says.
///
/// # Errors
/// [`Error::Decryption`].
pub(crate) fn unpadded_len(block: &Block) -> Result<usize, Error> {
    let pad = block[BLOCK - 1];
    let mut good = !pad.ct_eq(&0) & !pad.ct_gt(&16);
    for (distance, byte) in (1u8..).zip(block.iter().rev()) {
        let in_padding = !distance.ct_gt(&pad);
        good &= !in_padding | byte.ct_eq(&pad);
    }
    if good.into() {
        Ok(BLOCK - usize::from(pad))
    } else {
        Err(Error::Decryption)
    }
}
