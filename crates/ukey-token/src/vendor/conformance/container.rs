//! Cases on containers: keys, signatures, decryption, certificates.

use super::{Case, OWN_CONTAINER, Objection, Outcome, Subject, demand, reading::EXAMPLE, refused};
use crate::vendor::layout::{self, Layout};
use ukey_crypto::{rsa, sm2, sm4};
use ukey_ffi::foreign::ForeignHandle;

const CERTIFICATE_NOT_FOUND: u32 = 0x0A00_001C;
const KEY_NOT_FOUND: u32 = 0x0A00_001B;
const USER_NOT_LOGGED_IN: u32 = 0x0A00_002D;
const CONTAINER_NOT_EXISTS: u32 = 0x0A00_0036;
const CONTAINER_EXISTS: u32 = 0x0A00_0037;
/// SGD_SM2_1 of GM/T 0006, and of the drafts.
const SM2_IDS: [u32; 2] = [0x0002_0200, 0x0002_0100];
/// Bytes of a number's field.
const FIELD: usize = 64;

pub(super) const CASES: &[Case] = &[
    Case::new(
        "container",
        "a container is listed, and is made only once",
        container,
    )
    .logged_in(),
    Case::new(
        "no-container",
        "a missing container is refused",
        no_container,
    )
    .logged_in(),
    Case::new(
        "type",
        "a container's type is 0 without and 2 with an SM2 key",
        kind,
    )
    .logged_in(),
    Case::new("no-key", "signing without a key is refused", no_key).logged_in(),
    Case::new(
        "sm2-ids",
        "SKF_GenECCKeyPair takes the numbers of both families",
        sm2_ids,
    )
    .logged_in(),
    Case::new("alignment", "numbers stand last in their fields", alignment).logged_in(),
    Case::new(
        "sm2-sign",
        "a signature verifies with the key that was told",
        sm2_sign,
    )
    .logged_in(),
    Case::new(
        "sm2-import",
        "an enveloped pair is imported and told",
        sm2_import,
    )
    .logged_in(),
    Case::new("sm2-decrypt", "the imported key decrypts", sm2_decrypt).logged_in(),
    Case::new(
        "rsa",
        "an RSA signature verifies with the key that was told",
        rsa_sign,
    )
    .logged_in(),
    Case::new(
        "certificate",
        "a certificate comes back as it was",
        certificate,
    )
    .logged_in(),
    Case::new(
        "logout",
        "after SKF_ClearSecureState nothing is signed",
        logout,
    )
    .logged_in(),
    Case::new(
        "close-order",
        "a container outlives the handle of its application",
        close_order,
    )
    .logged_in(),
];

fn container(subject: &Subject<'_>) -> Outcome {
    subject.with_container(|_, application, _| {
        let list = subject.skf.containers(application)?;
        let is_listed = layout::names(&list).contains(&OWN_CONTAINER);
        demand(is_listed, || {
            "SKF_EnumContainer does not tell it".to_owned()
        })?;
        let again = subject.skf.create_container(application, OWN_CONTAINER);
        refused(again, CONTAINER_EXISTS)?;
        subject.skf.delete_container(application, OWN_CONTAINER)?;
        let list = subject.skf.containers(application)?;
        let is_listed = layout::names(&list).contains(&OWN_CONTAINER);
        demand(!is_listed, || {
            "it is listed after it was deleted".to_owned()
        })
    })
}

fn no_container(subject: &Subject<'_>) -> Outcome {
    subject.with_login(|_, application| {
        let answer = subject
            .skf
            .open_container(application, b"no such container");
        refused(answer, CONTAINER_NOT_EXISTS)
    })
}

fn kind(subject: &Subject<'_>) -> Outcome {
    subject.with_container(|_, _, container| {
        let empty = subject.skf.container_type(container)?;
        demand(empty == 0, || format!("without a key it is {empty}"))?;
        generate(subject, container)?;
        let full = subject.skf.container_type(container)?;
        demand(full == 2, || format!("with an SM2 key it is {full}"))
    })
}

/// The structure of a new SM2 key, made with whichever number the library takes.
fn generate(subject: &Subject<'_>, container: ForeignHandle) -> Outcome<Vec<u8>> {
    let make = |id| subject.skf.generate_sm2(container, id, Layout::LARGEST);
    Ok(make(SM2_IDS[0]).or_else(|_| make(SM2_IDS[1]))?)
}

fn key(subject: &Subject<'_>, bytes: &[u8]) -> Outcome<sm2::PublicKey> {
    let mut members = subject.members(bytes);
    let bits = members.ulong();
    demand(bits == 256, || format!("BitLen is {bits}"))?;
    let (x, y) = (members.number(), members.number());
    let (Some(x), Some(y)) = (x, y) else {
        return Err(Objection::Deviates(
            "a coordinate is longer than 32 bytes".to_owned(),
        ));
    };
    let point = [&[4][..], &x, &y].concat();
    let key = sm2::PublicKey::from_sec1(&point);
    key.map_err(|_| Objection::Deviates("the key is not a point of the curve".to_owned()))
}

fn no_key(subject: &Subject<'_>) -> Outcome {
    subject.with_container(|_, _, container| {
        refused(subject.skf.sign_sm2(container, &EXAMPLE.x), KEY_NOT_FOUND)?;
        refused(
            subject.skf.export_public_key(container, true),
            KEY_NOT_FOUND,
        )
    })
}

fn sm2_ids(subject: &Subject<'_>) -> Outcome {
    subject.with_container(|_, _, container| {
        let refused: Vec<String> = SM2_IDS
            .into_iter()
            .filter(|id| {
                let made = subject.skf.generate_sm2(container, *id, Layout::LARGEST);
                made.is_err()
            })
            .map(|id| format!("{id:#010x}"))
            .collect();
        demand(refused.is_empty(), || {
            format!("not taken: {}", refused.join(", "))
        })
    })
}

fn alignment(subject: &Subject<'_>) -> Outcome {
    subject.with_container(|_, _, container| {
        let made = generate(subject, container)?;
        let mut members = subject.members(&made);
        members.ulong();
        let (x, y) = (members.array(FIELD), members.array(FIELD));
        let is_last = |field: &[u8]| field.len() == FIELD && field[..32].iter().all(|b| *b == 0);
        demand(is_last(x) && is_last(y), || "they stand first".to_owned())
    })
}

fn sm2_sign(subject: &Subject<'_>) -> Outcome {
    subject.with_container(|_, _, container| {
        let made = key(subject, &generate(subject, container)?)?;
        let told = key(subject, &subject.skf.export_public_key(container, true)?)?;
        demand(made == told, || {
            "SKF_ExportPublicKey tells another key".to_owned()
        })?;
        let digest = ukey_crypto::sm3::digest(b"tender");
        let bytes = subject.skf.sign_sm2(container, &digest)?;
        let mut members = subject.members(&bytes);
        let (Some(r), Some(s)) = (members.number(), members.number()) else {
            return Err(Objection::Deviates(
                "no signature of two 32-byte numbers".to_owned(),
            ));
        };
        let verified = made.verify_digest(&digest, &sm2::Signature { r, s });
        demand(verified.is_ok(), || "the signature is false".to_owned())
    })
}

/// A container with the key of the standard's example as its encryption pair.
fn with_imported(subject: &Subject<'_>, work: impl FnOnce(ForeignHandle) -> Outcome) -> Outcome {
    const SESSION_KEY: [u8; 16] = [0x3C; 16];
    subject.with_container(|_, _, container| {
        let signing = key(subject, &generate(subject, container)?)?;
        let mut private = [0; FIELD];
        private[32..].copy_from_slice(&EXAMPLE.d);
        let failed = |_| Objection::Skip("this program cannot wrap the key".to_owned());
        sm4::ecb_encrypt(&sm4::Key::from(SESSION_KEY), &mut private).map_err(failed)?;
        let cipher = signing.encrypt(&SESSION_KEY).map_err(failed)?;
        let head = subject
            .structure()
            .ulong(1)
            .ulong(0x401)
            .ulong(256)
            .array(&private);
        let head = head.ulong(256).number(&EXAMPLE.x).number(&EXAMPLE.y);
        let blob = head.cipher(&cipher).finish();
        subject.at("SKF_ImportECCKeyPair");
        subject.skf.import_sm2(container, &blob)?;
        work(container)
    })
}

fn sm2_import(subject: &Subject<'_>) -> Outcome {
    with_imported(subject, |container| {
        let told = key(subject, &subject.skf.export_public_key(container, false)?)?;
        let is_same = told.x() == EXAMPLE.x && told.y() == EXAMPLE.y;
        demand(is_same, || {
            "SKF_ExportPublicKey tells another key".to_owned()
        })
    })
}

fn sm2_decrypt(subject: &Subject<'_>) -> Outcome {
    let form = subject.skf.sm2_decryption();
    form.ok_or_else(|| Objection::Skip("no function for it is known".to_owned()))?;
    with_imported(subject, |container| {
        let told = key(subject, &subject.skf.export_public_key(container, false)?)?;
        let cipher = told.encrypt(b"the key of the tender");
        let cipher =
            cipher.map_err(|_| Objection::Skip("this program cannot encrypt".to_owned()))?;
        let blob = subject.structure().cipher(&cipher).finish();
        let plain = subject.skf.decrypt_sm2(container, false, &blob)?;
        demand(plain[..] == b"the key of the tender"[..], || {
            "another plaintext".to_owned()
        })
    })
}

fn rsa_sign(subject: &Subject<'_>) -> Outcome {
    subject.with_container(|_, _, container| {
        let made = subject.skf.generate_rsa(container, 2048, Layout::LARGEST)?;
        let mut members = subject.members(&made);
        let (_algorithm, bits) = (members.ulong(), members.ulong());
        demand(bits == 2048, || format!("BitLen is {bits}"))?;
        let (modulus, exponent) = (members.array(256), members.array(4));
        let key = rsa::PublicKey::from_components(modulus, exponent);
        let key = key.map_err(|_| Objection::Deviates("the key is none".to_owned()))?;
        let signature = subject.skf.sign_rsa(container, b"digest info")?;
        let verified = key.verify_pkcs1v15(b"digest info", &signature);
        demand(verified.is_ok(), || "the signature is false".to_owned())
    })
}

fn certificate(subject: &Subject<'_>) -> Outcome {
    subject.with_container(|_, _, container| {
        generate(subject, container)?;
        let none = subject.skf.export_certificate(container, true);
        refused(none, CERTIFICATE_NOT_FOUND)?;
        let der: Vec<u8> = (0..1500_u32).map(|n| n as u8 | 1).collect();
        subject.skf.import_certificate(container, true, &der)?;
        let back = subject.skf.export_certificate(container, true)?;
        demand(back == der, || {
            format!("{} bytes come back, not 1500", back.len())
        })
    })
}

fn logout(subject: &Subject<'_>) -> Outcome {
    subject.with_container(|_, application, container| {
        generate(subject, container)?;
        subject.skf.clear_secure_state(application)?;
        let signed = subject.skf.sign_sm2(container, &EXAMPLE.x);
        let outcome = refused(signed, USER_NOT_LOGGED_IN);
        // What was made is taken away again, which wants a login.
        subject.log_in_again(application);
        outcome
    })
}

fn close_order(subject: &Subject<'_>) -> Outcome {
    subject.with_container(|device, _, container| {
        generate(subject, container)?;
        let own = subject.open_again(device)?;
        subject.skf.close_application(own)?;
        subject.skf.export_public_key(container, true)?;
        Ok(subject.skf.close_container(container)?)
    })
}
