//! Many threads, and the end of the module while they are at it.

use crate::harness::*;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// The table alone, which threads may share.
#[derive(Clone, Copy)]
struct Table {
    list: CK_FUNCTION_LIST_3_2,
}

/// Makes, finds, copies and destroys objects of the session and of the token until the module is gone; the code that
/// said so.
fn work(p11: Table, slot: CK_SLOT_ID, number: usize, rounds: &AtomicUsize) -> CK_RV {
    loop {
        let rv = round(p11, slot, number);
        if rv != CKR_OK {
            return rv;
        }
        rounds.fetch_add(1, Ordering::Relaxed);
    }
}

/// Hands on what is not CKR_OK.
macro_rules! ok {
    ($rv:expr) => {
        match $rv {
            CKR_OK => {}
            rv => return rv,
        }
    };
}

fn round(p11: Table, slot: CK_SLOT_ID, number: usize) -> CK_RV {
    let flags = CKF_SERIAL_SESSION | CKF_RW_SESSION;
    let (mut session, mut object, mut copy) = (0, 0, 0);
    ok!(call!(
        p11,
        C_OpenSession(slot, flags, null_mut(), None, &raw mut session)
    ));
    let label = format!("thread {number}");
    let mut template = Template::of(CKO_DATA)
        .bytes(CKA_LABEL, label.as_bytes())
        .flag(CKA_TOKEN, number.is_multiple_of(8));
    let (mut c, mut none) = (template.c(), Template::default());
    let count = c.len() as CK_ULONG;
    ok!(call!(
        p11,
        C_CreateObject(session, c.as_mut_ptr(), count, &raw mut object)
    ));
    ok!(call!(
        p11,
        C_CopyObject(session, object, none.c().as_mut_ptr(), 0, &raw mut copy)
    ));
    ok!(call!(
        p11,
        C_FindObjectsInit(session, c.as_mut_ptr(), count)
    ));
    let (mut found, mut many) = ([0; 8], 0);
    ok!(call!(
        p11,
        C_FindObjects(session, found.as_mut_ptr(), 8, &raw mut many)
    ));
    assert_eq!(many, 2, "what this thread made and nothing else");
    ok!(call!(p11, C_FindObjectsFinal(session)));
    ok!(call!(p11, C_DestroyObject(session, copy)));
    ok!(call!(p11, C_DestroyObject(session, object)));
    call!(p11, C_CloseSession(session))
}

#[test]
fn the_module_ends_under_sixty_four_threads_at_work_and_some_that_wait() {
    let (p11, _session) = P11::user();
    let (table, slot, rounds) = (Table { list: p11.list }, p11.slot(), AtomicUsize::new(0));
    std::thread::scope(|threads| {
        let wait = move || {
            // The first may be given the event of the slot that appeared with the token.
            let mut slot = 0;
            loop {
                let rv = call!(table, C_WaitForSlotEvent(0, &raw mut slot, null_mut()));
                if rv != CKR_OK {
                    return rv;
                }
            }
        };
        let waiting: Vec<_> = (0..4).map(|_| threads.spawn(wait)).collect();
        let rounds = &rounds;
        let working: Vec<_> = (0..64)
            .map(|number| threads.spawn(move || work(table, slot, number, rounds)))
            .collect();
        while rounds.load(Ordering::Relaxed) < 200 {
            std::thread::sleep(Duration::from_millis(5));
        }
        expect(call!(p11, C_Finalize(null_mut())));
        for thread in working {
            let rv = thread.join().unwrap();
            assert!(
                matches!(
                    rv,
                    CKR_CRYPTOKI_NOT_INITIALIZED
                        | CKR_SESSION_HANDLE_INVALID
                        | CKR_OBJECT_HANDLE_INVALID
                        | CKR_OPERATION_NOT_INITIALIZED
                        | CKR_USER_NOT_LOGGED_IN
                ),
                "{rv:#x}"
            );
        }
        for thread in waiting {
            assert_eq!(thread.join().unwrap(), CKR_CRYPTOKI_NOT_INITIALIZED);
        }
    });
    expect(call!(p11, C_Initialize(null_mut())));
    let session = p11.open(p11.slot(), true);
    expect(p11.login(session, CKU_USER, USER_PIN));
    // Another number: what a thread was about to destroy may be there still.
    expect(round(table, p11.slot(), 72));
}
