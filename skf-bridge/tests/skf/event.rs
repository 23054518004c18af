use std::ptr::null_mut;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ukey_skf::sar::*;
use ukey_skf::*;

use crate::token::{Token, text};

/// Waits see the events of all tokens, and a cancellation ends all waits: one test at a time. Other tests of this program
/// pull tokens too, so events of other names are passed over.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wait() -> (u32, String, u32) {
    let mut name = [0u8; 1024];
    let (mut len, mut event) = (1024, 0);
    let code = unsafe { SKF_WaitForDevEvent(name.as_mut_ptr(), &mut len, &mut event) };
    let name = match code {
        SAR_OK => {
            assert_eq!(name[len as usize - 1], 0, "the length counts the NUL");
            String::from_utf8(name[..len as usize - 1].to_vec()).unwrap()
        }
        _ => String::new(),
    };
    (code, name, event)
}

fn wait_for(name: &str) -> u32 {
    loop {
        let (code, whose, event) = wait();
        assert_eq!(code, SAR_OK);
        if whose == name {
            return event;
        }
    }
}

#[test]
fn removal_and_insertion_are_told_also_when_they_happened_between_two_calls() {
    let _alone = alone();
    let token = Token::blank();
    let name = format!("ukey embedded {}", token.image.display());
    let away = token.image.with_extension("away");
    let mut size = 0;
    assert_eq!(unsafe { SKF_EnumDev(1, null_mut(), &mut size) }, SAR_OK);
    std::fs::rename(&token.image, &away).unwrap();
    assert_eq!(wait_for(&name), 2);
    std::fs::rename(&away, &token.image).unwrap();
    assert_eq!(wait_for(&name), 1);
}

#[test]
fn a_cancellation_ends_every_wait_at_once_and_no_later_one() {
    let _alone = alone();
    let token = Token::blank();
    // Nobody waits: nothing happens.
    assert_eq!(SKF_CancelWaitForDevEvent(), SAR_OK);
    let waits: Vec<_> = (0..2)
        .map(|_| {
            std::thread::spawn(|| {
                loop {
                    let (code, ..) = wait();
                    if code != SAR_OK {
                        return code;
                    }
                }
            })
        })
        .collect();
    std::thread::sleep(Duration::from_millis(300));
    assert!(waits.iter().all(|w| !w.is_finished()));
    let before = Instant::now();
    assert_eq!(SKF_CancelWaitForDevEvent(), SAR_OK);
    for wait in waits {
        assert_eq!(wait.join().unwrap(), SAR_NOT_EVENTERR);
    }
    assert!(before.elapsed() < Duration::from_secs(5));
    // The token is untouched.
    let mut state = 0;
    let name = text(&format!("ukey embedded {}", token.image.display()));
    assert_eq!(unsafe { SKF_GetDevState(name.ptr(), &mut state) }, SAR_OK);
    assert_eq!(state, 1);
}

#[test]
fn the_room_for_a_name_can_be_asked_for() {
    let _token = Token::blank();
    let (mut len, mut event) = (0, 7);
    unsafe {
        assert_eq!(
            SKF_WaitForDevEvent(null_mut(), &mut len, &mut event),
            SAR_OK
        );
        assert!(len >= 128);
        assert_eq!(event, 7);
        assert_eq!(
            SKF_WaitForDevEvent(null_mut(), null_mut(), &mut event),
            SAR_INVALIDPARAMERR
        );
        assert_eq!(
            SKF_WaitForDevEvent(null_mut(), &mut len, null_mut()),
            SAR_INVALIDPARAMERR
        );
    }
}
