//! Who may know whom. The table below is the dependency direction of docs/ARCHITECTURE.md; a crate
//! that names another one outside its row, or a type that its floor must not have, is an error.

use crate::report::{Outcome, Workspace};
use crate::source::{code_only, words};

/// One crate: its folder, its name in Rust code, and the crates of ours that it may name.
struct Layer {
    folder: &'static str,
    name: &'static str,
    may_use: &'static [&'static str],
}

const LAYERS: &[Layer] = &[
    Layer {
        folder: "crates/gm-kernels",
        name: "gm_kernels",
        may_use: &[],
    },
    Layer {
        folder: "crates/ukey-rsa-raw",
        name: "ukey_rsa_raw",
        may_use: &[],
    },
    Layer {
        folder: "crates/ukey-crypto",
        name: "ukey_crypto",
        may_use: &["gm_kernels", "ukey_rsa_raw"],
    },
    Layer {
        folder: "crates/ukey-apdu",
        name: "ukey_apdu",
        may_use: &[],
    },
    Layer {
        folder: "crates/ukey-ffi",
        name: "ukey_ffi",
        may_use: &[],
    },
    Layer {
        folder: "crates/ukey-pki",
        name: "ukey_pki",
        may_use: &["ukey_crypto"],
    },
    Layer {
        folder: "crates/ukey-token",
        name: "ukey_token",
        // ukey_ffi for the libraries of vendors: the calls are unsafe, the backend is not
        may_use: &["ukey_apdu", "ukey_crypto", "ukey_ffi"],
    },
    Layer {
        folder: "ukey-firmware-sim",
        name: "ukey_firmware_sim",
        may_use: &["ukey_apdu", "ukey_crypto"],
    },
    Layer {
        folder: "crates/ukey-host",
        name: "ukey_host",
        may_use: &[
            "ukey_apdu",
            "ukey_crypto",
            "ukey_token",
            "ukey_firmware_sim",
        ],
    },
    Layer {
        folder: "pkcs11-module",
        name: "ukey_pkcs11",
        may_use: &["ukey_crypto", "ukey_ffi", "ukey_host", "ukey_token"],
    },
    Layer {
        folder: "skf-bridge",
        name: "ukey_skf",
        may_use: &["ukey_crypto", "ukey_ffi", "ukey_host", "ukey_token"],
    },
    Layer {
        folder: "tools/ukey-agent",
        name: "ukey_agent",
        may_use: &["ukey_crypto", "ukey_host", "ukey_pki", "ukey_token"],
    },
    Layer {
        folder: "tools/ukey-verifier",
        name: "ukey_verifier",
        may_use: &["ukey_crypto", "ukey_pki"],
    },
    Layer {
        folder: "tools/ukey-admin",
        name: "ukey_admin",
        may_use: &["ukey_crypto", "ukey_host", "ukey_pki", "ukey_token"],
    },
];

/// Words of ukey-crypto that make or hold private keys, and the folders that may say them: the
/// algorithms themselves, the token, and the test CA. On the host floor there are no private keys.
const PRIVATE_KEY_TYPES: &[&str] = &["SecretKey", "PrivateKey"];
const PRIVATE_KEY_FOLDERS: &[&str] = &[
    "crates/ukey-crypto/",
    "crates/ukey-rsa-raw/",
    "ukey-firmware-sim/",
    "crates/ukey-pki/",
    // Session keys of PKCS#11 are made, brought in and used in the process.
    "pkcs11-module/src/object/",
    "pkcs11-module/src/mechanism/",
    "pkcs11-module/src/ops/",
    // SKF_Ext… functions compute with keys that the caller hands over in the clear.
    "skf-bridge/src/caller_key",
    // The escrow opens the keys that it keeps, before two officers.
    "tools/ukey-ca/src/kmc",
    // PrivateKey is the name of a member there.
    "skf-bridge/src/abi/types.rs",
    "tests/",
    "xtask/",
];

/// Crates that must not do I/O: the codec and the algorithms.
const WITHOUT_IO: &[&str] = &["crates/ukey-apdu/src/", "crates/ukey-crypto/src/"];
const IO_PATHS: &[&str] = &["std::fs", "std::net", "std::process", "std::env"];

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let files = workspace.rust_files();
    let mut findings = Vec::new();
    for (path, text) in &files {
        for (index, line) in code_only(text).lines().enumerate() {
            for objection in objections(path, line) {
                findings.push(format!("{path}:{}: {objection}", index + 1));
            }
        }
    }
    let note = format!("{} crates keep to their floor", LAYERS.len());
    Outcome::of(findings, note)
}

/// What is wrong with one line of code in `path`.
fn objections(path: &str, line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let is_test = path.contains("/tests/") || path.ends_with("/tests.rs");
    if let Some(layer) = LAYERS
        .iter()
        .find(|layer| path.starts_with(&format!("{}/", layer.folder)))
    {
        found.extend(
            words(line)
                .filter(|word| LAYERS.iter().any(|other| other.name == *word))
                .filter(|word| *word != layer.name && !layer.may_use.contains(word))
                .map(|word| format!("{} must not know {word}", layer.name)),
        );
    }
    if !is_test
        && !PRIVATE_KEY_FOLDERS
            .iter()
            .any(|folder| path.starts_with(folder))
    {
        found.extend(
            words(line)
                .filter(|word| PRIVATE_KEY_TYPES.contains(word))
                .map(|word| format!("private-key type {word} outside the token and the test CA")),
        );
    }
    if !is_test && WITHOUT_IO.iter().any(|folder| path.starts_with(folder)) {
        found.extend(
            IO_PATHS
                .iter()
                .filter(|io| line.contains(*io))
                .map(|io| format!("{io} in a crate without I/O")),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_library_must_not_name_the_simulator() {
        let line = "use ukey_firmware_sim::Device;";
        assert_eq!(objections("crates/ukey-token/src/lib.rs", line).len(), 1);
        assert!(objections("crates/ukey-host/src/lib.rs", line).is_empty());
    }

    #[test]
    fn private_keys_stay_in_the_token() {
        let line = "let key = sm2::SecretKey::generate()?;";
        assert_eq!(objections("skf-bridge/src/ops/ecc.rs", line).len(), 1);
        assert!(objections("ukey-firmware-sim/src/keystore.rs", line).is_empty());
    }

    #[test]
    fn the_codec_does_no_io() {
        assert_eq!(
            objections("crates/ukey-apdu/src/lib.rs", "use std::fs::File;").len(),
            1
        );
    }
}
