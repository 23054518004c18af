//! Cases on device authentication, applications and PINs, in an application of their own.

use super::{
    ADMIN_PIN, Case, OWN_APPLICATION, OWN_CONTAINER, Objection, Outcome, Subject, TRIES, USER_PIN,
    USER_RIGHT, WRONG_PIN, demand, refused,
};
use crate::vendor::layout;
use ukey_ffi::foreign::{Fault, ForeignHandle, Pin};

const PIN_INCORRECT: u32 = 0x0A00_0024;
const PIN_LOCKED: u32 = 0x0A00_0025;
const PIN_LEN_RANGE: u32 = 0x0A00_0027;
const APPLICATION_EXISTS: u32 = 0x0A00_002C;
const USER_NOT_LOGGED_IN: u32 = 0x0A00_002D;

pub(super) const CASES: &[Case] = &[
    Case::new("device-auth", "a wrong device key is refused", device_auth).in_own_application(),
    Case::new(
        "application",
        "an application is listed, and is made only once",
        application,
    )
    .in_own_application(),
    Case::new(
        "pin-length",
        "a PIN that is too short costs no try",
        pin_length,
    )
    .in_own_application(),
    Case::new(
        "pin-tries",
        "a wrong PIN costs one try and the answer tells",
        pin_tries,
    )
    .in_own_application(),
    Case::new(
        "pin-lock",
        "no tries left: locked, until the administrator unblocks",
        pin_lock,
    )
    .in_own_application(),
    Case::new(
        "pin-change",
        "a changed PIN is the one that counts",
        pin_change,
    )
    .in_own_application(),
    Case::new(
        "rights",
        "nobody makes a container without the user PIN",
        rights,
    )
    .in_own_application(),
];

fn device_auth(subject: &Subject<'_>) -> Outcome {
    subject.with_own_application(
        |device, _| match subject.authenticate(device, &[0xA9; 16]) {
            Err(Fault::Code { .. }) => Ok(()),
            Err(other) => Err(other.into()),
            Ok(()) => demand(false, || "any device key is good".to_owned()),
        },
    )
}

fn application(subject: &Subject<'_>) -> Outcome {
    subject.with_own_application(|device, _| {
        let list = subject.skf.applications(device)?;
        let is_listed = layout::names(&list).contains(&OWN_APPLICATION);
        demand(is_listed, || {
            "SKF_EnumApplication does not tell it".to_owned()
        })?;
        let (admin, user) = ((ADMIN_PIN, 5), (USER_PIN, 5));
        let again =
            subject
                .skf
                .create_application(device, OWN_APPLICATION, admin, user, USER_RIGHT);
        refused(again, APPLICATION_EXISTS)
    })
}

fn tries_left(subject: &Subject<'_>, application: ForeignHandle) -> Outcome<u32> {
    Ok(subject.skf.pin_info(application, Pin::User)?.tries_left)
}

fn pin_length(subject: &Subject<'_>) -> Outcome {
    subject.with_own_application(|_, application| {
        let short = subject.skf.verify_pin(application, Pin::User, b"1");
        refused(short, PIN_LEN_RANGE)?;
        let left = tries_left(subject, application)?;
        demand(left == TRIES.1, || {
            format!("{left} of {} tries are left", TRIES.1)
        })
    })
}

fn pin_tries(subject: &Subject<'_>) -> Outcome {
    subject.with_own_application(|_, application| {
        let wrong = subject.skf.verify_pin(application, Pin::User, WRONG_PIN);
        let told = match wrong {
            Err(Fault::Code { tries_left, .. }) => tries_left,
            _ => None,
        };
        refused(wrong, PIN_INCORRECT)?;
        demand(told == Some(TRIES.1 - 1), || {
            format!("it tells {told:?} tries")
        })?;
        let info = subject.skf.pin_info(application, Pin::User)?;
        let counters = (info.max_tries, info.tries_left);
        demand(counters == (TRIES.1, TRIES.1 - 1), || {
            format!("SKF_GetPINInfo: {counters:?}")
        })?;
        subject.skf.verify_pin(application, Pin::User, USER_PIN)?;
        let left = tries_left(subject, application)?;
        demand(left == TRIES.1, || {
            "the right PIN does not restore the tries".to_owned()
        })
    })
}

fn pin_lock(subject: &Subject<'_>) -> Outcome {
    subject.with_own_application(|_, application| {
        let verify = |pin| subject.skf.verify_pin(application, Pin::User, pin);
        for _ in 0..TRIES.1 {
            demand(verify(WRONG_PIN).is_err(), || {
                "a wrong PIN is right".to_owned()
            })?;
        }
        refused(verify(USER_PIN), PIN_LOCKED)?;
        subject
            .skf
            .unblock_pin(application, ADMIN_PIN, b"11223344")?;
        Ok(verify(b"11223344")?)
    })
}

fn pin_change(subject: &Subject<'_>) -> Outcome {
    subject.with_own_application(|_, application| {
        let change = |old, new| subject.skf.change_pin(application, Pin::User, old, new);
        refused(change(WRONG_PIN, b"11223344"), PIN_INCORRECT)?;
        change(USER_PIN, b"11223344")?;
        let verify = |pin| subject.skf.verify_pin(application, Pin::User, pin);
        refused(verify(USER_PIN), PIN_INCORRECT)?;
        Ok(verify(b"11223344")?)
    })
}

fn rights(subject: &Subject<'_>) -> Outcome {
    subject.with_own_application(|_, application| {
        // A login of an earlier application of this name may live on.
        let _ = subject.skf.clear_secure_state(application);
        let made = subject.skf.create_container(application, OWN_CONTAINER);
        refused(made, USER_NOT_LOGGED_IN).map_err(|objection| match objection {
            Objection::Deviates(text) => Objection::Deviates(format!("container: {text}")),
            skip => skip,
        })
    })
}
