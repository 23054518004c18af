use std::ptr::null_mut;

use ukey_skf::sar::*;
use ukey_skf::*;

use crate::token::Token;

unsafe extern "C" {
    fn fork() -> i32;
    fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32;
    fn _exit(status: i32) -> !;
}

/// What the child finds out, as its exit status; nothing there may panic or allocate more than it must.
fn in_the_child(token: &Token) -> i32 {
    unsafe {
        // The parent's handle means nothing here.
        if SKF_UnlockDev(token.device) != SAR_INVALIDHANDLEERR {
            return 1;
        }
        let mut device = null_mut();
        if SKF_ConnectDev(token.name.ptr(), &mut device) != SAR_OK {
            return 2;
        }
        if device == token.device {
            return 3;
        }
        let mut random = [0u8; 16];
        if SKF_GenRandom(device, random.as_mut_ptr(), 16) != SAR_OK {
            return 4;
        }
        if SKF_DisConnectDev(device) != SAR_OK {
            return 5;
        }
    }
    0
}

#[test]
fn a_forked_child_starts_afresh() {
    let token = Token::blank();
    let pid = unsafe { fork() };
    assert!(pid >= 0);
    if pid == 0 {
        let status = in_the_child(&token);
        unsafe { _exit(status) }
    }
    let mut status = -1;
    assert_eq!(unsafe { waitpid(pid, &mut status, 0) }, pid);
    assert_eq!(status, 0, "exit status {}", status >> 8);
    // The parent goes on as if nothing had happened.
    token.authenticate();
}
