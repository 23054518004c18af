//! Tokens with a few keys: signatures, encryption, a short-lived object; and SM2, which SoftHSM2
//! does not have, beside the bare algorithm.

use cryptoki_sys::{CKM_ECDSA, CKM_RSA_PKCS};
use ukey_crypto::{ec, hash::HashAlg, rsa, sm2};

use super::threads::{self, Signer};
use super::{Both, Sessions, micros};
use crate::module::{CKM_SM2, Module};
use crate::{Pair, alternate};

const DIGEST: [u8; 32] = [0x5A; 32];

pub(super) fn run(both: &Both) {
    let sessions = both.begin();
    signatures(both, &sessions);
    for (size, what, asked) in [(16, "16 B", 5.0), (16 * 1024, "16 KiB", 1.0)] {
        encryption(both, &sessions, size).versus(
            &format!("AES-256-CBC, C_EncryptInit + C_Encrypt, {what}"),
            asked,
        );
    }
    passing_object(both, &sessions).versus("create + destroy a token object", 1.0);
    let (sign, verify) = sm2(&both.ours, sessions.ours);
    within(&sign, "SM2: C_SignInit + C_Sign");
    within(&verify, "SM2: C_VerifyInit + C_Verify");
    both.ours.finalize();
    both.softhsm.finalize();
}

fn signatures(both: &Both, sessions: &Sessions) {
    let (ours, softhsm) = (&both.ours, &both.softhsm);
    let p256 = |module: &Module, session| module.generate_p256(session).private;
    let signer = |module, key| Signer {
        module,
        key,
        mechanism: CKM_ECDSA,
        data: &DIGEST,
    };
    let bare_p256 = ec::PrivateKey::generate(ec::Curve::P256).unwrap();
    threads::compare(
        "ECDSA P-256",
        signer(ours, p256(ours, sessions.ours)),
        signer(softhsm, p256(softhsm, sessions.softhsm)),
        || drop(bare_p256.sign_digest(&DIGEST).unwrap()),
    );
    let info = HashAlg::Sha256.digest_info(&DIGEST).unwrap();
    let rsa = |module: &Module, session| module.generate_rsa(session).private;
    let signer = |module, key| Signer {
        module,
        key,
        mechanism: CKM_RSA_PKCS,
        data: &info,
    };
    let bare_rsa = rsa::PrivateKey::generate(2048).unwrap();
    threads::compare(
        "RSA-2048",
        signer(ours, rsa(ours, sessions.ours)),
        signer(softhsm, rsa(softhsm, sessions.softhsm)),
        || drop(bare_rsa.sign_pkcs1v15(&info).unwrap()),
    );
}

fn encryption(both: &Both, sessions: &Sessions, size: usize) -> Pair {
    let ours = both.ours.generate_aes(sessions.ours);
    let theirs = both.softhsm.generate_aes(sessions.softhsm);
    let (mut data, mut other) = (vec![0x3C; size], vec![0x3C; size]);
    alternate(
        2000,
        || both.ours.encrypt_cbc(sessions.ours, ours, &mut data),
        || {
            both.softhsm
                .encrypt_cbc(sessions.softhsm, theirs, &mut other)
        },
    )
}

/// Durable: a token object is on the disk when the call returns. (SoftHSM2 leaves that to the
/// system; its file is gone after a power cut.)
fn passing_object(both: &Both, sessions: &Sessions) -> Pair {
    let once = |module: &Module, session| {
        let object = module.create_data(session, "passing");
        module.destroy(session, object);
    };
    alternate(
        200,
        || once(&both.ours, sessions.ours),
        || once(&both.softhsm, sessions.softhsm),
    )
}

fn sm2(module: &Module, session: u64) -> (Pair, Pair) {
    let token = module.generate_sm2(session);
    let bare = sm2::SecretKey::generate().unwrap();
    let public = bare.public_key();
    let signature = bare.sign_digest(&DIGEST).unwrap();
    let mut bytes = [0; 64];
    let length = module.sign_into(session, CKM_SM2, token.private, &DIGEST, &mut bytes);
    assert_eq!(length, bytes.len());
    let sign = alternate(
        2000,
        || {
            module.sign(session, CKM_SM2, token.private, &DIGEST);
        },
        || {
            bare.sign_digest(&DIGEST).unwrap();
        },
    );
    let verify = alternate(
        2000,
        || module.verify(session, CKM_SM2, token.public, &DIGEST, &bytes),
        || public.verify_digest(&DIGEST, &signature).unwrap(),
    );
    (sign, verify)
}

/// Prints how much is above the bare algorithm, beside the 15 us that are allowed.
fn within(pair: &Pair, what: &str) {
    let (ours, bare) = (micros(pair.ours), micros(pair.bare));
    let above = ours - bare;
    let met = if above <= 15.0 { "met" } else { "missed" };
    println!(
        "{what:<48} {ours:>10.1} us   bare     {bare:>10.1} us   {above:>8.2} us above        asked 15 ({met})",
    );
}
