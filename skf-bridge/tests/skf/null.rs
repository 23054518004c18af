//! Every export with NULL everywhere and with lengths that no buffer has.

use std::ffi::c_void;
use std::ptr::null_mut;

use ukey_skf::sar::*;
use ukey_skf::*;

use crate::token::{SM4_ECB, Token, create_container, generate_sm2, parameters, set_key};

type Call = (&'static str, fn(*mut c_void, u32) -> u32);

macro_rules! calls {
    ($($name:ident($($argument:expr),*) with $handle:ident, $length:ident;)*) => {
        vec![$((
            stringify!($name),
            (|$handle, $length| unsafe { let _ = $length; $name($($argument),*) }) as fn(*mut c_void, u32) -> u32,
        )),*]
    };
}

/// A NULL of any type.
fn n<T>() -> *mut T {
    null_mut()
}

/// Functions of a device handle; lengths stand beside NULL pointers.
fn device_calls() -> Vec<Call> {
    calls! {
        SKF_SetLabel(h, n()) with h, l;
        SKF_GetDevInfo(h, n()) with h, l;
        SKF_Transmit(h, n(), l, n(), n()) with h, l;
        SKF_CreateApplication(h, n(), n(), l, n(), l, l, n()) with h, l;
        SKF_EnumApplication(h, n(), n()) with h, l;
        SKF_DeleteApplication(h, n()) with h, l;
        SKF_OpenApplication(h, n(), n()) with h, l;
        SKF_GenExtRSAKey(h, 2048, n()) with h, l;
        SKF_RSAVerify(h, n(), n(), l, n(), l) with h, l;
        SKF_ExtRSAPubKeyOperation(h, n(), n(), l, n(), n()) with h, l;
        SKF_ExtRSAPriKeyOperation(h, n(), n(), l, n(), n()) with h, l;
        SKF_ECCVerify(h, n(), n(), l, n()) with h, l;
        SKF_ExtECCVerify(h, n(), n(), l, n()) with h, l;
        SKF_ExtECCEncrypt(h, n(), n(), l, n()) with h, l;
        SKF_ExtECCDecrypt(h, n(), n(), n(), n()) with h, l;
        SKF_ExtECCSign(h, n(), n(), l, n()) with h, l;
        SKF_SetSymmKey(h, n(), SM4_ECB, n()) with h, l;
        SKF_DigestInit(h, 1, n(), n(), l, n()) with h, l;
    }
}

fn application_calls() -> Vec<Call> {
    calls! {
        SKF_ChangePIN(h, 1, n(), n(), n()) with h, l;
        SKF_GetPINInfo(h, 1, n(), n(), n()) with h, l;
        SKF_VerifyPIN(h, 1, n(), n()) with h, l;
        SKF_UnblockPIN(h, n(), n(), n()) with h, l;
        SKF_CreateFile(h, n(), l, l, l) with h, l;
        SKF_DeleteFile(h, n()) with h, l;
        SKF_EnumFiles(h, n(), n()) with h, l;
        SKF_GetFileInfo(h, n(), n()) with h, l;
        SKF_ReadFile(h, n(), l, l, n(), n()) with h, l;
        SKF_WriteFile(h, n(), l, n(), l) with h, l;
        SKF_CreateContainer(h, n(), n()) with h, l;
        SKF_DeleteContainer(h, n()) with h, l;
        SKF_EnumContainer(h, n(), n()) with h, l;
        SKF_OpenContainer(h, n(), n()) with h, l;
    }
}

fn container_calls() -> Vec<Call> {
    calls! {
        SKF_GetContainerType(h, n()) with h, l;
        SKF_ExportCertificate(h, 1, n(), n()) with h, l;
        SKF_GenRSAKeyPair(h, 2048, n()) with h, l;
        SKF_RSASignData(h, n(), l, n(), n()) with h, l;
        SKF_GenECCKeyPair(h, 0x20200, n()) with h, l;
        SKF_ImportECCKeyPair(h, n()) with h, l;
        SKF_ECCSignData(h, n(), l, n()) with h, l;
        SKF_ExportPublicKey(h, 1, n(), n()) with h, l;
        SKF_ECCDecrypt(h, 1, n(), n(), n()) with h, l;
    }
}

fn key_calls() -> Vec<Call> {
    calls! {
        SKF_Encrypt(h, n(), l, n(), n()) with h, l;
        SKF_EncryptUpdate(h, n(), l, n(), n()) with h, l;
        SKF_EncryptFinal(h, n(), n()) with h, l;
        SKF_Decrypt(h, n(), l, n(), n()) with h, l;
        SKF_DecryptUpdate(h, n(), l, n(), n()) with h, l;
        SKF_DecryptFinal(h, n(), n()) with h, l;
        SKF_MacInit(h, n(), n()) with h, l;
    }
}

fn digest_calls() -> Vec<Call> {
    calls! {
        SKF_Digest(h, n(), l, n(), n()) with h, l;
        SKF_DigestFinal(h, n(), n()) with h, l;
    }
}

fn mac_calls() -> Vec<Call> {
    calls! {
        SKF_Mac(h, n(), l, n(), n()) with h, l;
        SKF_MacFinal(h, n(), n()) with h, l;
    }
}

/// Functions that do nothing wrong with NULL pointers when the lengths are zero, or have none.
fn harmless_calls() -> Vec<Call> {
    calls! {
        SKF_DisConnectDev(h) with h, l;
        SKF_DisconnectDev(h) with h, l;
        SKF_LockDev(h, 0) with h, l;
        SKF_UnlockDev(h) with h, l;
        SKF_ChangeDevAuthKey(h, n(), l) with h, l;
        SKF_DevAuth(h, n(), l) with h, l;
        SKF_ClearSecureState(h) with h, l;
        SKF_CloseApplication(h) with h, l;
        SKF_CloseContainer(h) with h, l;
        SKF_ImportCertificate(h, 1, n(), l) with h, l;
        SKF_GenRandom(h, n(), l) with h, l;
        SKF_ImportRSAKeyPair(h, SM4_ECB, n(), l, n(), l) with h, l;
        SKF_EncryptInit(h, parameters(&[], 0)) with h, l;
        SKF_DecryptInit(h, parameters(&[], 0)) with h, l;
        SKF_DigestUpdate(h, n(), l) with h, l;
        SKF_MacUpdate(h, n(), l) with h, l;
        SKF_CloseHandle(h) with h, l;
        SKF_RSAExportSessionKey(h, l, n(), n(), n(), n()) with h, l;
        SKF_ECCExportSessionKey(h, l, n(), n(), n()) with h, l;
        SKF_ImportSessionKey(h, l, n(), l, n()) with h, l;
        SKF_GenerateAgreementDataWithECC(h, l, n(), n(), l, n()) with h, l;
        SKF_GenerateAgreementDataAndKeyWithECC(h, l, n(), n(), n(), n(), l, n(), l, n()) with h, l;
        SKF_GenerateKeyWithECC(h, n(), n(), n(), l, n()) with h, l;
    }
}

#[test]
fn a_null_handle_is_an_invalid_handle_whatever_else_is_wrong() {
    let _token = Token::blank();
    let all = [
        device_calls(),
        application_calls(),
        container_calls(),
        key_calls(),
        digest_calls(),
        mac_calls(),
        harmless_calls(),
    ];
    let all = all.concat();
    // 80 names and the second spelling, less the four without a handle.
    assert_eq!(all.len(), 80 - 5);
    for (name, call) in all {
        for length in [0, 1, 32, u32::MAX] {
            assert_eq!(
                call(null_mut(), length),
                SAR_INVALIDHANDLEERR,
                "{name} {length}"
            );
        }
    }
}

#[test]
fn null_pointers_are_invalid_parameters_and_absurd_lengths_bad_lengths() {
    let token = Token::blank();
    let application = token.logged_in();
    let container = create_container(application, "c");
    generate_sm2(container);
    let key = set_key(token.device, &[1; 16], SM4_ECB);
    let (mut digest, mut mac) = (null_mut(), null_mut());
    unsafe {
        assert_eq!(SKF_EncryptInit(key, parameters(&[], 0)), SAR_OK);
        assert_eq!(SKF_DecryptInit(key, parameters(&[], 0)), SAR_OK);
        assert_eq!(
            SKF_DigestInit(token.device, 1, n(), n(), 0, &mut digest),
            SAR_OK
        );
        assert_eq!(SKF_MacInit(key, &mut parameters(&[], 0), &mut mac), SAR_OK);
    }
    let groups = [
        (token.device, device_calls()),
        (application, application_calls()),
        (container, container_calls()),
        (key, key_calls()),
        (digest, digest_calls()),
        (mac, mac_calls()),
    ];
    for (handle, calls) in groups {
        for (name, call) in calls {
            for length in [0, 1, 32] {
                assert_eq!(call(handle, length), SAR_INVALIDPARAMERR, "{name} {length}");
            }
            for length in [0x8000_0000, u32::MAX] {
                let code = call(handle, length);
                assert!(
                    [SAR_INVALIDPARAMERR, SAR_INDATALENERR].contains(&code),
                    "{name} {length:#x}: {code:#x}"
                );
            }
        }
    }
    for (name, call) in harmless_calls() {
        for handle in [token.device, application, container, key, digest, mac] {
            // Those that close or change something come with the tests of their groups.
            if !["SKF_Close", "SKF_Dis", "SKF_ClearSecureState"]
                .iter()
                .any(|p| name.starts_with(p))
            {
                assert_ne!(call(handle, u32::MAX), SAR_FAIL, "{name}");
            }
        }
    }
}

#[test]
fn functions_without_a_handle_check_their_pointers() {
    let token = Token::blank();
    let mut len = 0;
    unsafe {
        assert_eq!(SKF_EnumDev(1, n(), n()), SAR_INVALIDPARAMERR);
        assert_eq!(SKF_ConnectDev(n(), n()), SAR_INVALIDPARAMERR);
        assert_eq!(SKF_ConnectDev(token.name.ptr(), n()), SAR_INVALIDPARAMERR);
        assert_eq!(SKF_GetDevState(n(), &mut len), SAR_INVALIDPARAMERR);
        assert_eq!(SKF_GetDevState(token.name.ptr(), n()), SAR_INVALIDPARAMERR);
        assert_eq!(SKF_WaitForDevEvent(n(), n(), n()), SAR_INVALIDPARAMERR);
        let mut not_text = *b"\xFF\xFE\0";
        let mut device = null_mut();
        assert_eq!(
            SKF_ConnectDev(not_text.as_mut_ptr(), &mut device),
            SAR_INVALIDPARAMERR
        );
    }
}
