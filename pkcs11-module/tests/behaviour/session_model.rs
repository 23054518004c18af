//! Random sequences of calls against a small model of what sessions and logins are (PKCS#11 3.2, "Sessions").

use crate::harness::*;
use std::ptr::null_mut;

/// A generator that is the same everywhere (xorshift64*), so that a failure can be had again from its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Nobody,
    User,
    Officer,
}

/// What the standard says is the case.
struct Model {
    sessions: Vec<(CK_SESSION_HANDLE, bool)>,
    closed: Vec<CK_SESSION_HANDLE>,
    who: Who,
    user_tries: u32,
}

const TRIES: u32 = 10;

impl Model {
    fn state(&self, read_write: bool) -> CK_STATE {
        match (self.who, read_write) {
            (Who::Nobody, false) => CKS_RO_PUBLIC_SESSION,
            (Who::User, false) => CKS_RO_USER_FUNCTIONS,
            (Who::Nobody, true) => CKS_RW_PUBLIC_SESSION,
            (Who::User, true) => CKS_RW_USER_FUNCTIONS,
            (Who::Officer, _) => CKS_RW_SO_FUNCTIONS,
        }
    }

    fn open(&mut self, p11: &P11, read_write: bool) {
        let flags = CKF_SERIAL_SESSION | if read_write { CKF_RW_SESSION } else { 0 };
        let opened = p11.try_open(p11.slot(), flags);
        if self.who == Who::Officer && !read_write {
            assert_eq!(opened, Err(CKR_SESSION_READ_WRITE_SO_EXISTS));
        } else {
            self.sessions.push((opened.unwrap(), read_write));
        }
    }

    fn after_close(&mut self) {
        if self.sessions.is_empty() {
            self.who = Who::Nobody;
        }
    }

    fn close(&mut self, p11: &P11, at: usize) {
        let (session, _) = self.sessions.remove(at);
        expect(call!(p11, C_CloseSession(session)));
        self.closed.push(session);
        self.after_close();
    }

    fn close_all(&mut self, p11: &P11) {
        expect(call!(p11, C_CloseAllSessions(p11.slot())));
        self.closed
            .extend(self.sessions.drain(..).map(|(session, _)| session));
        self.after_close();
    }

    fn login(&mut self, p11: &P11, at: usize, who: Who, right: bool) {
        let (user, pin) = match who {
            Who::Officer => (CKU_SO, SO_PIN),
            _ => (CKU_USER, USER_PIN),
        };
        let pin = if right { pin } else { b"000000" };
        let reads_only = self.sessions.iter().any(|(_, read_write)| !read_write);
        let expected = match self.who {
            Who::Nobody if who == Who::Officer && reads_only => CKR_SESSION_READ_ONLY_EXISTS,
            Who::Nobody if right => CKR_OK,
            Who::Nobody => CKR_PIN_INCORRECT,
            present if present == who => CKR_USER_ALREADY_LOGGED_IN,
            _ => CKR_USER_ANOTHER_ALREADY_LOGGED_IN,
        };
        assert_eq!(p11.login(self.sessions[at].0, user, pin), expected);
        match (expected, who) {
            (CKR_OK, _) => {
                self.who = who;
                if who == Who::User {
                    self.user_tries = TRIES;
                }
            }
            (CKR_PIN_INCORRECT, Who::User) => self.user_tries -= 1,
            _ => {}
        }
    }

    fn logout(&mut self, p11: &P11, at: usize) {
        let expected = match self.who {
            Who::Nobody => CKR_USER_NOT_LOGGED_IN,
            _ => CKR_OK,
        };
        assert_eq!(call!(p11, C_Logout(self.sessions[at].0)), expected);
        self.who = Who::Nobody;
    }

    /// Makes an object of the session or the token, private or not, and destroys it.
    fn make(&self, p11: &P11, at: usize, token: bool, private: bool) {
        let (session, read_write) = self.sessions[at];
        let template = Template::of(CKO_DATA)
            .flag(CKA_TOKEN, token)
            .flag(CKA_PRIVATE, private);
        let made = p11.create(session, template);
        if token && !read_write {
            assert_eq!(made, Err(CKR_SESSION_READ_ONLY));
        } else if private && self.who != Who::User || token && self.who == Who::Nobody {
            assert_eq!(made, Err(CKR_USER_NOT_LOGGED_IN));
        } else if token && self.who == Who::Officer {
            // Whether the officer may write public objects is the token's choice.
            made.map(|object| call!(p11, C_DestroyObject(session, object)))
                .ok();
        } else {
            expect(call!(p11, C_DestroyObject(session, made.unwrap())));
        }
    }

    fn init_pin(&self, p11: &P11, at: usize) {
        let expected = match self.who {
            Who::Officer => CKR_OK,
            _ => CKR_USER_NOT_LOGGED_IN,
        };
        let (pin, len) = (USER_PIN.as_ptr().cast_mut(), USER_PIN.len() as CK_ULONG);
        assert_eq!(
            call!(p11, C_InitPIN(self.sessions[at].0, pin, len)),
            expected
        );
    }

    fn begin_search_twice(&self, p11: &P11, at: usize) {
        let session = self.sessions[at].0;
        expect(call!(p11, C_FindObjectsInit(session, null_mut(), 0)));
        assert_eq!(
            call!(p11, C_FindObjectsInit(session, null_mut(), 0)),
            CKR_OPERATION_ACTIVE
        );
        expect(call!(p11, C_SessionCancel(session, CKF_FIND_OBJECTS)));
        assert_eq!(
            call!(p11, C_FindObjectsFinal(session)),
            CKR_OPERATION_NOT_INITIALIZED
        );
    }

    /// What can be asked agrees with the model, for every session that there is or was.
    fn check(&self, p11: &P11) {
        for (session, read_write) in &self.sessions {
            assert_eq!(p11.state(*session), self.state(*read_write));
        }
        for session in self.closed.iter().rev().take(3) {
            let mut info = CK_SESSION_INFO::default();
            assert_eq!(
                call!(p11, C_GetSessionInfo(*session, &raw mut info)),
                CKR_SESSION_HANDLE_INVALID
            );
        }
        let info = p11.token_info(p11.slot()).unwrap();
        assert_eq!(info.ulSessionCount, self.sessions.len() as CK_ULONG);
        let low = info.flags & CKF_USER_PIN_COUNT_LOW != 0;
        assert_eq!(low, self.user_tries < TRIES);
    }

    fn step(&mut self, p11: &P11, dice: &mut Dice) {
        if self.sessions.is_empty() {
            return self.open(p11, dice.roll(2) == 0);
        }
        let at = dice.roll(self.sessions.len());
        match dice.roll(14) {
            0 | 1 => self.open(p11, dice.roll(3) > 0),
            2 => self.close(p11, at),
            3 if dice.roll(3) == 0 => self.close_all(p11),
            4 | 5 => self.login(p11, at, Who::User, true),
            6 => self.login(p11, at, Who::Officer, true),
            // The last try is not for a test of sessions.
            7 if self.user_tries > 2 => self.login(p11, at, Who::User, false),
            8 => self.logout(p11, at),
            9 => {
                self.init_pin(p11, at);
                if self.who == Who::Officer {
                    self.user_tries = TRIES;
                }
            }
            10 => self.begin_search_twice(p11, at),
            _ => self.make(p11, at, dice.roll(2) == 0, dice.roll(2) == 0),
        }
    }
}

#[test]
fn random_sequences_of_calls_follow_the_model() {
    for seed in [1, 0x5EED, 0xB1D0_2026] {
        let p11 = P11::ready();
        let mut dice = Dice(seed);
        let mut model = Model {
            sessions: Vec::new(),
            closed: Vec::new(),
            who: Who::Nobody,
            user_tries: TRIES,
        };
        for step in 0..300 {
            model.step(&p11, &mut dice);
            if step % 5 == 0 {
                model.check(&p11);
            }
        }
    }
}
