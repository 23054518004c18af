//! What no USBKEY can do with its keys.

pub(crate) fn no_move(from: &str, to: &str) -> String {
    format!(
        "the key in container {from} cannot be moved to {to}: private keys do not leave a USBKEY, and GM/T 0017 has no command that moves or renames"
    )
}

pub(crate) fn no_attestation(container: &str) -> String {
    format!(
        "nothing attests the key in container {container}: GM/T 0017 gives a USBKEY no attestation key"
    )
}
