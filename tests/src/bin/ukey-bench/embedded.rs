//! The embedded token: what a signature costs above the bare algorithm.

use crate::{
    alternate,
    module::{CKM_SM2, Module},
    section,
};
use cryptoki_sys::CKM_RSA_PKCS;
use std::time::{Duration, Instant};
use ukey_crypto::{hash::HashAlg, rsa, sm2};
use ukey_tests::{TokenImage, release_file};

pub(crate) fn run() {
    // The library reads its environment when it is initialised: so a process of its own.
    let image = TokenImage::blank().unwrap();
    if std::env::var_os("UKEY_EMBEDDED").is_none() {
        let status = std::process::Command::new(std::env::current_exe().unwrap())
            .arg("embedded")
            .envs(image.environment())
            .status()
            .unwrap();
        assert!(status.success());
        return;
    }
    section("Embedded token");
    let module = Module::load(&release_file("libukey_pkcs11.so").unwrap());
    module.initialize();
    module.initialize_token();
    let session = module.open();
    module.login(session);
    sm2_signature(&module, session);
    rsa_signature(&module, session);
    module.finalize();
    start(&module);
}

fn sm2_signature(module: &Module, session: u64) {
    let token = module.generate_sm2(session).private;
    let bare = sm2::SecretKey::generate().unwrap();
    let digest = [0x5A; 32];
    alternate(
        2000,
        || {
            assert_eq!(module.sign(session, CKM_SM2, token, &digest), 64);
        },
        || {
            bare.sign_digest(&digest).unwrap();
        },
    )
    .print("SM2: C_SignInit + C_Sign", "bare", "at most 15 us above");
}

fn rsa_signature(module: &Module, session: u64) {
    let token = module.generate_rsa(session).private;
    let bare = rsa::PrivateKey::generate(2048).unwrap();
    let info = HashAlg::Sha256.digest_info(&[0x5A; 32]).unwrap();
    alternate(
        200,
        || {
            assert_eq!(module.sign(session, CKM_RSA_PKCS, token, &info), 256);
        },
        || {
            bare.sign_pkcs1v15(&info).unwrap();
        },
    )
    .print("RSA-2048: C_SignInit + C_Sign", "bare", "ratio near 1");
}

fn start(module: &Module) {
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..50 {
        let start = Instant::now();
        module.initialize();
        times.push(start.elapsed());
        module.finalize();
    }
    let micros = crate::median(times).as_secs_f64() * 1e6;
    println!(
        "{:<44} {micros:>9.1} us   goal under 2000 us",
        "C_Initialize"
    );
}
