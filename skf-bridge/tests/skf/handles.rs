use std::ffi::c_void;
use std::ptr::{null_mut, without_provenance_mut};

use ukey_skf::sar::*;
use ukey_skf::*;

use crate::token::{
    SM4_ECB, Token, collect, connect, create_container, generate_sm2, parameters, set_key, text,
};

fn kind(container: *mut c_void) -> u32 {
    let mut kind = 0;
    unsafe { SKF_GetContainerType(container, &mut kind) }
}

/// GmSSL 3 closes in this order and takes an error for a failure.
#[test]
fn a_container_outlives_its_application() {
    let token = Token::blank();
    let application = token.logged_in();
    let container = create_container(application, "c");
    generate_sm2(container);
    unsafe {
        assert_eq!(SKF_CloseApplication(application), SAR_OK);
        let mut digest = [1; 32];
        let mut signature = ECCSIGNATUREBLOB {
            r: [0; 64],
            s: [0; 64],
        };
        assert_eq!(
            SKF_ECCSignData(container, digest.as_mut_ptr(), 32, &mut signature),
            SAR_OK
        );
        assert_eq!(SKF_CloseContainer(container), SAR_OK);
    }
}

#[test]
fn disconnecting_frees_everything_of_this_handle_only() {
    let token = Token::blank();
    let application = token.logged_in();
    let container = create_container(application, "c");
    let key = set_key(token.device, &[1; 16], SM4_ECB);
    let mut digest = null_mut();
    let mut mac = null_mut();
    let other = connect(&token.name);
    let mut other_application = null_mut();
    let mut other_container = null_mut();
    unsafe {
        assert_eq!(
            SKF_DigestInit(token.device, 1, null_mut(), null_mut(), 0, &mut digest),
            SAR_OK
        );
        assert_eq!(SKF_MacInit(key, &mut parameters(&[], 0), &mut mac), SAR_OK);
        let name = text("TENDER");
        assert_eq!(
            SKF_OpenApplication(other, name.ptr(), &mut other_application),
            SAR_OK
        );
        let name = text("c");
        assert_eq!(
            SKF_OpenContainer(other_application, name.ptr(), &mut other_container),
            SAR_OK
        );

        assert_eq!(SKF_DisConnectDev(token.device), SAR_OK);
        assert_eq!(SKF_DisConnectDev(token.device), SAR_INVALIDHANDLEERR);
        assert_eq!(SKF_DisconnectDev(token.device), SAR_INVALIDHANDLEERR);
        assert_eq!(SKF_CloseApplication(application), SAR_INVALIDHANDLEERR);
        assert_eq!(kind(container), SAR_INVALIDHANDLEERR);
        for handle in [key, digest, mac] {
            assert_eq!(SKF_CloseHandle(handle), SAR_INVALIDHANDLEERR);
        }
        assert_eq!(kind(other_container), SAR_OK);
        assert_eq!(SKF_DisconnectDev(other), SAR_OK);
        assert_eq!(kind(other_container), SAR_INVALIDHANDLEERR);
    }
}

#[test]
fn handles_of_another_kind_are_refused() {
    let token = Token::blank();
    let application = token.logged_in();
    let container = create_container(application, "c");
    let key = set_key(token.device, &[1; 16], SM4_ECB);
    unsafe {
        for wrong in [application, container, key] {
            assert_eq!(SKF_UnlockDev(wrong), SAR_INVALIDHANDLEERR);
            assert_eq!(SKF_DisConnectDev(wrong), SAR_INVALIDHANDLEERR);
        }
        for wrong in [token.device, container, key] {
            assert_eq!(SKF_ClearSecureState(wrong), SAR_INVALIDHANDLEERR);
            assert_eq!(SKF_CloseApplication(wrong), SAR_INVALIDHANDLEERR);
        }
        for wrong in [token.device, application, key] {
            assert_eq!(kind(wrong), SAR_INVALIDHANDLEERR);
            assert_eq!(SKF_CloseContainer(wrong), SAR_INVALIDHANDLEERR);
        }
        for wrong in [token.device, application, container] {
            assert_eq!(SKF_CloseHandle(wrong), SAR_INVALIDHANDLEERR);
            assert_eq!(
                SKF_EncryptInit(wrong, parameters(&[], 0)),
                SAR_INVALIDHANDLEERR
            );
        }
        assert_eq!(SKF_CloseHandle(key), SAR_OK);
        assert_eq!(
            SKF_EncryptInit(key, parameters(&[], 0)),
            SAR_INVALIDHANDLEERR
        );
        assert_eq!(SKF_CloseContainer(container), SAR_OK);
        assert_eq!(SKF_CloseApplication(application), SAR_OK);
    }
}

#[test]
fn made_up_handles_are_refused() {
    let token = Token::blank();
    let local = 0u64;
    let address = &raw const local;
    for made_up in [
        0usize,
        1 << 40,
        usize::MAX,
        isize::MAX as usize,
        address.addr(),
    ] {
        let handle = without_provenance_mut(made_up);
        unsafe {
            assert_eq!(SKF_UnlockDev(handle), SAR_INVALIDHANDLEERR);
            assert_eq!(SKF_CloseApplication(handle), SAR_INVALIDHANDLEERR);
            assert_eq!(SKF_CloseContainer(handle), SAR_INVALIDHANDLEERR);
            assert_eq!(SKF_CloseHandle(handle), SAR_INVALIDHANDLEERR);
        }
    }
    assert_eq!(unsafe { SKF_UnlockDev(token.device) }, SAR_OK);
}

#[test]
fn handles_are_not_addresses_and_not_given_out_twice() {
    let token = Token::blank();
    let mut seen = std::collections::HashSet::new();
    for _ in 0..200 {
        let key = set_key(token.device, &[1; 16], SM4_ECB);
        assert!(seen.insert(key.addr()));
        assert_eq!(unsafe { SKF_CloseHandle(key) }, SAR_OK);
    }
}

#[test]
fn threads_share_one_token() {
    let token = Token::blank();
    let (container, key) = token.sm2_container();
    let container = container.addr();
    let device = token.device.addr();
    std::thread::scope(|scope| {
        for thread in 0..4u8 {
            scope.spawn(move || {
                let (container, device) = (
                    without_provenance_mut(container),
                    without_provenance_mut(device),
                );
                let mut key = key;
                for round in 0..10u8 {
                    let mut digest = [thread * 16 + round; 32];
                    let mut signature = ECCSIGNATUREBLOB {
                        r: [0; 64],
                        s: [0; 64],
                    };
                    unsafe {
                        let code =
                            SKF_ECCSignData(container, digest.as_mut_ptr(), 32, &mut signature);
                        assert_eq!(code, SAR_OK);
                        let code = SKF_ECCVerify(
                            device,
                            &mut key,
                            digest.as_mut_ptr(),
                            32,
                            &mut signature,
                        );
                        assert_eq!(code, SAR_OK);
                    }
                }
            });
        }
    });
    let list = collect(|out, len| unsafe { SKF_EnumApplication(token.device, out, len) });
    assert_eq!(list.unwrap(), b"TENDER\0\0");
}
