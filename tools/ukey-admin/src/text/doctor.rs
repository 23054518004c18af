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

pub(crate) const NO_USB: &str = "No USB device is seen that may be a key.";
pub(crate) const NO_USB_NEEDED: &str = "No key is looked for on USB, or none is needed there.";
pub(crate) const NO_USB_DEVICE: &str = "There is no USB device to look at.";
pub(crate) const CCID: &str = "It is a smart card device (CCID), free for pcscd.";
pub(crate) const BY_VENDOR: &str = "It is used through its vendor's SKF library.";
pub(crate) const HID_ONLY: &str = "It speaks HID and not CCID: no smart card service can reach it.";
pub(crate) const NO_CCID: &str = "It has no smart card interface (CCID).";
pub(crate) const UNBIND: &str =
    "unload that driver or forbid it this device (modprobe.d); pcscd needs the interface free";
pub(crate) const SET_VENDOR: &str =
    "install its vendor's SKF library and name it in ukey.toml under [[vendor]]";
pub(crate) const NO_LIBCCID: &str = "The driver for USB smart card devices is not installed.";
pub(crate) const INSTALL_LIBCCID: &str = "sudo apt install libccid";
pub(crate) const LISTED: &str = "The CCID driver knows this device.";
pub(crate) const UNLISTED: &str =
    "The CCID driver does not list this device, so pcscd never makes a reader of it.";
pub(crate) const REGISTER_ID: &str =
    "update libccid, or have the device's number added to it (its maintainer takes requests)";
pub(crate) const SOCKET_REFUSED: &str = "pcscd's socket is there and refuses this user.";
pub(crate) const NODE_REFUSED: &str = "This user may not open the USB device itself.";
pub(crate) const INSTALL_RULES: &str =
    "install the udev rules of ukey (package ukey) and plug the key in again; not as root";
pub(crate) const LEAVE_SANDBOX: &str =
    "use the program from the distribution's packages; a sandbox keeps the smart card service out";
pub(crate) const RIGHTS_OVER_SSH: &str =
    "Nothing is refused, though this session came over ssh and polkit may treat it so.";
pub(crate) const RIGHTS_OK: &str = "Nothing is refused to this user.";
pub(crate) const NO_OTHERS: &str = "No other program uses readers.";
pub(crate) const REGISTERED: &str = "The PKCS#11 module is registered with p11-kit.";
pub(crate) const MODULE_GONE: &str = "p11-kit knows the module, but its library is not there.";
pub(crate) const REINSTALL: &str = "install the package ukey again, or delete that file";
pub(crate) const NOT_REGISTERED: &str =
    "The PKCS#11 module is installed and p11-kit does not know it.";
pub(crate) const REGISTER: &str =
    "write \"module: libukey_pkcs11.so\" to /usr/share/p11-kit/modules/ukey.module";
pub(crate) const NO_MODULE: &str = "The PKCS#11 module is not installed for other programs.";
pub(crate) const NO_NSS: &str = "There is no NSS database, that is, no browser profile.";
pub(crate) const NSS_KNOWS: &str = "This NSS database knows the module.";
pub(crate) const NSS_LACKS: &str = "This NSS database does not know the module.";
pub(crate) const ADD_TO_NSS: &str =
    "modutil -dbdir sql:FOLDER -add ukey -libfile libukey_pkcs11.so, with the browser closed";
pub(crate) const SKF_THERE: &str = "The SKF library is installed.";
pub(crate) const NO_SKF: &str = "The SKF library is not installed for other programs.";
pub(crate) const VENDOR_GONE: &str = "This vendor's library of the configuration is not there.";
pub(crate) const VENDOR_SET: &str = "This vendor's library is configured.";
pub(crate) const NO_AGENT: &str = "The signing agent for browsers is not installed.";
pub(crate) const NO_MANIFEST: &str = "This browser does not know the signing agent.";
pub(crate) const MANIFEST_OK: &str = "This browser knows the signing agent.";
pub(crate) const MANIFEST_WRONG: &str = "This browser is told of an agent that is not there.";
pub(crate) const INSTALL_AGENT: &str = "ukey-agent install";
pub(crate) const SELF_TEST_SKIPPED: &str = "Not tried: it needs the PIN.";
pub(crate) const ASK_SELF_TEST: &str = "ukey-admin doctor --self-test";
pub(crate) const SELF_TEST_OK: &str = "A signature and a decryption were tried; both are right.";
pub(crate) const RANDOM_REPEATS: &str = "The key's random numbers repeat.";
pub(crate) const NO_LOG: &str = "No log is kept ([log] file).";
pub(crate) const LOG_CLEAN: &str = "The log tells of no trouble.";
pub(crate) const READ_LOG: &str = "read the log from there on";
pub(crate) const RETIRED_BROKEN: &str =
    "A retired pair has lost its certificate; what it opens cannot be told.";
pub(crate) const RECOVER_PAIR: &str =
    "import its certificate again, or have the authority recover the pair: ukey-admin recover";

pub(crate) fn usb_seen(name: &str, node: &str, speed: &str) -> String {
    let name = match name.is_empty() {
        true => "USB device",
        false => name,
    };
    format!("{name} is plugged in (bus {node}, {speed} Mbit/s).")
}

pub(crate) fn weak_hub(milliamperes: u32) -> String {
    format!("It wants {milliamperes} mA behind a hub without a supply of its own.")
}

pub(crate) fn taken_by_driver(driver: &str) -> String {
    format!("The kernel's driver {driver} has taken the smart card interface.")
}

pub(crate) fn sandbox(kind: &str) -> String {
    format!("This program runs in a {kind} sandbox.")
}

pub(crate) fn others(names: &str) -> String {
    format!("Other programs use readers: {names}.")
}

pub(crate) fn last_error(moment: &str) -> String {
    format!("Something last went wrong at {moment}.")
}

pub(crate) fn opens_older(serial: &str) -> String {
    format!("Retired; opens what was encrypted to certificate {serial}.")
}
