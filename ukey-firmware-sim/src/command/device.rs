//! Device commands (GM/T 0017 9.1, 9.6.2).

use crate::card::{Card, crypto_status};
use crate::fs::device::Identity;
use crate::store::Transaction;
use ukey_apdu::devinfo::{DevInfo, PaddedText, PinHash, Version};
use ukey_apdu::id::AlgId;
use ukey_apdu::request::device::{GenRandom, GetDevInfo, SetLabel};
use ukey_apdu::{Bytes, Empty, NE_ALL, StatusWord};

/// SM4 in ECB, CBC, CFB, OFB and as MAC.
const SYMMETRIC: u32 = AlgId::SGD_SM4_ECB.0
    | AlgId::SGD_SM4_CBC.0
    | AlgId::SGD_SM4_CFB.0
    | AlgId::SGD_SM4_OFB.0
    | AlgId::SGD_SM4_MAC.0;
/// RSA, and SM2 in both numberings in use.
const ASYMMETRIC: u32 = 0x0003_0F00;
const HASH: u32 = AlgId::SGD_SM3.0 | AlgId::SGD_SHA1.0 | AlgId::SGD_SHA256.0;

/// SetLabel, 9.1.2.
pub(crate) fn set_label(card: &mut Card, request: SetLabel) -> Result<Empty, StatusWord> {
    let mut identity = Identity::load(&card.flash)?;
    if identity.label != request.label {
        identity.label.clone_from(&request.label);
        let mut change = Transaction::new();
        identity.store(&mut change);
        card.commit(change)?;
    }
    Ok(Empty)
}

/// GetDevInfo, 9.1.3.
pub(crate) fn get_dev_info(card: &mut Card, _: GetDevInfo) -> Result<DevInfo, StatusWord> {
    let identity = Identity::load(&card.flash)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let bytes = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(DevInfo {
        struct_version: Version { major: 1, minor: 0 },
        specification_version: Version { major: 1, minor: 0 },
        manufacturer: PaddedText::new(&text(&identity.manufacturer)),
        issuer: PaddedText::new(&text(&identity.issuer)),
        label: PaddedText::from_bytes(&identity.label).unwrap_or(PaddedText::new("")),
        serial_number: PaddedText::new(&text(&identity.serial)),
        hw_version: Version { major: 1, minor: 0 },
        firmware_version: firmware_version(),
        alg_sym_cap: SYMMETRIC,
        alg_asym_cap: ASYMMETRIC,
        alg_hash_cap: HASH,
        dev_auth_alg_id: AlgId::SGD_SM4_ECB.0,
        total_space: bytes(card.flash.total_space()),
        free_space: bytes(card.flash.free_space()),
        max_apdu_data_len: card.config.max_command_data,
        user_auth_method: match identity.pin_hash {
            PinHash::Sha1 => 0,
            PinHash::Sm3 => 1,
        },
        device_type: 1,
        max_container_num: card.config.max_containers,
        max_cert_num: card.config.max_certs,
        max_file_num: card.config.max_files,
        reserved: [0; 54],
    })
}

/// The version of this crate.
fn firmware_version() -> Version {
    let part = |text: &str| text.parse().unwrap_or(0);
    Version {
        major: part(env!("CARGO_PKG_VERSION_MAJOR")),
        minor: part(env!("CARGO_PKG_VERSION_MINOR")),
    }
}

/// GenRandom, 9.6.2. Eight bytes or more become the challenge.
pub(crate) fn gen_random(card: &mut Card, request: GenRandom) -> Result<Bytes, StatusWord> {
    let most = card.config.max_response_data;
    let length = match request.length {
        NE_ALL => most,
        length => length as usize,
    };
    let mut random = vec![0; length];
    ukey_crypto::rng::fill(&mut random).map_err(crypto_status)?;
    card.ram.security.draw(&random);
    Ok(Bytes(random))
}
