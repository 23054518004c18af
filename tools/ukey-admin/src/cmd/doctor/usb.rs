//! Checks 1 to 3: is there a USB device that may be a key, what are its interfaces and who has them,
//! and does the CCID driver of pcscd know it.

use std::{fs, path::Path};

use super::{
    Finding, Status,
    place::{self, Place},
};
use crate::{context::Context, target::Found, text::doctor as words};

/// Class of smart card interfaces (CCID).
const CCID: u8 = 0x0B;
/// Class of human interface devices.
const HID: u8 = 0x03;

/// Current in mA that a hub without a supply of its own can give to each device.
const BUS_POWERED_LIMIT: u32 = 100;

/// Bit of `bmAttributes`: the device has a supply of its own.
const SELF_POWERED: u8 = 0x40;

/// Where libccid lists the devices that it serves.
const LISTS: [&str; 2] = [
    "usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist",
    "etc/libccid_Info.plist",
];

/// A device that may be a key.
pub(super) struct UsbDevice {
    /// Name of its node under `/dev/bus/usb`.
    pub(super) node: String,
    name: String,
    vendor: u16,
    product: u16,
    speed: String,
    wants: u32,
    hub_is_bus_powered: bool,
    interfaces: Vec<Interface>,
}

struct Interface {
    class: u8,
    driver: Option<String>,
}

impl UsbDevice {
    fn read(folder: &Path) -> Option<Self> {
        let text = |name: &str| place::line(&folder.join(name));
        let hex = |name: &str| u16::from_str_radix(&text(name)?, 16).ok();
        let number = |name: &str| text(name)?.parse::<u32>().ok();
        let device = Self {
            node: format!("{:03}/{:03}", number("busnum")?, number("devnum")?),
            name: text("product").unwrap_or_default(),
            vendor: hex("idVendor")?,
            product: hex("idProduct")?,
            speed: text("speed").unwrap_or_default(),
            wants: text("bMaxPower")
                .and_then(|power| power.trim_end_matches("mA").parse().ok())
                .unwrap_or(0),
            hub_is_bus_powered: hub_is_bus_powered(folder),
            interfaces: interfaces(folder),
        };
        device.may_be_a_key().then_some(device)
    }

    /// CCID readers and keys; and others that call themselves keys.
    fn may_be_a_key(&self) -> bool {
        let name = self.name.to_lowercase();
        let by_name = ["key", "token", "smart card", "smartcard"];
        let is_keyboard = name.contains("keyboard");
        self.has_ccid() || (!is_keyboard && by_name.iter().any(|word| name.contains(word)))
    }

    fn has_ccid(&self) -> bool {
        self.interfaces.iter().any(|one| one.class == CCID)
    }

    fn id(&self) -> String {
        format!("{:04X}:{:04X}", self.vendor, self.product)
    }
}

fn interfaces(folder: &Path) -> Vec<Interface> {
    let read = |path: &Path| {
        let class = place::line(&path.join("bInterfaceClass"))?;
        let driver = fs::read_link(path.join("driver")).ok();
        Some(Interface {
            class: u8::from_str_radix(&class, 16).ok()?,
            driver: driver.and_then(|to| Some(to.file_name()?.to_string_lossy().into_owned())),
        })
    };
    let entries = place::entries(folder);
    entries.iter().filter_map(|path| read(path)).collect()
}

/// Whether the hub that the device of `folder` hangs on has no supply of its own. "1-2.3" hangs on
/// "1-2"; "1-2" on a port of the machine.
fn hub_is_bus_powered(folder: &Path) -> bool {
    let attributes = || {
        let name = folder.file_name()?.to_str()?;
        let (hub, _) = name.rsplit_once('.')?;
        let attributes = place::line(&folder.with_file_name(hub).join("bmAttributes"))?;
        u8::from_str_radix(&attributes, 16).ok()
    };
    attributes().is_some_and(|attributes| attributes & SELF_POWERED == 0)
}

/// Devices that may be keys.
pub(super) fn devices(place: &Place) -> Vec<UsbDevice> {
    let folders = place::entries(&place.at("sys/bus/usb/devices"));
    folders
        .iter()
        .filter_map(|folder| UsbDevice::read(folder))
        .collect()
}

pub(super) fn check(
    context: &Context,
    place: &Place,
    found: &Found,
    devices: &[UsbDevice],
) -> Vec<Finding> {
    if devices.is_empty() {
        let needed = context.config.pcsc_enabled && found.devices.is_empty();
        let first = match needed {
            true => Finding::new(
                11,
                Status::Fail,
                "",
                words::no_usb().into(),
                words::plug_in(),
            ),
            false => skipped(13, words::no_usb_needed()),
        };
        return vec![
            first,
            skipped(24, words::no_usb_device()),
            skipped(33, words::no_usb_device()),
        ];
    }
    let list = LISTS
        .iter()
        .find_map(|path| fs::read_to_string(place.at(path)).ok());
    let mut findings = Vec::new();
    for device in devices {
        findings.push(seen(device));
        findings.push(bound(context, device));
        findings.push(listed(device, list.as_deref()));
    }
    findings
}

fn skipped(code: u16, message: &str) -> Finding {
    Finding::new(code, Status::Skipped, "", message.to_owned(), "")
}

fn seen(device: &UsbDevice) -> Finding {
    let message = words::usb_seen(&device.name, &device.node, &device.speed);
    match device.hub_is_bus_powered && device.wants > BUS_POWERED_LIMIT {
        true => Finding::new(
            12,
            Status::Warn,
            &device.id(),
            words::weak_hub(device.wants),
            words::plug_in(),
        ),
        false => Finding::new(10, Status::Ok, &device.id(), message, ""),
    }
}

fn bound(context: &Context, device: &UsbDevice) -> Finding {
    let finding = |code, status, message: String, action| {
        Finding::new(code, status, &device.id(), message, action)
    };
    let ccid = device.interfaces.iter().find(|one| one.class == CCID);
    if let Some(ccid) = ccid {
        // Programs claim it through usbfs; any other driver keeps pcscd out.
        return match ccid.driver.as_deref().filter(|driver| *driver != "usbfs") {
            None => finding(20, Status::Ok, words::ccid().to_owned(), ""),
            Some(driver) => finding(
                21,
                Status::Fail,
                words::taken_by_driver(driver),
                words::unbind(),
            ),
        };
    }
    if !context.config.vendor_libraries.is_empty() {
        return finding(20, Status::Ok, words::by_vendor().to_owned(), "");
    }
    let is_hid = device.interfaces.iter().any(|one| one.class == HID);
    let message = match is_hid {
        true => words::hid_only(),
        false => words::no_ccid(),
    };
    finding(22, Status::Warn, message.to_owned(), words::set_vendor())
}

fn listed(device: &UsbDevice, list: Option<&str>) -> Finding {
    let finding =
        |code, status, message, action| Finding::new(code, status, &device.id(), message, action);
    if !device.has_ccid() {
        return skipped(33, words::no_ccid());
    }
    match list {
        None => finding(
            32,
            Status::Fail,
            words::no_libccid().to_owned(),
            words::install_libccid(),
        ),
        Some(list) if lists(list, device) => {
            finding(30, Status::Ok, words::listed().to_owned(), "")
        }
        Some(_) => finding(
            31,
            Status::Fail,
            words::unlisted().to_owned(),
            words::register_id(),
        ),
    }
}

/// Whether the property list names the device: vendors and products are two arrays, whose members of
/// one place belong together.
fn lists(list: &str, device: &UsbDevice) -> bool {
    let array = |key: &str| -> Vec<Option<u16>> {
        let Some((_, rest)) = list.split_once(&format!("<key>{key}</key>")) else {
            return Vec::new();
        };
        let body = rest.split("</array>").next().unwrap_or_default();
        body.split("<string>")
            .skip(1)
            .map(|item| {
                let value = item.split("</string>").next()?.trim();
                u16::from_str_radix(value.strip_prefix("0x")?, 16).ok()
            })
            .collect()
    };
    let vendors = array("ifdVendorID");
    let products = array("ifdProductID");
    vendors
        .iter()
        .zip(&products)
        .any(|pair| pair == (&Some(device.vendor), &Some(device.product)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(vendor: u16, product: u16) -> UsbDevice {
        UsbDevice {
            node: String::new(),
            name: String::new(),
            vendor,
            product,
            speed: String::new(),
            wants: 0,
            hub_is_bus_powered: false,
            interfaces: Vec::new(),
        }
    }

    #[test]
    fn vendor_and_product_stand_at_one_place_of_the_two_arrays() {
        let list = "<key>ifdVendorID</key><array><string>0x096E</string>\n<string>0x1209</string>\
                    </array><key>ifdProductID</key><array><string>0x0503</string>\
                    <string>0x0001</string></array>";
        assert!(lists(list, &device(0x096E, 0x0503)));
        assert!(lists(list, &device(0x1209, 0x0001)));
        assert!(!lists(list, &device(0x096E, 0x0001)));
        assert!(!lists("", &device(0x096E, 0x0503)));
    }
}
