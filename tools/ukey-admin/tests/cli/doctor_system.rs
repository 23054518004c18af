//! What the doctor finds around the key: devices and drivers under a root of our own, sockets without
//! rights, registrations and browsers.

use std::{
    fs,
    os::unix::{fs::PermissionsExt, net::UnixListener},
    process::Command,
};

use serde_json::Value;

use crate::support::Desk;

/// Codes and their status.
#[derive(Debug)]
pub(crate) struct Report(pub(crate) Vec<(String, String)>);

impl Report {
    pub(crate) fn new(json: &[u8]) -> Self {
        let value: Value = serde_json::from_slice(json).unwrap();
        let checks = value["data"]["checks"].as_array().unwrap();
        let word = |check: &Value, key: &str| check[key].as_str().unwrap().to_owned();
        Self(
            checks
                .iter()
                .map(|check| (word(check, "code"), word(check, "status")))
                .collect(),
        )
    }

    #[track_caller]
    pub(crate) fn says(&self, code: &str, status: &str) {
        let wanted = (format!("UK-D{code}"), status.to_owned());
        assert!(
            self.0.contains(&wanted),
            "{wanted:?} is not in {:?}",
            self.0
        );
    }

    #[track_caller]
    fn is_silent_on(&self, code: &str) {
        let code = format!("UK-D{code}");
        assert!(self.0.iter().all(|(one, _)| *one != code), "{:?}", self.0);
    }
}

/// The doctor on the root `sys` of the desk, with the smart card service switched on and stopped.
pub(crate) fn command(desk: &Desk) -> Command {
    let mut command = desk.command();
    command
        .args(["--json", "doctor", "--root", "sys"])
        .env("UKEY_PCSC", "on")
        .env("PCSCLITE_CSOCK_NAME", desk.path("nowhere"));
    command
}

fn examine(desk: &Desk) -> Report {
    Report::new(&command(desk).output().unwrap().stdout)
}

pub(crate) fn write(desk: &Desk, path: &str, content: &str) {
    let path = desk.path("sys").join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// A USB device with one interface, in the way of sysfs.
fn plug(desk: &Desk, port: &str, product: &str, class: &str) {
    let folder = format!("sys/bus/usb/devices/{port}");
    for (name, value) in [
        ("idVendor", "1209"),
        ("idProduct", "0001"),
        ("product", product),
        ("speed", "12"),
        ("busnum", "1"),
        ("devnum", "5"),
        ("bMaxPower", "200mA"),
    ] {
        write(desk, &format!("{folder}/{name}"), &format!("{value}\n"));
    }
    write(desk, &format!("{folder}/{port}:1.0/bInterfaceClass"), class);
}

fn list_ids(desk: &Desk, vendor: &str, product: &str) {
    let list = format!(
        "<key>ifdVendorID</key><array><string>{vendor}</string></array>\
         <key>ifdProductID</key><array><string>{product}</string></array>"
    );
    write(desk, "etc/libccid_Info.plist", &list);
}

#[test]
fn a_device_that_the_driver_does_not_list() {
    let desk = Desk::with_keys(0);
    plug(&desk, "1-1", "USB Key", "0b\n");
    let report = examine(&desk);
    report.says("010", "ok");
    report.says("020", "ok");
    report.says("032", "fail");
    list_ids(&desk, "0x096E", "0x0503");
    examine(&desk).says("031", "fail");
    list_ids(&desk, "0x1209", "0x0001");
    examine(&desk).says("030", "ok");
}

#[test]
fn a_device_on_a_weak_hub_or_with_the_wrong_driver() {
    let desk = Desk::with_keys(0);
    plug(&desk, "1-1.2", "Token", "0b\n");
    write(&desk, "sys/bus/usb/devices/1-1/bmAttributes", "a0\n");
    examine(&desk).says("012", "warn");
    write(&desk, "sys/bus/usb/devices/1-1/bmAttributes", "e0\n");
    examine(&desk).says("010", "ok");
    let driver = desk.path("sys/sys/bus/usb/devices/1-1.2/1-1.2:1.0/driver");
    std::os::unix::fs::symlink("../../drivers/cdc_acm", driver).unwrap();
    examine(&desk).says("021", "fail");
}

#[test]
fn a_device_without_a_smart_card_interface_needs_its_vendor() {
    let desk = Desk::with_keys(0);
    plug(&desk, "1-1", "USB Key", "03\n");
    examine(&desk).says("022", "warn");
    // A keyboard is none.
    plug(&desk, "1-1", "USB Keyboard", "03\n");
    examine(&desk).says("011", "fail");
}

#[test]
fn pcscd_stopped() {
    let report = examine(&Desk::with_keys(0));
    report.says("041", "fail");
    report.says("011", "fail");
}

/// Runs the doctor as somebody who is not root, so that rights matter.
fn as_nobody(desk: &Desk) -> Report {
    let program = desk.path("ukey-admin");
    fs::copy(env!("CARGO_BIN_EXE_ukey-admin"), &program).unwrap();
    for path in [desk.path("."), program.clone()] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = Command::new("setpriv");
    let is_root = fs::metadata("/proc/self").unwrap();
    if std::os::unix::fs::MetadataExt::uid(&is_root) == 0 {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    }
    desk.prepare(&mut command);
    let output = command
        .arg(program)
        .args(["--json", "doctor", "--root", "sys"])
        .env("UKEY_PCSC", "on")
        .env("PCSCLITE_CSOCK_NAME", desk.path("socket"))
        .output()
        .unwrap();
    Report::new(&output.stdout)
}

#[test]
fn a_socket_and_a_device_without_rights() {
    let desk = Desk::with_keys(0);
    plug(&desk, "1-1", "USB Key", "0b\n");
    write(&desk, "dev/bus/usb/001/005", "");
    let socket = UnixListener::bind(desk.path("socket")).unwrap();
    for path in ["socket", "sys/dev/bus/usb/001/005"] {
        fs::set_permissions(desk.path(path), fs::Permissions::from_mode(0o000)).unwrap();
    }
    let report = as_nobody(&desk);
    report.says("042", "fail");
    report.says("051", "fail");
    report.says("052", "warn");
    drop(socket);
}

#[test]
fn a_sandbox_and_another_program() {
    let desk = Desk::with_keys(0);
    let report = Report::new(
        &command(&desk)
            .env("SNAP", "/snap/x")
            .output()
            .unwrap()
            .stdout,
    );
    report.says("053", "warn");
    report.says("060", "ok");
    write(&desk, "proc/77/comm", "pcscd\n");
    write(&desk, "proc/78/comm", "browser\n");
    write(
        &desk,
        "proc/78/maps",
        "7f00 r-xp /usr/lib/libpcsclite.so.1\n",
    );
    examine(&desk).says("060", "ok");
    write(&desk, "proc/79/comm", "scdaemon\n");
    examine(&desk).says("061", "warn");
}

#[test]
fn a_module_that_p11_kit_does_not_know() {
    let desk = Desk::with_keys(0);
    examine(&desk).says("125", "skipped");
    write(
        &desk,
        "usr/lib/x86_64-linux-gnu/pkcs11/libukey_pkcs11.so",
        "",
    );
    examine(&desk).says("121", "warn");
    let registration = "usr/share/p11-kit/modules/ukey.module";
    write(&desk, registration, "module: libukey_pkcs11.so\n");
    examine(&desk).says("120", "ok");
    write(
        &desk,
        registration,
        "# ours\nmodule: /opt/gone/libukey_pkcs11.so\n",
    );
    examine(&desk).says("122", "fail");
}

#[test]
fn an_nss_database_without_the_module() {
    let desk = Desk::with_keys(0);
    write(&desk, "usr/lib/libukey_pkcs11.so", "");
    examine(&desk).says("126", "skipped");
    // The desk is the home, seen under the root.
    let home = desk
        .path(".")
        .to_str()
        .unwrap()
        .trim_start_matches('/')
        .to_owned();
    let list = format!("{home}/.pki/nssdb/pkcs11.txt");
    write(
        &desk,
        &list,
        "library=\nname=NSS Internal PKCS #11 Module\n",
    );
    examine(&desk).says("124", "warn");
    write(
        &desk,
        &list,
        "library=/usr/lib/libukey_pkcs11.so\nname=ukey\n",
    );
    let report = examine(&desk);
    report.says("123", "ok");
    report.is_silent_on("124");
}

#[test]
fn skf_libraries() {
    let desk = Desk::with_keys(0);
    examine(&desk).says("131", "skipped");
    write(&desk, "usr/lib/libukey_skf.so", "");
    desk.file("ukey.toml", b"[[vendor]]\npath = '/opt/gone/libskf.so'\n");
    let output = command(&desk)
        .env("UKEY_CONFIG", "ukey.toml")
        .output()
        .unwrap();
    let report = Report::new(&output.stdout);
    report.says("130", "ok");
    report.says("132", "fail");
}

#[test]
fn a_browser_without_the_manifest() {
    let desk = Desk::with_keys(0);
    examine(&desk).says("143", "skipped");
    write(&desk, "usr/bin/ukey-agent", "");
    let manifest = "etc/chromium/native-messaging-hosts/org.ukey.agent.json";
    examine(&desk).says("141", "warn");
    write(&desk, manifest, "{\"path\":\"/usr/bin/ukey-agent\"}");
    examine(&desk).says("140", "ok");
    write(&desk, manifest, "{\"path\":\"/usr/bin/gone\"}");
    examine(&desk).says("142", "fail");
}
