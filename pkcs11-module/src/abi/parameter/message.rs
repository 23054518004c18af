//! Parameters of the message-based functions (PKCS#11 3.0): read like the others, and partly written back.

use super::*;
use crate::mechanism::message::{MessageParameter, NonceGeneration};
use ukey_ffi::OutSlice;

/// The parameter of a message to be encrypted: nonce and tag are written back.
///
/// # Safety
/// The caller's contract, also for the pointers inside the structure.
pub(in crate::abi) unsafe fn message_made(
    data: *const std::ffi::c_void,
    len: CK_ULONG,
) -> Read<MessageParameter> {
    // SAFETY: the caller's contract.
    unsafe {
        let (fields, tag) = message(data, len)?;
        Ok(MessageParameter {
            tag_out: Some(OutSlice::new(tag, fields.tag_len as CK_ULONG, LIMIT).map_err(invalid)?),
            ..fields
        })
    }
}

/// The parameter of a message to be decrypted: nonce and tag are given.
///
/// # Safety
/// The caller's contract, also for the pointers inside the structure.
pub(in crate::abi) unsafe fn message_given(
    data: *const std::ffi::c_void,
    len: CK_ULONG,
) -> Read<MessageParameter> {
    // SAFETY: the caller's contract.
    unsafe {
        let (fields, tag) = message(data, len)?;
        Ok(MessageParameter {
            tag: owned(tag, fields.tag_len as CK_ULONG)?,
            ..fields
        })
    }
}

/// `CK_GCM_MESSAGE_PARAMS` or `CK_CCM_MESSAGE_PARAMS`, told apart by their sizes, and where the tag is.
unsafe fn message(
    data: *const std::ffi::c_void,
    len: CK_ULONG,
) -> Read<(MessageParameter, *mut CK_BYTE)> {
    const GCM: usize = size_of::<CK_GCM_MESSAGE_PARAMS>();
    const CCM: usize = size_of::<CK_CCM_MESSAGE_PARAMS>();
    if data.is_null() {
        return Err(Error::ArgumentsBad);
    }
    // SAFETY: the caller's contract.
    unsafe {
        let given = bytes(data.cast(), len)?;
        match given.len() {
            GCM => {
                let given: CK_GCM_MESSAGE_PARAMS = structure(given)?;
                let nonce = owned(given.pIv, given.ulIvLen)?;
                let aead = gcm_checked(nonce, Vec::new(), given.ulTagBits)?;
                let generation = generation(given.ivGenerator, given.ulIvFixedBits, given.ulIvLen)?;
                let nonce_out = OutSlice::new(given.pIv, given.ulIvLen, LIMIT).map_err(invalid)?;
                Ok((
                    message_parameter(Layout::Gcm, aead, generation, nonce_out)?,
                    given.pTag,
                ))
            }
            CCM => {
                let given: CK_CCM_MESSAGE_PARAMS = structure(given)?;
                let nonce = owned(given.pNonce, given.ulNonceLen)?;
                let aead = ccm_checked(nonce, Vec::new(), given.ulDataLen, given.ulMACLen)?;
                let generation = generation(
                    given.nonceGenerator,
                    given.ulNonceFixedBits,
                    given.ulNonceLen,
                )?;
                let nonce_out =
                    OutSlice::new(given.pNonce, given.ulNonceLen, LIMIT).map_err(invalid)?;
                Ok((
                    message_parameter(Layout::Ccm, aead, generation, nonce_out)?,
                    given.pMAC,
                ))
            }
            _ => Err(Error::MechanismParamInvalid),
        }
    }
}

/// `CK_GCM_WRAP_PARAMS` or `CK_CCM_WRAP_PARAMS`, by the layout of the mechanism; `None` for a parameter of another size,
/// which the mechanism reads as for other data. A nonce that is made is written back, the tag follows the wrapped key.
///
/// # Safety
/// The caller's contract, also for the pointers inside the structure.
pub(in crate::abi) unsafe fn key_wrapping(
    layout: Layout,
    data: *const CK_BYTE,
    len: CK_ULONG,
) -> Read<Option<MessageParameter>> {
    const GCM: usize = size_of::<CK_GCM_WRAP_PARAMS>();
    const CCM: usize = size_of::<CK_CCM_WRAP_PARAMS>();
    // SAFETY: the caller's contract.
    unsafe {
        let given = bytes(data, len)?;
        match (layout, given.len()) {
            (Layout::Gcm, GCM) => {
                let given: CK_GCM_WRAP_PARAMS = structure(given)?;
                let nonce = owned(given.pIv, given.ulIvLen)?;
                let aad = owned(given.pAAD, given.ulAADLen)?;
                let aead = gcm_checked(nonce, aad, given.ulTagBits)?;
                let generation = generation(given.ivGenerator, given.ulIvFixedBits, given.ulIvLen)?;
                let nonce_out = OutSlice::new(given.pIv, given.ulIvLen, LIMIT).map_err(invalid)?;
                message_parameter(layout, aead, generation, nonce_out).map(Some)
            }
            (Layout::Ccm, CCM) => {
                let given: CK_CCM_WRAP_PARAMS = structure(given)?;
                let nonce = owned(given.pNonce, given.ulNonceLen)?;
                let aad = owned(given.pAAD, given.ulAADLen)?;
                // The length of the data is the key's; the standard has what is said here ignored.
                let aead = ccm_checked(nonce, aad, 0, given.ulMACLen)?;
                let (function, fixed) = (given.nonceGenerator, given.ulNonceFixedBits);
                let generation = generation(function, fixed, given.ulNonceLen)?;
                let nonce_out =
                    OutSlice::new(given.pNonce, given.ulNonceLen, LIMIT).map_err(invalid)?;
                message_parameter(layout, aead, generation, nonce_out).map(Some)
            }
            _ => Ok(None),
        }
    }
}

fn message_parameter(
    layout: Layout,
    aead: Parameter,
    generation: Option<NonceGeneration>,
    nonce_out: OutSlice,
) -> Read<MessageParameter> {
    let aead = aead.aead()?.clone();
    Ok(MessageParameter {
        layout,
        tag_len: aead.tag_len,
        aead,
        generation,
        nonce_out,
        tag_out: None,
        tag: Vec::new(),
    })
}

/// Who makes the nonce. Exclusive-or with a counter is refused: of which nonce, the standard leaves open when the result
/// is written over it.
fn generation(
    function: CK_GENERATOR_FUNCTION,
    fixed_bits: CK_ULONG,
    nonce_len: CK_ULONG,
) -> Read<Option<NonceGeneration>> {
    let random = match function {
        CKG_NO_GENERATE => return Ok(None),
        CKG_GENERATE | CKG_GENERATE_RANDOM => true,
        CKG_GENERATE_COUNTER => false,
        _ => return Err(Error::MechanismParamInvalid),
    };
    let fixed_bits = length(fixed_bits)?;
    require(fixed_bits < 8 * length(nonce_len)?)?;
    Ok(Some(NonceGeneration { random, fixed_bits }))
}
