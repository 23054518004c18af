use std::ptr::null_mut;
use std::time::{Duration, Instant};

use ukey_skf::sar::*;
use ukey_skf::*;

use crate::token::{Token, collect, connect, names, text};

fn empty_info() -> DEVINFO {
    // All bytes are integers.
    unsafe { std::mem::zeroed() }
}

#[test]
fn present_tokens_are_listed_by_name() {
    let token = Token::blank();
    let list = collect(|out, len| unsafe { SKF_EnumDev(1, out, len) }).unwrap();
    let name = token.image.display().to_string();
    assert!(
        names(&list)
            .iter()
            .any(|n| *n == format!("ukey embedded {name}"))
    );
    assert!(list.ends_with(&[0, 0]));
    let all = collect(|out, len| unsafe { SKF_EnumDev(0, out, len) }).unwrap();
    assert!(all.len() >= list.len());

    let mut short = vec![0u8; list.len() - 1];
    let mut len = short.len() as u32;
    let code = unsafe { SKF_EnumDev(1, short.as_mut_ptr(), &mut len) };
    assert_eq!((code, len as usize), (SAR_BUFFER_TOO_SMALL, list.len()));
    assert!(short.iter().all(|byte| *byte == 0));
}

#[test]
fn unknown_names_are_removed_devices() {
    let _token = Token::blank();
    let mut device = null_mut();
    let name = text("no such reader");
    assert_eq!(
        unsafe { SKF_ConnectDev(name.ptr(), &mut device) },
        SAR_DEVICE_REMOVED
    );
    assert!(device.is_null());
    let mut state = 9;
    assert_eq!(unsafe { SKF_GetDevState(name.ptr(), &mut state) }, SAR_OK);
    assert_eq!(state, 0);
}

#[test]
fn a_present_token_says_so() {
    let token = Token::blank();
    let mut state = 9;
    assert_eq!(
        unsafe { SKF_GetDevState(token.name.ptr(), &mut state) },
        SAR_OK
    );
    assert_eq!(state, 1);
}

#[test]
fn device_information_has_label_capabilities_and_space() {
    let token = Token::blank();
    let mut info = empty_info();
    unsafe {
        assert_eq!(SKF_SetLabel(token.device, text("投标专用锁").ptr()), SAR_OK);
        assert_eq!(SKF_GetDevInfo(token.device, &mut info), SAR_OK);
    }
    assert_eq!({ info.Version }, VERSION { major: 1, minor: 0 });
    let label = "投标专用锁".as_bytes();
    assert_eq!(info.Label[..label.len()], *label);
    assert_eq!(info.Label[label.len()], 0);
    assert_ne!(info.SerialNumber[0], 0);
    assert_eq!({ info.AlgSymCap }, 0x41F);
    assert_eq!({ info.AlgAsymCap }, 0x0003_0F00);
    assert_eq!({ info.AlgHashCap }, 7);
    assert_eq!({ info.DevAuthAlgId }, 0x401);
    assert!(info.FreeSpace > 0 && info.FreeSpace <= info.TotalSpace);
    assert_eq!(info.Reserved, [0; 64]);
}

#[test]
fn labels_have_at_most_31_bytes() {
    let token = Token::blank();
    unsafe {
        assert_eq!(
            SKF_SetLabel(token.device, text(&"x".repeat(31)).ptr()),
            SAR_OK
        );
        assert_eq!(
            SKF_SetLabel(token.device, text(&"x".repeat(32)).ptr()),
            SAR_NAMELENERR
        );
        assert_eq!(
            SKF_SetLabel(token.device, text(&"x".repeat(5000)).ptr()),
            SAR_NAMELENERR
        );
        let mut info = empty_info();
        assert_eq!(SKF_GetDevInfo(token.device, &mut info), SAR_OK);
        assert_eq!(info.Label[..32], [&[b'x'; 31][..], &[0]].concat());
    }
}

#[test]
fn a_lock_nests_on_its_handle_and_keeps_others_out() {
    let token = Token::blank();
    let other = connect(&token.name);
    unsafe {
        // GmSSL locks twice and unlocks once.
        assert_eq!(SKF_LockDev(token.device, u32::MAX), SAR_OK);
        assert_eq!(SKF_LockDev(token.device, u32::MAX), SAR_OK);
        let before = Instant::now();
        assert_eq!(SKF_LockDev(other, 50), SAR_TIMEOUTERR);
        assert!(before.elapsed() >= Duration::from_millis(50));
        assert_eq!(SKF_UnlockDev(token.device), SAR_OK);
        assert_eq!(SKF_LockDev(other, 0), SAR_OK);
        assert_eq!(SKF_LockDev(token.device, 0), SAR_TIMEOUTERR);
        // Disconnecting frees the lock.
        assert_eq!(SKF_DisConnectDev(other), SAR_OK);
        assert_eq!(SKF_LockDev(token.device, 0), SAR_OK);
        assert_eq!(SKF_UnlockDev(token.device), SAR_OK);
        assert_eq!(SKF_UnlockDev(token.device), SAR_OK);
    }
}

#[test]
fn a_waiting_lock_is_granted_when_the_holder_unlocks() {
    let token = Token::blank();
    let other = connect(&token.name) as usize;
    assert_eq!(unsafe { SKF_LockDev(token.device, 0) }, SAR_OK);
    let waiter = std::thread::spawn(move || unsafe {
        SKF_LockDev(std::ptr::without_provenance_mut(other), u32::MAX)
    });
    std::thread::sleep(Duration::from_millis(50));
    assert!(!waiter.is_finished());
    assert_eq!(unsafe { SKF_UnlockDev(token.device) }, SAR_OK);
    assert_eq!(waiter.join().unwrap(), SAR_OK);
}

#[test]
fn raw_commands_pass_through() {
    let token = Token::blank();
    // GM/T 0017 GetDevInfo; then an instruction that no card has.
    let mut get_info = [0x80, 0x04, 0, 0, 0, 0, 0];
    let mut unknown = [0x80, 0xFE, 0, 0];
    unsafe {
        let answer = collect(|out, len| {
            SKF_Transmit(
                token.device,
                get_info.as_mut_ptr(),
                get_info.len() as u32,
                out,
                len,
            )
        })
        .unwrap();
        assert_eq!(answer.len(), 290);
        assert_eq!(answer[288..], [0x90, 0]);
        let mut out = [0; 2];
        let mut len = 2;
        let code = SKF_Transmit(
            token.device,
            unknown.as_mut_ptr(),
            4,
            out.as_mut_ptr(),
            &mut len,
        );
        assert_eq!((code, out), (SAR_OK, [0x6D, 0]));
        let mut len = 2;
        let code = SKF_Transmit(
            token.device,
            unknown.as_mut_ptr(),
            3,
            out.as_mut_ptr(),
            &mut len,
        );
        assert_eq!(code, SAR_INDATALENERR);
    }
}

#[test]
fn a_pulled_token_is_told_apart_from_a_stale_handle() {
    let token = Token::blank();
    let application = token.logged_in();
    let away = token.image.with_extension("away");
    std::fs::rename(&token.image, &away).unwrap();
    let mut info = empty_info();
    unsafe {
        assert_eq!(SKF_GetDevInfo(token.device, &mut info), SAR_DEVICE_REMOVED);
        assert_eq!(SKF_ClearSecureState(application), SAR_DEVICE_REMOVED);
        let mut state = 9;
        assert_eq!(SKF_GetDevState(token.name.ptr(), &mut state), SAR_OK);
        assert_eq!(state, 0);
        let mut device = null_mut();
        assert_eq!(
            SKF_ConnectDev(token.name.ptr(), &mut device),
            SAR_DEVICE_REMOVED
        );
    }
    std::fs::rename(&away, &token.image).unwrap();
    unsafe {
        // The old handle stays dead; a new connection works and nobody is logged in.
        assert_eq!(SKF_GetDevInfo(token.device, &mut info), SAR_DEVICE_REMOVED);
        let device = connect(&token.name);
        assert_eq!(SKF_GetDevInfo(device, &mut info), SAR_OK);
        let mut application = null_mut();
        let name = text("TENDER");
        assert_eq!(
            SKF_OpenApplication(device, name.ptr(), &mut application),
            SAR_OK
        );
        let mut container = null_mut();
        let name = text("c");
        assert_eq!(
            SKF_OpenContainer(application, name.ptr(), &mut container),
            SAR_CONTAINER_NOT_EXISTS
        );
        assert_eq!(SKF_DisConnectDev(token.device), SAR_OK);
    }
}
