//! Checks 12 to 14: do programs that look for PKCS#11 modules, SKF libraries and native hosts find
//! ours. What is not installed at all is not missed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    Finding, Status,
    place::{self, Place},
};
use crate::{context::Context, text::doctor as words};

const PKCS11_LIBRARY: &str = "libukey_pkcs11.so";
const SKF_LIBRARY: &str = "libukey_skf.so";
const PROXY: &str = "p11-kit-proxy.so";
const AGENT: &str = "usr/bin/ukey-agent";
/// Name of the signing agent as a native host; its manifest is called so.
const HOST: &str = "org.ukey.agent.json";

/// Where browsers look for manifests: for all users, and in a user's home.
const HOSTS: [(&str, &str, &str); 4] = [
    (
        "Chromium",
        "etc/chromium/native-messaging-hosts",
        ".config/chromium/NativeMessagingHosts",
    ),
    (
        "Chrome",
        "etc/opt/chrome/native-messaging-hosts",
        ".config/google-chrome/NativeMessagingHosts",
    ),
    (
        "Edge",
        "etc/opt/edge/native-messaging-hosts",
        ".config/microsoft-edge/NativeMessagingHosts",
    ),
    (
        "Firefox",
        "usr/lib/mozilla/native-messaging-hosts",
        ".mozilla/native-messaging-hosts",
    ),
];

pub(super) fn check(context: &Context, place: &Place) -> Vec<Finding> {
    let mut findings = pkcs11(place);
    findings.extend(skf(context, place));
    findings.extend(browsers(place));
    findings
}

fn finding(
    code: u16,
    status: Status,
    subject: &str,
    message: &str,
    action: &'static str,
) -> Finding {
    Finding::new(code, status, subject, message.to_owned(), action)
}

fn pkcs11(place: &Place) -> Vec<Finding> {
    let registered = registered_module(place);
    let installed = place.library(PKCS11_LIBRARY);
    let mut findings = vec![match (&registered, &installed) {
        (Some((file, module)), _) => match resolve(place, module) {
            Some(library) => finding(120, Status::Ok, &show(&library), words::registered(), ""),
            None => finding(
                122,
                Status::Fail,
                &show(file),
                words::module_gone(),
                words::reinstall(),
            ),
        },
        (None, Some(library)) => finding(
            121,
            Status::Warn,
            &show(library),
            words::not_registered(),
            words::register(),
        ),
        (None, None) => finding(125, Status::Skipped, "", words::no_module(), ""),
    }];
    if registered.is_some() || installed.is_some() {
        findings.extend(nss(place));
    }
    findings
}

/// The p11-kit registration of our module: its file, and what it says.
fn registered_module(place: &Place) -> Option<(PathBuf, String)> {
    let mut folders = vec![
        place.at("usr/share/p11-kit/modules"),
        place.at("etc/pkcs11/modules"),
    ];
    folders.extend(place.home(".config/pkcs11/modules"));
    let files = folders.iter().flat_map(|folder| place::entries(folder));
    files
        .filter(|file| file.extension().is_some_and(|ext| ext == "module"))
        .find_map(|file| {
            let text = fs::read_to_string(&file).ok()?;
            let module = text
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(key, _)| key.trim() == "module")?
                .1
                .trim()
                .to_owned();
            module.ends_with(PKCS11_LIBRARY).then_some((file, module))
        })
}

/// The library that a registration means.
fn resolve(place: &Place, module: &str) -> Option<PathBuf> {
    let path = Path::new(module);
    match path.strip_prefix("/") {
        Ok(inside) => Some(place.at(inside)).filter(|path| path.is_file()),
        Err(_) => place.library(module),
    }
}

/// Databases of NSS, that is of browsers, and whether they know our module, directly or by p11-kit.
fn nss(place: &Place) -> Vec<Finding> {
    let mut folders: Vec<PathBuf> = place.home(".pki/nssdb").into_iter().collect();
    if let Some(profiles) = place.home(".mozilla/firefox") {
        folders.extend(place::entries(&profiles));
    }
    let lists: Vec<PathBuf> = folders
        .iter()
        .map(|folder| folder.join("pkcs11.txt"))
        .filter(|list| list.is_file())
        .collect();
    if lists.is_empty() {
        return vec![finding(126, Status::Skipped, "", words::no_nss(), "")];
    }
    let knows = |list: &PathBuf| {
        let text = fs::read_to_string(list).unwrap_or_default();
        text.contains(PKCS11_LIBRARY) || text.contains(PROXY)
    };
    let tell = |list: &PathBuf| match knows(list) {
        true => finding(123, Status::Ok, &show(list), words::nss_knows(), ""),
        false => finding(
            124,
            Status::Warn,
            &show(list),
            words::nss_lacks(),
            words::add_to_nss(),
        ),
    };
    lists.iter().map(tell).collect()
}

fn skf(context: &Context, place: &Place) -> Vec<Finding> {
    let mut findings = vec![match place.library(SKF_LIBRARY) {
        Some(path) => finding(130, Status::Ok, &show(&path), words::skf_there(), ""),
        None => finding(131, Status::Skipped, "", words::no_skf(), ""),
    }];
    for library in &context.config.vendor_libraries {
        // A bare name is looked for by the loader, which knows more places than we do.
        let gone = library.path.is_absolute() && !library.path.is_file();
        findings.push(match gone {
            true => finding(
                132,
                Status::Fail,
                &show(&library.path),
                words::vendor_gone(),
                words::set_vendor(),
            ),
            false => finding(
                133,
                Status::Ok,
                &show(&library.path),
                words::vendor_set(),
                "",
            ),
        });
    }
    findings
}

fn browsers(place: &Place) -> Vec<Finding> {
    if !place.at(AGENT).is_file() {
        return vec![finding(143, Status::Skipped, "", words::no_agent(), "")];
    }
    let mut findings = Vec::new();
    for (browser, system, user) in HOSTS {
        let folders = [Some(place.at(system)), place.home(user)];
        let manifest = folders
            .into_iter()
            .flatten()
            .map(|folder| folder.join(HOST))
            .find(|path| path.is_file());
        findings.push(match manifest {
            None => finding(
                141,
                Status::Warn,
                browser,
                words::no_manifest(),
                words::install_agent(),
            ),
            Some(path) => match program(&path) {
                Some(program) if resolve(place, &program).is_some() => {
                    finding(140, Status::Ok, browser, words::manifest_ok(), "")
                }
                _ => finding(
                    142,
                    Status::Fail,
                    &show(&path),
                    words::manifest_wrong(),
                    words::install_agent(),
                ),
            },
        });
    }
    findings
}

/// The program that a manifest names.
fn program(manifest: &Path) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(&fs::read(manifest).ok()?).ok()?;
    Some(value.get("path")?.as_str()?.to_owned())
}

fn show(path: &Path) -> String {
    path.display().to_string()
}
