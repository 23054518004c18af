//! Host manifests: how browsers find the agent. Where each browser looks is data, so that another
//! browser is one more row.

use crate::HOST_NAME;
use crate::files;
use serde_json::{Value, json};
use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// Id that the extension's key gives it in Chromium and its relatives.
pub const CHROMIUM_EXTENSION: &str = "ifpaoghmfhbgikljlppljegoaoliglik";
/// What an extension's origin begins with in Chromium and its relatives.
const CHROMIUM_SCHEME: &str = "chrome-extension://";
/// Id of the extension in Firefox.
pub const FIREFOX_EXTENSION: &str = "ukey@ukey.example";

/// Which manifest a browser reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Chromium and its relatives: `allowed_origins`.
    Chromium,
    /// Firefox: `allowed_extensions`.
    Firefox,
}

/// A browser and where it looks.
#[derive(Debug, Clone, Copy)]
pub struct Browser {
    /// Name for people.
    pub name: &'static str,
    /// Kind of manifest.
    pub family: Family,
    /// Folder for all users.
    pub system: &'static str,
    /// Folder under the home folder.
    pub user: &'static str,
}

/// Browsers whose folders are documented.
pub const BROWSERS: &[Browser] = &[
    Browser {
        name: "Chromium",
        family: Family::Chromium,
        system: "/etc/chromium/native-messaging-hosts",
        user: ".config/chromium/NativeMessagingHosts",
    },
    Browser {
        name: "Chrome",
        family: Family::Chromium,
        system: "/etc/opt/chrome/native-messaging-hosts",
        user: ".config/google-chrome/NativeMessagingHosts",
    },
    Browser {
        name: "Edge",
        family: Family::Chromium,
        system: "/etc/opt/edge/native-messaging-hosts",
        user: ".config/microsoft-edge/NativeMessagingHosts",
    },
    Browser {
        name: "Firefox",
        family: Family::Firefox,
        system: "/usr/lib/mozilla/native-messaging-hosts",
        user: ".mozilla/native-messaging-hosts",
    },
];

/// Where a manifest goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The folder.
    pub folder: PathBuf,
    /// Kind of manifest.
    pub family: Family,
}

impl Place {
    /// The manifest file.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.folder.join(format!("{HOST_NAME}.json"))
    }
}

/// All places of the known browsers, for all users (under `root`, if that is not `/`) or for this one.
///
/// # Errors
/// No home folder.
pub fn places(system: bool, root: Option<&Path>) -> io::Result<Vec<Place>> {
    let under = match system {
        true => root.unwrap_or(Path::new("/")).to_path_buf(),
        false => env::var_os("HOME")
            .map(PathBuf::from)
            .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no home folder"))?,
    };
    Ok(BROWSERS
        .iter()
        .map(|browser| Place {
            folder: match system {
                true => under.join(browser.system.trim_start_matches('/')),
                false => under.join(browser.user),
            },
            family: browser.family,
        })
        .collect())
}

/// The manifest for an agent at `program`, an absolute path.
#[must_use]
pub fn manifest(family: Family, program: &Path) -> Value {
    let mut manifest = json!({
        "name": HOST_NAME,
        "description": "USBKEY signing agent",
        "path": program,
        "type": "stdio",
    });
    match family {
        Family::Chromium => {
            let origin = format!("{CHROMIUM_SCHEME}{CHROMIUM_EXTENSION}/");
            manifest["allowed_origins"] = json!([origin]);
        }
        Family::Firefox => manifest["allowed_extensions"] = json!([FIREFOX_EXTENSION]),
    }
    manifest
}

/// Writes the manifest into a place.
///
/// # Errors
/// Those of the file system.
pub fn install(place: &Place, program: &Path) -> io::Result<()> {
    fs::create_dir_all(&place.folder)?;
    let text = serde_json::to_vec_pretty(&manifest(place.family, program))?;
    files::replace_readable(&place.file(), &text)
}

/// Removes the manifest from a place; whether there was one.
///
/// # Errors
/// Those of the file system.
pub fn uninstall(place: &Place) -> io::Result<bool> {
    match fs::remove_file(place.file()) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(e),
    }
}

/// Whether the arguments are those with which a browser starts the host for our extension: Chromium
/// gives the extension's origin, Firefox the manifest's path and the extension's id. `None` when no
/// browser started it.
#[must_use]
pub fn started_by_browser(arguments: &[String]) -> Option<bool> {
    match arguments {
        [origin, ..] if origin.starts_with(CHROMIUM_SCHEME) => {
            Some(*origin == format!("{CHROMIUM_SCHEME}{CHROMIUM_EXTENSION}/"))
        }
        [manifest, extension, ..] if manifest.ends_with(".json") && names_extension(extension) => {
            Some(extension == FIREFOX_EXTENSION)
        }
        _ => None,
    }
}

/// Whether an argument is one by which a browser names an extension.
#[must_use]
pub fn names_extension(argument: &str) -> bool {
    argument.starts_with(CHROMIUM_SCHEME) || argument.contains('@') || is_uuid(argument)
}

/// Firefox add-ons may have an id in braces instead of one like an address.
fn is_uuid(argument: &str) -> bool {
    argument.starts_with('{') && argument.ends_with('}')
}
