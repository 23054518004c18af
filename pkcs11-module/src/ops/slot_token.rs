//! Slot and token management functions.

use super::general::MANUFACTURER;
use super::key_store::holds_keys;
use super::pin_entry::GivenPin;
use crate::abi::types::*;
use crate::mechanism;
use crate::module::Module;
use crate::rv::Error;
use crate::session::{Login, OpenSession};
use crate::slot::token::{Pins, Token};
use std::sync::Arc;
use ukey_ffi::padded::blank;
use ukey_token::{DevInfo, Pin, PinInfo, PinState, PinType};

/// C_GetSlotList: `relist` when the caller asks for the length.
pub(crate) fn slot_list(module: &Module, token_present: bool, relist: bool) -> Vec<CK_SLOT_ID> {
    let list = if relist {
        module.slots.relist()
    } else {
        module.slots.listed()
    };
    list.into_iter()
        .filter(|(_, present)| *present || !token_present)
        .map(|(id, _)| id)
        .collect()
}

/// C_GetSlotInfo.
pub(crate) fn slot_info(module: &Module, slot: CK_SLOT_ID) -> Result<CK_SLOT_INFO, Error> {
    let slot = module.slots.describe(slot)?;
    let mut flags = CKF_REMOVABLE_DEVICE;
    if slot.present {
        flags |= CKF_TOKEN_PRESENT;
    }
    if slot.hardware {
        flags |= CKF_HW_SLOT;
    }
    Ok(CK_SLOT_INFO {
        slotDescription: blank(&slot.description),
        manufacturerID: blank(slot.manufacturer),
        flags,
        hardwareVersion: CK_VERSION::default(),
        firmwareVersion: CK_VERSION::default(),
    })
}

/// C_GetTokenInfo: everything that changes is asked of the token now.
pub(crate) fn token_info(module: &Module, slot: CK_SLOT_ID) -> Result<CK_TOKEN_INFO, Error> {
    let token = module.slots.token(slot)?;
    let gone = |error| {
        if matches!(error, Error::DeviceRemoved) {
            Error::TokenNotPresent
        } else {
            error
        }
    };
    let info = token.device.info().map_err(Error::from).map_err(gone)?;
    let pins = token.pins().map_err(gone)?;
    Ok(describe(module, &token, &info, pins))
}

fn describe(
    module: &Module,
    token: &Arc<Token>,
    info: &DevInfo,
    pins: Option<Pins>,
) -> CK_TOKEN_INFO {
    let sessions = module.sessions_of(token);
    let read_write = sessions.iter().filter(|session| session.read_write).count();
    let manufacturer = info.manufacturer.to_text();
    let version = |major, minor| CK_VERSION { major, minor };
    CK_TOKEN_INFO {
        label: blank(&token.label(&info.label.to_text())),
        manufacturerID: blank(if manufacturer.is_empty() {
            MANUFACTURER
        } else {
            &manufacturer
        }),
        model: blank(&token.device.model()),
        serialNumber: blank(&info.serial_number.to_text()),
        flags: CKF_RNG
            | CKF_LOGIN_REQUIRED
            | CKF_DUAL_CRYPTO_OPERATIONS
            | pins.map_or(0, pin_flags)
            | protected_path(module),
        ulMaxSessionCount: CK_EFFECTIVELY_INFINITE,
        ulSessionCount: sessions.len() as CK_ULONG,
        ulMaxRwSessionCount: CK_EFFECTIVELY_INFINITE,
        ulRwSessionCount: read_write as CK_ULONG,
        ulMaxPinLen: ukey_token::pin::MAX_LEN as CK_ULONG,
        ulMinPinLen: ukey_token::pin::MIN_LEN as CK_ULONG,
        ulTotalPublicMemory: CK_ULONG::from(info.total_space),
        ulFreePublicMemory: CK_ULONG::from(info.free_space),
        // One memory serves both.
        ulTotalPrivateMemory: CK_ULONG::from(info.total_space),
        ulFreePrivateMemory: CK_ULONG::from(info.free_space),
        hardwareVersion: version(info.hw_version.major, info.hw_version.minor),
        firmwareVersion: version(info.firmware_version.major, info.firmware_version.minor),
        utcTime: [b'0'; 16], // no clock on the token: without meaning
    }
}

/// Whether PINs may be typed elsewhere.
fn protected_path(module: &Module) -> CK_FLAGS {
    if module.pin_entry.is_available() {
        CKF_PROTECTED_AUTHENTICATION_PATH
    } else {
        0
    }
}

/// The flags of an initialised token.
fn pin_flags(pins: Pins) -> CK_FLAGS {
    let mut flags = CKF_TOKEN_INITIALIZED;
    if pins.user.state != PinState::NotSet {
        flags |= CKF_USER_PIN_INITIALIZED;
        flags |= counter_flags(
            pins.user,
            CKF_USER_PIN_COUNT_LOW,
            CKF_USER_PIN_FINAL_TRY,
            CKF_USER_PIN_LOCKED,
        );
    }
    flags
        | counter_flags(
            pins.officer,
            CKF_SO_PIN_COUNT_LOW,
            CKF_SO_PIN_FINAL_TRY,
            CKF_SO_PIN_LOCKED,
        )
}

/// Low after any failed try, final with one left, locked with none.
fn counter_flags(pin: PinInfo, low: CK_FLAGS, last: CK_FLAGS, locked: CK_FLAGS) -> CK_FLAGS {
    match pin.tries_left {
        0 => low | locked,
        1 if pin.max_tries > 1 => low | last,
        1 => last,
        left if left < pin.max_tries => low,
        _ => 0,
    }
}

/// C_WaitForSlotEvent.
pub(crate) fn wait_for_event(module: &Module, flags: CK_FLAGS) -> Result<CK_SLOT_ID, Error> {
    module.slots.next_event(flags & CKF_DONT_BLOCK == 0)
}

/// C_GetMechanismList.
pub(crate) fn mechanism_list(
    module: &Module,
    slot: CK_SLOT_ID,
) -> Result<Vec<CK_MECHANISM_TYPE>, Error> {
    module.slots.token(slot)?;
    Ok(mechanism::listed())
}

/// C_GetMechanismInfo.
pub(crate) fn mechanism_info(
    module: &Module,
    slot: CK_SLOT_ID,
    number: CK_MECHANISM_TYPE,
) -> Result<CK_MECHANISM_INFO, Error> {
    let token = module.slots.token(slot)?;
    mechanism::info(number, holds_keys(&token))
}

/// C_InitToken. `label` is blank-padded, 32 bytes.
pub(crate) fn init_token(
    module: &Module,
    slot: CK_SLOT_ID,
    pin: GivenPin<'_>,
    label: &[u8],
) -> Result<(), Error> {
    module.pin_entry.check(pin)?;
    // Some callers pass a C string; what stands behind its end is not the label.
    let label = label.split(|byte| *byte == 0).next().unwrap_or_default();
    let label = ukey_ffi::padded::trim_blank(label).ok_or(Error::ArgumentsBad)?;
    let token = module.slots.token(slot)?;
    let is_open = || {
        if module.sessions_of(&token).is_empty() {
            Ok(())
        } else {
            Err(Error::SessionExists)
        }
    };
    is_open()?;
    let pin = if token.is_initialized() {
        module.pin_entry.resolve(pin, &token, "SO PIN")?
    } else {
        module.pin_entry.resolve_new(pin, &token)?
    };
    let _turn = token.session_turn();
    is_open()?;
    module.slots.initialize(&token, &pin, label)
}

/// C_InitPIN.
pub(crate) fn init_pin(
    module: &Module,
    session: &OpenSession,
    pin: GivenPin<'_>,
) -> Result<(), Error> {
    module.pin_entry.check(pin)?;
    if session.token.login() != Login::Officer {
        return Err(Error::UserNotLoggedIn);
    }
    let pin = module.pin_entry.resolve_new(pin, &session.token)?;
    Ok(session
        .token
        .application()?
        .set_user_pin(&Pin::new(&pin)?)?)
}

/// C_SetPIN.
pub(crate) fn set_pin(
    module: &Module,
    session: &OpenSession,
    old: GivenPin<'_>,
    new: GivenPin<'_>,
) -> Result<(), Error> {
    module.pin_entry.check(old)?;
    module.pin_entry.check(new)?;
    if !session.read_write {
        return Err(Error::SessionReadOnly);
    }
    let old = module
        .pin_entry
        .resolve(old, &session.token, "Present PIN")?;
    let new = module.pin_entry.resolve_new(new, &session.token)?;
    let role = if session.is_officer() {
        PinType::Admin
    } else {
        PinType::User
    };
    let _turn = session.token.session_turn();
    session.token.change_pin(role, &old, &new)
}
