//! Every export with everything about its arguments that can be wrong, one at a time: a code of the standard, no crash,
//! results left alone, no state changed.

mod exports;
mod place;

use crate::general::in_child;
use crate::harness::*;
use exports::{Export, Running, all};
use place::{Place, Prepared, Word};
use std::ptr::null_mut;

/// Calls whose success would take the ground away from under the others.
const DESTRUCTIVE: &[&str] = &[
    "C_Finalize",
    "C_CloseSession",
    "C_CloseAllSessions",
    "C_Logout",
    "C_DestroyObject",
];

/// Exports that work without an initialised module.
const ALWAYS: &[&str] = &[
    "C_Initialize",
    "C_GetFunctionList",
    "C_GetInterfaceList",
    "C_GetInterface",
];

/// What well-formed arguments are answered with where that is not CKR_OK.
#[rustfmt::skip]
const ANSWERS: &[(&str, CK_RV)] = &[
    ("C_Initialize", CKR_CRYPTOKI_ALREADY_INITIALIZED),
    ("C_InitToken", CKR_SESSION_EXISTS),
    ("C_InitPIN", CKR_USER_NOT_LOGGED_IN),
    ("C_GetOperationState", CKR_STATE_UNSAVEABLE),
    ("C_SetOperationState", CKR_SAVED_STATE_INVALID),
    ("C_Login", CKR_USER_ALREADY_LOGGED_IN),
    ("C_LoginUser", CKR_USER_ALREADY_LOGGED_IN),
    ("C_Decrypt", CKR_ENCRYPTED_DATA_INVALID),
    ("C_DecryptFinal", CKR_ENCRYPTED_DATA_LEN_RANGE),
    ("C_Verify", CKR_SIGNATURE_INVALID),
    ("C_VerifyFinal", CKR_SIGNATURE_INVALID),
    ("C_VerifyRecover", CKR_SIGNATURE_INVALID),
    ("C_GetFunctionStatus", CKR_FUNCTION_NOT_PARALLEL),
    ("C_CancelFunction", CKR_FUNCTION_NOT_PARALLEL),
    ("C_WaitForSlotEvent", CKR_NO_EVENT),
    ("C_DecryptMessage", CKR_AEAD_DECRYPT_FAILED),
    ("C_DecryptMessageNext", CKR_AEAD_DECRYPT_FAILED),
    ("C_VerifyMessage", CKR_SIGNATURE_INVALID),
    ("C_VerifyMessageNext", CKR_SIGNATURE_INVALID),
    ("C_VerifySignature", CKR_SIGNATURE_INVALID),
    ("C_VerifySignatureFinal", CKR_SIGNATURE_INVALID),
    ("C_AsyncComplete", CKR_SESSION_ASYNC_NOT_SUPPORTED),
    ("C_AsyncGetID", CKR_SESSION_ASYNC_NOT_SUPPORTED),
    ("C_AsyncJoin", CKR_SESSION_ASYNC_NOT_SUPPORTED),
    ("C_UnwrapKeyAuthenticated", CKR_WRAPPED_KEY_INVALID),
];

fn answer(export: &Export) -> CK_RV {
    let found = ANSWERS.iter().find(|(name, _)| *name == export.name);
    found.map_or(CKR_OK, |(_, rv)| *rv)
}

/// The pointers of a table behind its version.
fn pointers<T>(list: *const T) -> Vec<usize> {
    let count = size_of::<T>() / size_of::<usize>();
    let words = unsafe { std::slice::from_raw_parts(list.cast::<usize>(), count) };
    words[1..].to_vec()
}

/// The tables that the module hands out, oldest first.
fn tables() -> [Vec<usize>; 3] {
    let interface = |major, minor| {
        let mut version = CK_VERSION { major, minor };
        let mut interface: *mut CK_INTERFACE = null_mut();
        unsafe {
            expect(ukey_pkcs11::C_GetInterface(
                null_mut(),
                &raw mut version,
                &raw mut interface,
                0,
            ));
            (*interface).pFunctionList
        }
    };
    [
        pointers(interface(2, 40).cast::<CK_FUNCTION_LIST>()),
        pointers(interface(3, 0).cast::<CK_FUNCTION_LIST_3_0>()),
        pointers(interface(3, 2).cast::<CK_FUNCTION_LIST_3_2>()),
    ]
}

/// Begins what has to run.
fn begin(p11: &P11, place: &Place, running: Running) {
    let session = place.session;
    // Nothing from the call before.
    call!(p11, C_SessionCancel(session, CK_FLAGS::MAX));
    let mut cbc = Mechanism(CKM_AES_CBC_PAD, vec![0; 16]);
    let mut hmac = Mechanism::plain(CKM_SM3_HMAC);
    let mut pkcs = Mechanism::plain(CKM_RSA_PKCS);
    let mut tag = [1; 32];
    let (aes, generic) = (place.aes, place.generic);
    let encrypt =
        |cbc: &mut Mechanism| expect(call!(p11, C_EncryptInit(session, &mut cbc.c(), aes)));
    let decrypt =
        |cbc: &mut Mechanism| expect(call!(p11, C_DecryptInit(session, &mut cbc.c(), aes)));
    let digest = || expect(p11.digest_init(session, Mechanism::plain(CKM_SM3)));
    match running {
        Running::Nothing => {}
        Running::Find => expect(call!(p11, C_FindObjectsInit(session, null_mut(), 0))),
        Running::Digest => digest(),
        Running::Encrypt => encrypt(&mut cbc),
        Running::Decrypt => decrypt(&mut cbc),
        Running::Sign => expect(call!(p11, C_SignInit(session, &mut hmac.c(), generic))),
        Running::SignRecover => {
            expect(call!(
                p11,
                C_SignRecoverInit(session, &mut pkcs.c(), place.rsa.1)
            ));
        }
        Running::Verify => expect(call!(p11, C_VerifyInit(session, &mut hmac.c(), generic))),
        Running::VerifyRecover => {
            expect(call!(
                p11,
                C_VerifyRecoverInit(session, &mut pkcs.c(), place.rsa.0)
            ));
        }
        Running::VerifySignature => expect(call!(
            p11,
            C_VerifySignatureInit(session, &mut hmac.c(), generic, tag.as_mut_ptr(), 32)
        )),
        Running::DigestEncrypt => {
            digest();
            encrypt(&mut cbc);
        }
        Running::DecryptDigest => {
            digest();
            decrypt(&mut cbc);
        }
        Running::SignEncrypt => {
            expect(call!(p11, C_SignInit(session, &mut hmac.c(), generic)));
            encrypt(&mut cbc);
        }
        Running::DecryptVerify => {
            expect(call!(p11, C_VerifyInit(session, &mut hmac.c(), generic)));
            decrypt(&mut cbc);
        }
        _ => begin_messages(p11, place, running),
    }
}

/// The message-based ones.
fn begin_messages(p11: &P11, place: &Place, running: Running) {
    let (session, aes, generic) = (place.session, place.aes, place.generic);
    let mut gcm = Mechanism::plain(CKM_AES_GCM);
    let mut hmac = Mechanism::plain(CKM_SM3_HMAC);
    let message = Prepared::new(&place.message(), None);
    let (at, len) = (message.words[0] as *mut _, message.words[1] as CK_ULONG);
    let (gcm, hmac) = (&mut gcm.c(), &mut hmac.c());
    expect(match running {
        Running::MessageEncrypt | Running::EncryptBegun => {
            call!(p11, C_MessageEncryptInit(session, gcm, aes))
        }
        Running::MessageDecrypt | Running::DecryptBegun => {
            call!(p11, C_MessageDecryptInit(session, gcm, aes))
        }
        Running::MessageSign | Running::SignBegun => {
            call!(p11, C_MessageSignInit(session, hmac, generic))
        }
        _ => call!(p11, C_MessageVerifyInit(session, hmac, generic)),
    });
    let null = null_mut();
    expect(match running {
        Running::EncryptBegun => call!(p11, C_EncryptMessageBegin(session, at, len, null_mut(), 0)),
        Running::DecryptBegun => call!(p11, C_DecryptMessageBegin(session, at, len, null_mut(), 0)),
        Running::SignBegun => call!(p11, C_SignMessageBegin(session, null, 0)),
        Running::VerifyBegun => call!(p11, C_VerifyMessageBegin(session, null, 0)),
        _ => CKR_OK,
    });
}

/// What no refused call may change.
fn state(p11: &P11, place: &Place) -> (CK_STATE, CK_FLAGS, CK_ULONG, usize) {
    let token = p11.token_info(place.slot).unwrap();
    // The search goes through a session of its own, for the other may be in the middle of one.
    let other = p11.open(place.slot, true);
    let objects = p11.find(other, Template::default()).len();
    expect(call!(p11, C_CloseSession(other)));
    (
        p11.state(place.session),
        token.flags,
        token.ulSessionCount,
        objects,
    )
}

/// One way to be wrong.
struct Wrong {
    what: String,
    words: Prepared,
    allowed: Vec<CK_RV>,
}

/// The ways to be wrong of one export, as they are found.
struct Ways<'a> {
    export: &'a Export,
    index: usize,
    found: Vec<Wrong>,
}

impl Ways<'_> {
    /// With the words changed.
    fn add(&mut self, what: &str, allowed: &[CK_RV], change: impl Fn(&mut Prepared)) {
        let mut words = Prepared::new(&self.export.words, None);
        change(&mut words);
        self.found.push(Wrong {
            what: format!("word {}: {what}", self.index),
            words,
            allowed: allowed.to_vec(),
        });
    }

    /// With other values in the place of the word.
    fn values(&mut self, what: &str, values: &[usize], allowed: &[CK_RV]) {
        let index = self.index;
        for value in values {
            let what = format!("{what} {value:#x}");
            self.add(&what, allowed, |p| p.words[index] = *value);
        }
    }

    /// With another number in a field of what the word points to.
    fn poke(&mut self, what: &str, allowed: &[CK_RV], field: usize, value: usize) {
        let index = self.index;
        self.add(what, allowed, |p| p.poke(index, field, value));
    }

    fn null(&mut self, allowed: &[CK_RV]) {
        self.values("NULL", &[0], allowed);
    }

    fn mechanism(&mut self) {
        let (index, param) = (self.index, &[CKR_MECHANISM_PARAM_INVALID]);
        self.null(&[CKR_ARGUMENTS_BAD]);
        self.poke("unknown", &[CKR_MECHANISM_INVALID], 0, 0xDEAD_BEEF);
        self.add("NULL with a length", param, |p| {
            p.poke(index, 1, 0);
            p.poke(index, 2, 8);
        });
        self.add("a wild length", param, |p| {
            p.poke(index, 1, p.words[index]);
            p.poke(index, 2, usize::MAX);
        });
    }

    fn attributes(&mut self) {
        self.null(&[CKR_ARGUMENTS_BAD]);
        let wild = [CKR_ATTRIBUTE_VALUE_INVALID, CKR_ARGUMENTS_BAD];
        let (null, wild, unknown) = match self.export.name {
            // Asked for a value, NULL asks for its length.
            "C_GetAttributeValue" => (CKR_OK, &wild[1..], CKR_ATTRIBUTE_TYPE_INVALID),
            // Nothing has an attribute that is unknown.
            "C_FindObjectsInit" => (CKR_ARGUMENTS_BAD, &wild[..], CKR_OK),
            _ => (CKR_ARGUMENTS_BAD, &wild[..], CKR_ATTRIBUTE_TYPE_INVALID),
        };
        self.poke("unknown", &[unknown], 0, 0x7ABC_DEF0);
        self.poke("NULL value", &[null], 1, 0);
        self.poke("wild value", wild, 2, usize::MAX);
    }

    fn word(&mut self, word: &Word, place: &Place) {
        let (closed, destroyed) = (place.closed as usize, place.destroyed as usize);
        let stale_sessions = [0, closed, closed + 1000, usize::MAX];
        let stale_handles = [0, destroyed, 1 << 40, usize::MAX];
        let well_formed = answer(self.export);
        match word {
            Word::Plain(_) => {}
            Word::Session(_) => {
                self.values("session", &stale_sessions, &[CKR_SESSION_HANDLE_INVALID]);
            }
            Word::Slot(_) => {
                self.values("slot", &[9999, 1 << 31, usize::MAX], &[CKR_SLOT_ID_INVALID]);
            }
            Word::Handle(_, expected) => self.values("handle", &stale_handles, &[*expected]),
            Word::Length(_, wild, allowed) => self.values("length", wild, allowed),
            Word::Null(expected) => self.values("reserved", &[8], &[*expected]),
            // Some calls are refused whatever the room, and say so when asked for the length.
            Word::Room(_, [CKR_OK]) => self.null(&[CKR_OK, well_formed]),
            Word::Memory(_, null) | Word::Room(_, null) => self.null(null),
            Word::RoomLength(_, null) => {
                self.null(null);
                let short = [CKR_OK, CKR_BUFFER_TOO_SMALL, well_formed];
                self.poke("no room", &short, 0, 0);
                self.poke("absurd room", &[well_formed], 0, usize::MAX);
            }
            Word::Mechanism(..) => self.mechanism(),
            Word::Attributes(_) => self.attributes(),
        }
    }
}

/// All ways of an export to be called wrongly.
fn wrong_calls(export: &Export, place: &Place) -> Vec<Wrong> {
    let (index, found) = (0, Vec::new());
    let mut ways = Ways {
        export,
        index,
        found,
    };
    for (index, word) in export.words.iter().enumerate() {
        ways.index = index;
        ways.word(word, place);
    }
    ways.found
}

/// A call with well-formed words, one of them perhaps at an odd address.
fn right(p11: &P11, place: &Place, export: &Export, odd: Option<usize>) -> CK_RV {
    begin(p11, place, export.running);
    let prepared = Prepared::new(&export.words, odd);
    let rv = export.call(&prepared.words);
    if rv != CKR_OK && rv != CKR_BUFFER_TOO_SMALL {
        assert!(prepared.is_untouched(&export.words), "{}", export.name);
    }
    rv
}

#[test]
fn every_wrong_argument_of_every_export_has_its_answer_and_changes_nothing() {
    let (p11, session) = P11::user();
    let place = Place::new(&p11, session);
    let exports = all(&p11.list, &place);
    let [oldest, middle, newest] = tables();
    let listed: Vec<usize> = exports.iter().map(|export| export.at).collect();
    assert_eq!(listed, newest);
    assert_eq!((&listed[..68], &listed[..92]), (&oldest[..], &middle[..]));
    let (mut count, mut surprises) = (0, Vec::new());
    for export in &exports {
        for wrong in wrong_calls(export, &place) {
            begin(&p11, &place, export.running);
            let before = state(&p11, &place);
            let rv = export.call(&wrong.words.words);
            let (name, what) = (export.name, &wrong.what);
            if !wrong.allowed.contains(&rv) {
                surprises.push(format!("{name}, {what}: {rv:#x}"));
            }
            if rv != CKR_OK && rv != CKR_BUFFER_TOO_SMALL {
                assert!(wrong.words.is_untouched(&export.words), "{name}, {what}");
                assert_eq!(state(&p11, &place), before, "{name}, {what}");
            }
            count += 1;
        }
    }
    assert!(surprises.is_empty(), "{surprises:#?}");
    assert!(count > 600, "{count} calls");
}

#[test]
fn zero_lengths_are_answered_and_crash_nothing() {
    let (p11, session) = P11::user();
    let place = Place::new(&p11, session);
    for export in all(&p11.list, &place) {
        for (index, word) in export.words.iter().enumerate() {
            let Word::Length(..) = word else { continue };
            // With the pointer that belongs to it, and with NULL.
            for pointer in [None, Some(0)] {
                begin(&p11, &place, export.running);
                let mut prepared = Prepared::new(&export.words, None);
                prepared.words[index] = 0;
                if let Some(null) = pointer {
                    prepared.words[index - 1] = null;
                }
                let before = state(&p11, &place);
                let rv = export.call(&prepared.words);
                let odd = [
                    CKR_GENERAL_ERROR,
                    CKR_HOST_MEMORY,
                    CKR_FUNCTION_FAILED,
                    CKR_DEVICE_ERROR,
                ];
                assert!(!odd.contains(&rv), "{}, word {index}: {rv:#x}", export.name);
                if rv != CKR_OK {
                    assert_eq!(state(&p11, &place), before, "{}", export.name);
                }
            }
        }
    }
    // No try was spent on any of this.
    let flags = p11.token_info(place.slot).unwrap().flags;
    assert_eq!(flags & (CKF_USER_PIN_COUNT_LOW | CKF_SO_PIN_COUNT_LOW), 0);
}

#[test]
fn arguments_at_odd_addresses_are_as_good_as_others() {
    let (p11, session) = P11::user();
    let place = Place::new(&p11, session);
    for export in all(&p11.list, &place) {
        if DESTRUCTIVE.contains(&export.name) {
            continue;
        }
        // The first wait may have the event of the slot itself.
        if export.name == "C_WaitForSlotEvent" {
            right(&p11, &place, &export, None);
        }
        assert_eq!(
            right(&p11, &place, &export, None),
            answer(&export),
            "{}",
            export.name
        );
        for index in 0..export.words.len() {
            let rv = right(&p11, &place, &export, Some(index));
            assert_eq!(rv, answer(&export), "{}, word {index}", export.name);
        }
    }
}

#[test]
fn calls_in_the_wrong_state_are_refused() {
    let (p11, session) = P11::user();
    let place = Place::new(&p11, session);
    for export in all(&p11.list, &place) {
        let name = export.name;
        if export.running != Running::Nothing {
            begin(&p11, &place, Running::Nothing);
            let before = state(&p11, &place);
            let rv = export.call(&Prepared::new(&export.words, None).words);
            assert_eq!(rv, CKR_OPERATION_NOT_INITIALIZED, "{name}");
            assert_eq!(state(&p11, &place), before, "{name}");
        }
        if name.ends_with("Init") {
            begin(&p11, &place, Running::Nothing);
            expect(export.call(&Prepared::new(&export.words, None).words));
            let rv = export.call(&Prepared::new(&export.words, None).words);
            assert_eq!(rv, CKR_OPERATION_ACTIVE, "{name}");
        }
    }
}

#[test]
fn without_the_module_every_export_says_so_before_after_and_in_a_child() {
    let (p11, session) = P11::user();
    let place = Place::new(&p11, session);
    let exports = all(&p11.list, &place);
    // C_Initialize comes first in the table, and would change what is asked about.
    let exports_but_first: Vec<&Export> = exports.iter().skip(1).collect();
    let all_say_so = || {
        exports_but_first.iter().all(|export| {
            let rv = export.call(&Prepared::new(&export.words, None).words);
            match ALWAYS.contains(&export.name) {
                true => rv == CKR_OK,
                false => rv == CKR_CRYPTOKI_NOT_INITIALIZED,
            }
        })
    };
    let before = state(&p11, &place);
    assert!(in_child(all_say_so));
    assert_eq!(state(&p11, &place), before);
    expect(call!(p11, C_Finalize(null_mut())));
    assert!(all_say_so());
    // The stale handles of the life before mean nothing in the next.
    expect(call!(p11, C_Initialize(null_mut())));
    for export in &exports {
        if let Some(Word::Session(_)) = export.words.first() {
            let rv = export.call(&Prepared::new(&export.words, None).words);
            assert_eq!(rv, CKR_SESSION_HANDLE_INVALID, "{}", export.name);
        }
    }
}
