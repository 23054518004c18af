//! What the doctor says: one sentence for each finding, one action for each that needs one.

/// Stands for the way to all readers.
pub(crate) use super::error::readers as service;

super::message::messages! {
    "doctor-"
    fn service_ok();
    fn no_service();
    fn start_service();
    fn restart_service();
    fn service_refused();
    fn ask_for_rights();
    fn pcsc_off();
    fn no_reader();
    fn plug_in();
    fn take_out();
    fn close_others();
    fn plug_again();
    fn mend_image();
    fn blank();
    fn initialise();
    fn no_application();
    fn choose_application();
    fn make_room();
    fn set_pin();
    fn unblock();
    fn replace_key();
    fn so_locked();
    fn few_tries();
    fn no_keys();
    fn enroll();
    fn no_certificate();
    fn get_certificate();
    fn pair_missing();
    fn restore_key();
    fn unreadable();
    fn import_again();
    fn wrong_key();
    fn import_right();
    fn check_clock();
    fn renew_expired();
    fn renew_soon();
    fn get_again();
    fn plug_right();
    fn no_usb();
    fn no_usb_needed();
    fn no_usb_device();
    fn ccid();
    fn by_vendor();
    fn hid_only();
    fn no_ccid();
    fn unbind();
    fn set_vendor();
    fn no_libccid();
    fn install_libccid();
    fn listed();
    fn unlisted();
    fn register_id();
    fn socket_refused();
    fn node_refused();
    fn install_rules();
    fn leave_sandbox();
    fn rights_over_ssh();
    fn rights_ok();
    fn no_others();
    fn registered();
    fn module_gone();
    fn reinstall();
    fn not_registered();
    fn register();
    fn no_module();
    fn no_nss();
    fn nss_knows();
    fn nss_lacks();
    fn add_to_nss();
    fn skf_there();
    fn no_skf();
    fn vendor_gone();
    fn vendor_set();
    fn no_agent();
    fn no_manifest();
    fn manifest_ok();
    fn manifest_wrong();
    fn install_agent();
    fn self_test_skipped();
    fn ask_self_test();
    fn self_test_ok();
    fn random_repeats();
    fn no_log();
    fn log_clean();
    fn read_log();
    fn retired_broken();
    fn recover_pair();
    fn authority_skipped();
    fn name_authority();
    fn trusted();
    fn trusted_unlisted();
    fn right_authority();
    fn enroll_again();
    fn lift_hold();
    fn get_list();
    fn revoked(day: &str);
    fn held(day: &str);
    fn pin(name: &str, state: &str);
    fn answers(model: &str, firmware: &str);
    fn no_key(readers: usize);
    fn application_names(names: &str, free: &str);
    fn only_left(free: &str);
    fn tight(free: &str);
    fn valid(name: &str, end: &str, days_left: i64);
    fn ends_soon(name: &str, end: &str, days_left: i64);
    fn expired(name: &str, end: &str);
    fn not_yet(name: &str, start: &str);
    fn not_an_envelope(reason: &str);
    fn opens_retired(key: &str, container: &str);
    fn opens_current(key: &str, container: &str);
    fn opened_by_others(recipients: &str);
    fn usb_device();
    fn plugged_in(name: &str, node: &str, speed: &str);
    fn weak_hub(milliamperes: u32);
    fn taken_by_driver(driver: &str);
    fn sandbox(kind: &str);
    fn others(names: &str);
    fn last_error(moment: &str);
    fn opens_older(serial: &str);
}

pub(crate) fn applications(names: &[String], free: u64) -> String {
    application_names(&names.join(", "), &crate::output::size(free))
}

pub(crate) fn little_space(free: u64) -> String {
    only_left(&crate::output::size(free))
}

/// Said before a renewal.
pub(crate) fn may_not_fit(free: u32) -> String {
    tight(&crate::output::size(free.into()))
}

pub(crate) fn opens(key: &str, container: &str, is_retired: bool) -> String {
    match is_retired {
        true => opens_retired(key, container),
        false => opens_current(key, container),
    }
}

pub(crate) fn opens_not(recipients: &[String]) -> String {
    opened_by_others(&recipients.join("; "))
}

pub(crate) fn usb_seen(name: &str, node: &str, speed: &str) -> String {
    let name = match name.is_empty() {
        true => usb_device(),
        false => name,
    };
    plugged_in(name, node, speed)
}
