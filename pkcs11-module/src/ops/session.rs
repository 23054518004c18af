//! Session management functions.

use crate::abi::types::*;
use crate::module::Module;
use crate::ops::pin_entry::GivenPin;
use crate::rv::Error;
use crate::session::operation::Kind;
use crate::session::{Login, OpenSession, Session};
use crate::slot::token::Token;
use std::sync::Arc;
use ukey_token::PinType;

/// C_OpenSession.
pub(crate) fn open(
    module: &Module,
    slot: CK_SLOT_ID,
    flags: CK_FLAGS,
) -> Result<CK_SESSION_HANDLE, Error> {
    if flags & CKF_SERIAL_SESSION == 0 {
        return Err(Error::SessionParallelNotSupported);
    }
    if flags & CKF_ASYNC_SESSION != 0 {
        return Err(Error::SessionAsyncNotSupported);
    }
    let read_write = flags & CKF_RW_SESSION != 0;
    let mut token = module.slots.token(slot)?;
    let mut turn = token.session_turn();
    // While this call waited, C_InitToken may have made another token of a blank one.
    loop {
        let current = module.slots.token(slot)?;
        if Arc::ptr_eq(&current, &token) {
            break;
        }
        drop(turn);
        token = current;
        turn = token.session_turn();
    }
    if !read_write && token.login() == Login::Officer {
        return Err(Error::SessionReadWriteSoExists);
    }
    Ok(module
        .add_session(Session::new(Arc::clone(&token), read_write))
        .to_raw())
}

/// C_GetSessionInfo.
pub(crate) fn info(session: &OpenSession) -> CK_SESSION_INFO {
    CK_SESSION_INFO {
        slotID: session.token.slot,
        state: session.state(),
        flags: CKF_SERIAL_SESSION
            | if session.read_write {
                CKF_RW_SESSION
            } else {
                0
            },
        ulDeviceError: 0,
    }
}

/// C_Login.
pub(crate) fn login(
    module: &Module,
    session: &OpenSession,
    user: CK_USER_TYPE,
    pin: GivenPin<'_>,
) -> Result<(), Error> {
    module.pin_entry.check(pin)?;
    let (role, wanted) = match user {
        CKU_USER => (PinType::User, Login::User),
        CKU_SO => (PinType::Admin, Login::Officer),
        CKU_CONTEXT_SPECIFIC => return login_for_operation(module, session, pin),
        _ => return Err(Error::UserTypeInvalid),
    };
    let token = &session.token;
    check_may_login(module, token, wanted)?;
    let prompt = if wanted == Login::Officer {
        "SO PIN"
    } else {
        "PIN"
    };
    let pin = module.pin_entry.resolve(pin, token, prompt)?;
    // Somebody may have been faster while a window was open.
    let _turn = token.session_turn();
    check_may_login(module, token, wanted)?;
    token.verify_pin(role, &pin)
}

/// The login for one use of a key with CKA_ALWAYS_AUTHENTICATE. Nothing else goes to the token between the PIN and that
/// use: other calls of this session wait meanwhile.
fn login_for_operation(
    module: &Module,
    session: &OpenSession,
    pin: GivenPin<'_>,
) -> Result<(), Error> {
    session.context_login(|| {
        let token = &session.token;
        let pin = module.pin_entry.resolve(pin, token, "PIN")?;
        token.verify_pin(PinType::User, &pin)
    })
}

/// Whether somebody may log in now.
fn check_may_login(module: &Module, token: &Arc<Token>, wanted: Login) -> Result<(), Error> {
    match token.login() {
        Login::Public => {}
        current if current == wanted => return Err(Error::UserAlreadyLoggedIn),
        _ => return Err(Error::UserAnotherAlreadyLoggedIn),
    }
    let mut others = module.sessions_of(token).into_iter();
    if wanted == Login::Officer && others.any(|other| !other.read_write) {
        return Err(Error::SessionReadOnlyExists);
    }
    Ok(())
}

/// C_Logout.
pub(crate) fn logout(session: &OpenSession) -> Result<(), Error> {
    let _turn = session.token.session_turn();
    if session.token.login() == Login::Public {
        return Err(Error::UserNotLoggedIn);
    }
    session.token.logout()
}

/// C_SessionCancel: ends the operations named by the flags; those that do not run are passed over.
pub(crate) fn cancel(session: &OpenSession, flags: CK_FLAGS) {
    for kind in Kind::ALL.iter().filter(|kind| flags & kind.flag() != 0) {
        session.cancel(*kind);
    }
}

/// C_GetOperationState: there is nothing to save, or nothing that may leave the module.
pub(crate) fn operation_state(session: &OpenSession) -> Result<(), Error> {
    if Kind::ALL.iter().any(|kind| session.is_active(*kind)) {
        Err(Error::StateUnsaveable)
    } else {
        Err(Error::OperationNotInitialized)
    }
}
