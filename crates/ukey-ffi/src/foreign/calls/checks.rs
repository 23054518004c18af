//! Methods of a check: the same table, for functions that the bridge has no use for.

use super::*;
use crate::foreign::table;

impl<U: Ulong> ForeignCheck for Calls<U> {
    fn digest(&self, device: ForeignHandle, algorithm: u32, data: &[u8]) -> Result<Vec<u8>> {
        let (algorithm, zero) = (U::from_u32(algorithm), U::from_u32(0));
        let digest = Self::opened("SKF_DigestInit", |handle| {
            let device = pointer(device);
            call!(self.SKF_DigestInit(device, algorithm, null_mut(), null_mut(), zero, handle))
        })?;
        let len = Self::len("SKF_Digest", data.len())?;
        let mut data = Area::from_bytes(data);
        let result = Self::fetched("SKF_Digest", |out, out_len| {
            call!(self.SKF_Digest(pointer(digest), data.pointer(), len, out, out_len))
        });
        let _ = call!(self.SKF_CloseHandle(pointer(digest)));
        result
    }

    fn verify_sm2(
        &self,
        device: ForeignHandle,
        key: &[u8],
        digest: &[u8; 32],
        signature: &[u8],
    ) -> Result<()> {
        let (mut key, mut signature) = (Area::from_bytes(key), Area::from_bytes(signature));
        let mut digest = Area::from_bytes(digest);
        call!(self.SKF_ECCVerify(
            pointer(device),
            key.pointer(),
            digest.pointer(),
            U::from_u32(32),
            signature.pointer(),
        ))
    }

    fn with_nothing(&self, name: &'static str) -> Result<u32> {
        if !table::takes_nothing(name) {
            return Err(Fault::Argument(name));
        }
        // SAFETY: `takes_nothing` has looked the name up.
        unsafe { table::call_with_nothing(self.library, name) }.ok_or(Fault::Missing(name))
    }
}
