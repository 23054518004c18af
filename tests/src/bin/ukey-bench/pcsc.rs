//! Over PC/SC: C_Sign against a bare SCardTransmit of the same APDU to the same card, which
//! contains the simulator's own computing time.

use crate::{
    alternate,
    module::{CKM_SM2, Module},
    section,
};
use pcsc::{Card, Context, Protocols, Scope, ShareMode};
use std::path::Path;
use ukey_tests::{PcscLab, pcsc_environment, release_file};

/// Marks the inner process, which has the environment of the lab.
pub(crate) const INNER: &str = "pcsc-inside";

pub(crate) fn run() {
    let folder = tempfile::tempdir().unwrap();
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .arg(INNER)
        .arg(folder.path())
        .envs(pcsc_environment(folder.path()))
        .status()
        .unwrap();
    assert!(status.success());
}

pub(crate) fn run_inside(folder: &Path) {
    section("PC/SC: pcscd, virtual reader, ukey-sim");
    let mut lab = PcscLab::start(folder).unwrap();
    lab.insert(0, &folder.join("token.img")).unwrap();
    let module = Module::load(&release_file("libukey_pkcs11.so").unwrap());
    module.initialize();
    module.initialize_token();
    let session = module.open();
    module.login(session);
    let key = module.generate_sm2(session).private;
    let digest = [0x5A; 32];
    module.sign(session, CKM_SM2, key, &digest);
    let (card, sign) = bare(&lab, &digest);
    let mut buffer = [0; 512];
    alternate(
        1000,
        || {
            assert_eq!(module.sign(session, CKM_SM2, key, &digest), 64);
        },
        || {
            let answer = card.transmit(&sign, &mut buffer).unwrap();
            assert!(answer.ends_with(&[0x90, 0x00]), "{answer:02X?}");
        },
    )
    .print(
        "SM2: C_SignInit + C_Sign",
        "SCardTransmit",
        "ratio at most 1.25",
    );
    module.finalize();
}

/// A second connection to the card, and the very APDU that C_Sign sends: the card knows who is
/// logged in, whichever connection asks.
pub(crate) fn bare(lab: &PcscLab, digest: &[u8; 32]) -> (Card, Vec<u8>) {
    let context = Context::establish(Scope::User).unwrap();
    let reader = std::ffi::CString::new(lab.readers()[0].as_str()).unwrap();
    let card = context
        .connect(&reader, ShareMode::Shared, Protocols::ANY)
        .unwrap();
    let app = ask(
        &card,
        &[&[0x80, 0x26, 0, 0, 4][..], b"UKEY", &[10]].concat(),
    );
    let app = &app[8..10];
    let names = ask(
        &card,
        &[&[0x80, 0x46, 0, 0, 0, 0, 2][..], app, &[0, 0]].concat(),
    );
    let name = names.split(|b| *b == 0).next().unwrap();
    let length = (2 + name.len()) as u8;
    let container = ask(
        &card,
        &[&[0x80, 0x42, 0, 0, length][..], app, name, &[2]].concat(),
    );
    let ids = [app, &container[..]].concat();
    (
        card,
        [&[0x80, 0x74, 2, 0, 36][..], &ids, digest, &[68]].concat(),
    )
}

fn ask(card: &Card, command: &[u8]) -> Vec<u8> {
    let mut buffer = [0; 65_548];
    let answer = card.transmit(command, &mut buffer).unwrap();
    let data = answer.strip_suffix(&[0x90, 0x00]);
    data.unwrap_or_else(|| panic!("{command:02X?} -> {answer:02X?}"))
        .to_vec()
}
