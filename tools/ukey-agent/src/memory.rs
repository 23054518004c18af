//! The agent's memory has PINs in it for moments: nobody else looks at it.

/// Lets no core of this process be written, and no other process of the user read its memory. A failure
/// is logged: what protects the PIN besides, being wiped after use, does not depend on this.
pub fn keep_to_ourselves() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
            tracing::warn!(%error, "cores cannot be forbidden");
        }
    }
}
