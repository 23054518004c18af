//! What the doctor says: one sentence for each finding, one action for each that needs one.

pub(crate) const SERVICE: &str = super::error::READERS;

pub(crate) const SERVICE_OK: &str = "The smart card service answers.";
pub(crate) const NO_SERVICE: &str = "The smart card service (pcscd) is not running.";
pub(crate) const START_SERVICE: &str = "start it: sudo systemctl start pcscd.socket";
pub(crate) const SERVICE_REFUSED: &str = "The smart card service refuses this user or session.";
pub(crate) const ASK_FOR_RIGHTS: &str =
    "sign in at the machine itself, or have the administrator allow your session in polkit";
pub(crate) const PCSC_OFF: &str = "Switched off in the configuration (UKEY_PCSC, [pcsc] enabled).";
pub(crate) const NO_READER: &str = "There is no reader and no key.";
pub(crate) const PLUG_IN: &str = "plug the key in, directly and not through a hub";
pub(crate) const TAKE_OUT: &str = "take the other card out and put the USBKEY in";
pub(crate) const CLOSE_OTHERS: &str = "close the program that uses the key";
pub(crate) const PLUG_AGAIN: &str = "pull the key out, wait a moment, plug it in again";
pub(crate) const BLANK: &str = "The key is blank: it has no application.";
pub(crate) const INITIALISE: &str = "ukey-admin device init";
pub(crate) const NO_APPLICATION: &str = "The key has no application of that name.";
pub(crate) const CHOOSE_APPLICATION: &str = "see which there are: ukey-admin device info";
pub(crate) const MAKE_ROOM: &str = "delete what is not needed any more: ukey-admin container list";
pub(crate) const SET_PIN: &str = "set it with the SO PIN: ukey-admin pin unblock";
pub(crate) const UNBLOCK: &str = "ukey-admin pin unblock, with the SO PIN";
pub(crate) const SO_LOCKED: &str =
    "a locked user PIN could not be unblocked any more; plan a replacement key";
pub(crate) const FEW_TRIES: &str =
    "make sure of the PIN before the next try; a correct one gives all tries back";
pub(crate) const NO_KEYS: &str = "There are no keys in the application yet.";
pub(crate) const ENROLL: &str = "ukey-admin enroll, or ukey-admin key generate";
pub(crate) const NO_CERTIFICATE: &str = "There is a key pair without a certificate.";
pub(crate) const GET_CERTIFICATE: &str =
    "ukey-admin cert request, then ukey-admin cert import with the CA's answer";
pub(crate) const NO_KEY: &str = "There is a certificate without its key pair.";
pub(crate) const RESTORE_KEY: &str = "ask the CA to issue the pair again";
pub(crate) const UNREADABLE: &str = "The certificate cannot be read.";
pub(crate) const IMPORT_AGAIN: &str = "import it again: ukey-admin cert import --force FILE";
pub(crate) const WRONG_KEY: &str = "The certificate belongs to another key pair.";
pub(crate) const IMPORT_RIGHT: &str = "import the right one: ukey-admin cert import --force FILE";
pub(crate) const CHECK_CLOCK: &str =
    "check the computer's date and time first; the certificate itself is sound";
pub(crate) const RENEW_EXPIRED: &str =
    "renew it; keep this key as long as files encrypted to it are unopened";
pub(crate) const RENEW_SOON: &str = "renew it, but not between handing in a tender and its opening";

pub(crate) fn answers(model: &str, firmware: &str) -> String {
    format!("The key answers ({model}, firmware {firmware}).")
}

pub(crate) fn no_key(readers: usize) -> String {
    match readers {
        1 => "There is no key in the reader.".to_owned(),
        n => format!("There is no key in any of the {n} readers."),
    }
}

pub(crate) fn applications(names: &[String], free: u64) -> String {
    format!(
        "Application {}; {} free.",
        names.join(", "),
        crate::output::size(free)
    )
}

pub(crate) fn little_space(free: u64) -> String {
    format!("Only {} are free on the key.", crate::output::size(free))
}

pub(crate) fn valid(name: &str, end: &str, days_left: i64) -> String {
    format!("Certificate of {name} is valid until {end} ({days_left} days).")
}

pub(crate) fn ends_soon(name: &str, end: &str, days_left: i64) -> String {
    format!("Certificate of {name} ends on {end}, in {days_left} days.")
}

pub(crate) fn expired(name: &str, end: &str) -> String {
    format!("Certificate of {name} expired on {end}.")
}

pub(crate) fn not_yet(name: &str, start: &str) -> String {
    format!("Certificate of {name} is valid only from {start}.")
}

pub(crate) const GET_AGAIN: &str = "get the file again; it must be the encrypted one";
pub(crate) const PLUG_RIGHT: &str =
    "plug in the key that has the certificate, or have its key recovered: ukey-admin recover";

pub(crate) fn not_an_envelope(reason: &str) -> String {
    format!("The file is not an envelope that can be opened: {reason}.")
}

pub(crate) fn opens(key: &str, container: &str, is_retired: bool) -> String {
    match is_retired {
        true => format!("{key} opens it, with the retired pair in container {container}."),
        false => format!("{key} opens it, with the pair in container {container}."),
    }
}

pub(crate) fn opens_not(recipients: &[String]) -> String {
    format!("No key here opens it; it is for {}.", recipients.join("; "))
}
