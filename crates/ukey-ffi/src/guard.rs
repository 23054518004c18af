//! The panic guard around every export.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::AbiCode;

/// Runs the body of the export `name`; success is code zero, an error its own code, a panic `on_panic`.
///
/// Unwinding into C is undefined behaviour in the best case and kills the host application in the other, so it stops
/// here. Errors are logged at debug level and panics at error level, both without argument values.
pub fn guard<E: AbiCode>(
    name: &'static str,
    on_panic: E::Code,
    body: impl FnOnce() -> Result<(), E>,
) -> E::Code {
    // Unwind safety: the bodies share state only through locks that recover or refuse after a panic.
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        body().map_err(|error| {
            let code = error.abi_code();
            tracing::debug!(function = name, code = format_args!("{code:#x}"), %error, "failed");
            code
        })
    }));
    match outcome {
        Ok(Ok(())) => E::Code::default(),
        Ok(Err(code)) => code,
        Err(payload) => {
            report(name, payload);
            on_panic
        }
    }
}

/// Logs a caught panic. Neither a logger nor a payload's destructor that panics in turn may get out.
fn report(name: &'static str, payload: Box<dyn Any + Send>) {
    let reported = catch_unwind(AssertUnwindSafe(|| {
        let message = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("(no text)");
        tracing::error!(
            function = name,
            message,
            "internal error: a panic was caught"
        );
        drop(payload);
    }));
    // This one could play the same trick; nobody needs it, so it is leaked.
    std::mem::forget(reported);
}
