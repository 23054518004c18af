//! 7.6 SM2 key agreement.

use ukey_ffi::{Out, input};

use super::export;
use super::types::{BYTE, ECCPUBLICKEYBLOB, HANDLE, HCONTAINER, ULONG};
use crate::error::Error;
use crate::ops::agreement::{self, MAX_AGREEMENT_ID, Party};

/// The ID of a party.
///
/// # Safety
/// `len` bytes readable at `id`.
unsafe fn party_id<'a>(id: *const BYTE, len: ULONG) -> Result<&'a [u8], Error> {
    // SAFETY: the same contract.
    Ok(unsafe { input::bytes_within(id, len, MAX_AGREEMENT_ID)? })
}

/// 7.6.14: first step of a key agreement: a temporary key to send to the other side, with our own ID.
///
/// # Safety
/// `ulIDLen` bytes readable at `pbID`; `pTempECCPubKeyBlob` and `phAgreementHandle` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_GenerateAgreementDataWithECC(
    hContainer: HCONTAINER,
    ulAlgId: ULONG,
    pTempECCPubKeyBlob: *mut ECCPUBLICKEYBLOB,
    pbID: *mut BYTE,
    ulIDLen: ULONG,
    phAgreementHandle: *mut HANDLE,
) -> ULONG {
    export("SKF_GenerateAgreementDataWithECC", |library| {
        let container = library.container(hContainer)?;
        // SAFETY: the contract of this function.
        let (id, mut temporary, mut handle) = unsafe {
            (
                party_id(pbID, ulIDLen)?,
                Out::new(pTempECCPubKeyBlob)?,
                Out::new(phAgreementHandle)?,
            )
        };
        let (blob, begun) = agreement::begin(library, &container, ulAlgId, id)?;
        temporary.set(blob);
        handle.set(begun);
        Ok(())
    })
}

/// 7.6.15: the responder's step of a key agreement: has the key, and a temporary key to send back.
///
/// # Safety
/// The sponsor's blobs readable, `ulIDLen` bytes at `pbID`, `ulSponsorIDLen` at `pbSponsorID`; `pTempECCPubKeyBlob` and
/// `phKeyHandle` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_GenerateAgreementDataAndKeyWithECC(
    hContainer: HANDLE,
    ulAlgId: ULONG,
    pSponsorECCPubKeyBlob: *mut ECCPUBLICKEYBLOB,
    pSponsorTempECCPubKeyBlob: *mut ECCPUBLICKEYBLOB,
    pTempECCPubKeyBlob: *mut ECCPUBLICKEYBLOB,
    pbID: *mut BYTE,
    ulIDLen: ULONG,
    pbSponsorID: *mut BYTE,
    ulSponsorIDLen: ULONG,
    phKeyHandle: *mut HANDLE,
) -> ULONG {
    export("SKF_GenerateAgreementDataAndKeyWithECC", |library| {
        let container = library.container(hContainer)?;
        // SAFETY: the contract of this function.
        let (id, sponsor, mut temporary, mut handle) = unsafe {
            let sponsor_key = input::value(pSponsorECCPubKeyBlob)?;
            let sponsor_temporary = input::value(pSponsorTempECCPubKeyBlob)?;
            let sponsor_id = party_id(pbSponsorID, ulSponsorIDLen)?;
            (
                party_id(pbID, ulIDLen)?,
                Party::new(&sponsor_key, &sponsor_temporary, sponsor_id),
                Out::new(pTempECCPubKeyBlob)?,
                Out::new(phKeyHandle)?,
            )
        };
        let (blob, key) = agreement::answer(library, &container, ulAlgId, id, &sponsor?)?;
        temporary.set(blob);
        handle.set(key);
        Ok(())
    })
}

/// 7.6.16: the sponsor's last step of a key agreement, with keys and ID of the responder.
///
/// # Safety
/// The blobs readable, `ulIDLen` bytes at `pbID`; `phKeyHandle` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_GenerateKeyWithECC(
    hAgreementHandle: HANDLE,
    pECCPubKeyBlob: *mut ECCPUBLICKEYBLOB,
    pTempECCPubKeyBlob: *mut ECCPUBLICKEYBLOB,
    pbID: *mut BYTE,
    ulIDLen: ULONG,
    phKeyHandle: *mut HANDLE,
) -> ULONG {
    export("SKF_GenerateKeyWithECC", |library| {
        let begun = library.agreement(hAgreementHandle)?;
        // SAFETY: the contract of this function.
        let (responder, mut handle) = unsafe {
            let key = input::value(pECCPubKeyBlob)?;
            let temporary = input::value(pTempECCPubKeyBlob)?;
            let id = party_id(pbID, ulIDLen)?;
            (Party::new(&key, &temporary, id), Out::new(phKeyHandle)?)
        };
        handle.set(agreement::finish(library, &begun, &responder?)?);
        Ok(())
    })
}
