//! The numbers of the Chinese algorithms. The standard reserves none, so all are vendor-defined (bit 31);
//! `docs/pkcs11-profile.md` explains the choice and lists the aliases. Numbers that other public modules
//! use are kept where they exist; the rest stands in the block `0xD54B0000` ("UK" with the vendor bit).

use super::types::{CK_KEY_TYPE, CK_MECHANISM_TYPE, CK_ULONG};

/// SM4 secret key, 16 bytes.
pub const CKK_SM4: CK_KEY_TYPE = 0x8000_0015;
/// SM2 key on the recommended curve of GB/T 32918.5.
pub const CKK_SM2: CK_KEY_TYPE = 0x8000_0016;

/// SM3 digest (GB/T 32905).
pub const CKM_SM3: CK_MECHANISM_TYPE = 0x8000_0B01;
/// SM2 key pair generation.
pub const CKM_SM2_KEY_PAIR_GEN: CK_MECHANISM_TYPE = 0x8000_0B20;
/// SM2 signature over a 32-byte `e = SM3(Z ‖ M)`; r ‖ s.
pub const CKM_SM2: CK_MECHANISM_TYPE = 0x8000_0B21;
/// SM2 signature with SM3 and Z over a message; r ‖ s. The parameter is the signer's identifier.
pub const CKM_SM2_SM3: CK_MECHANISM_TYPE = 0x8000_0B22;
/// As [`CKM_SM2_SM3`], the signature as DER `SEQUENCE { r, s }`.
pub const CKM_SM2_SM3_DER: CK_MECHANISM_TYPE = 0xD54B_0003;
/// SM2 encryption; the parameter chooses the layout of the ciphertext.
pub const CKM_SM2_ENCRYPT: CK_MECHANISM_TYPE = 0xD54B_0004;
/// SM2 encryption, the ciphertext as DER (GM/T 0009).
pub const CKM_SM2_ENCRYPT_DER: CK_MECHANISM_TYPE = 0xD54B_0005;

/// Parameter of [`CKM_SM2_ENCRYPT`]: C1 ‖ C3 ‖ C2 with C1 = 04 ‖ x ‖ y (also without parameter).
pub const SM2_LAYOUT_C1C3C2: CK_ULONG = 0;
/// Parameter of [`CKM_SM2_ENCRYPT`]: C1 ‖ C2 ‖ C3.
pub const SM2_LAYOUT_C1C2C3: CK_ULONG = 1;
/// Parameter of [`CKM_SM2_ENCRYPT`]: DER `SM2Cipher` (GM/T 0009).
pub const SM2_LAYOUT_DER: CK_ULONG = 2;

/// Key-type numbers of other modules that mean one of ours, read wherever a key type is read.
const KEY_TYPE_ALIASES: &[(CK_KEY_TYPE, CK_KEY_TYPE)] = &[
    (0xFFFF_F002, CKK_SM4),
    (0x8000_0106, CKK_SM4),
    (0x8000_0002, CKK_SM4),
    (0x8005_0001, CKK_SM4),
    (0xFFFF_F001, CKK_SM2),
    (0x8000_0004, CKK_SM2),
    (0x8005_0002, CKK_SM2),
];

/// Mechanism numbers of other modules that mean one of ours.
pub(crate) const MECHANISM_ALIASES: &[(CK_MECHANISM_TYPE, CK_MECHANISM_TYPE)] = &[
    (0xFFFF_F005, CKM_SM3),
    (0x8000_9001, CKM_SM3),
    (0x8000_0005, CKM_SM3),
    (0x8005_000E, CKM_SM3),
    (0xFFFF_F001, CKM_SM2_KEY_PAIR_GEN),
    (0x8000_8001, CKM_SM2_KEY_PAIR_GEN),
    (0x8005_000A, CKM_SM2_KEY_PAIR_GEN),
    (0xFFFF_F002, CKM_SM2),
    (0x8000_8104, CKM_SM2),
    (0x8000_8000, CKM_SM2),
    (0x8005_000B, CKM_SM2),
    (0xFFFF_F003, CKM_SM2_SM3),
    (0x8000_8102, CKM_SM2_SM3),
    (0x8000_8100, CKM_SM2_SM3),
    (0x8005_000C, CKM_SM2_SM3),
    (0x8000_8103, CKM_SM2_SM3_DER),
    (0x8000_8101, CKM_SM2_SM3_DER),
    (0xFFFF_F004, CKM_SM2_ENCRYPT),
    (0x8000_8200, CKM_SM2_ENCRYPT),
    (0x8005_000D, CKM_SM2_ENCRYPT),
    (0x8000_8201, CKM_SM2_ENCRYPT_DER),
    (0x8000_0201, CKM_SM2_ENCRYPT_DER),
];

/// The family that `C_GetMechanismList` lists besides the canonical numbers: xipki's, which that client
/// then finds without a vendor file.
pub(crate) const LISTED_ALIASES: std::ops::RangeInclusive<CK_MECHANISM_TYPE> =
    0xFFFF_F000..=0xFFFF_F0FF;

/// The canonical number of a key type.
pub fn canonical_key_type(key_type: CK_KEY_TYPE) -> CK_KEY_TYPE {
    lookup(KEY_TYPE_ALIASES, key_type)
}

/// The canonical number of a mechanism.
pub fn canonical_mechanism(mechanism: CK_MECHANISM_TYPE) -> CK_MECHANISM_TYPE {
    lookup(MECHANISM_ALIASES, mechanism)
}

fn lookup(table: &[(CK_ULONG, CK_ULONG)], number: CK_ULONG) -> CK_ULONG {
    table
        .iter()
        .find(|(alias, _)| *alias == number)
        .map_or(number, |(_, canonical)| *canonical)
}
