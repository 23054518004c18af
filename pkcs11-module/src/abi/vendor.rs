//! The numbers of the Chinese algorithms. The standard reserves none, so all are vendor-defined (bit 31);
//! `docs/pkcs11-profile.md` explains the choice and lists the aliases. Numbers that other public modules
//! use are kept where they exist; the rest stands in the block `0xD54B0000` ("UK" with the vendor bit).

use super::types::{CK_BBOOL, CK_BYTE, CK_KEY_TYPE, CK_MECHANISM_TYPE, CK_OBJECT_HANDLE, CK_ULONG};

/// SM4 secret key, 16 bytes.
pub const CKK_SM4: CK_KEY_TYPE = 0x8000_0015;
/// SM2 key on the recommended curve of GB/T 32918.5.
pub const CKK_SM2: CK_KEY_TYPE = 0x8000_0016;

/// SM3 digest (GB/T 32905).
pub const CKM_SM3: CK_MECHANISM_TYPE = 0x8000_0B01;
/// HMAC with SM3; the tag has 32 bytes.
pub const CKM_SM3_HMAC: CK_MECHANISM_TYPE = 0x8000_0B02;
/// HMAC with SM3, cut to as many bytes as the parameter says.
pub const CKM_SM3_HMAC_GENERAL: CK_MECHANISM_TYPE = 0x8000_0B03;
/// Secret key from the SM3 digest of another.
pub const CKM_SM3_KEY_DERIVATION: CK_MECHANISM_TYPE = 0x8000_0B04;
/// SM4 key generation.
pub const CKM_SM4_KEY_GEN: CK_MECHANISM_TYPE = 0x8000_0B10;
/// SM4 (GB/T 32907), block by block.
pub const CKM_SM4_ECB: CK_MECHANISM_TYPE = 0x8000_0B11;
/// SM4 in CBC mode (GB/T 17964), whole blocks.
pub const CKM_SM4_CBC: CK_MECHANISM_TYPE = 0x8000_0B12;
/// SM4 in CBC mode with PKCS#7 padding.
pub const CKM_SM4_CBC_PAD: CK_MECHANISM_TYPE = 0x8000_0B13;
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

/// SM2 key agreement (GB/T 32918.3); the parameter is [`CK_SM2_KEY_AGREE_PARAMS`].
pub const CKM_SM2_KEY_AGREE: CK_MECHANISM_TYPE = 0xD54B_0006;
/// SM4 in counter mode; the parameter has the layout of `CK_AES_CTR_PARAMS`.
pub const CKM_SM4_CTR: CK_MECHANISM_TYPE = 0xD54B_0010;
/// SM4 in OFB mode.
pub const CKM_SM4_OFB: CK_MECHANISM_TYPE = 0xD54B_0011;
/// SM4 in CFB mode with feedback of whole blocks.
pub const CKM_SM4_CFB128: CK_MECHANISM_TYPE = 0xD54B_0012;
/// SM4 in GCM (RFC 8998); the parameter is `CK_GCM_PARAMS`.
pub const CKM_SM4_GCM: CK_MECHANISM_TYPE = 0xD54B_0013;
/// SM4 in CCM (RFC 8998); the parameter is `CK_CCM_PARAMS`.
pub const CKM_SM4_CCM: CK_MECHANISM_TYPE = 0xD54B_0014;
/// CBC-MAC with SM4, half a block, as `CKM_AES_MAC` is with AES.
pub const CKM_SM4_MAC: CK_MECHANISM_TYPE = 0xD54B_0015;
/// CBC-MAC with SM4, as many bytes as the parameter says.
pub const CKM_SM4_MAC_GENERAL: CK_MECHANISM_TYPE = 0xD54B_0016;
/// CMAC (SP 800-38B) with SM4.
pub const CKM_SM4_CMAC: CK_MECHANISM_TYPE = 0xD54B_0017;
/// CMAC with SM4, cut to as many bytes as the parameter says.
pub const CKM_SM4_CMAC_GENERAL: CK_MECHANISM_TYPE = 0xD54B_0018;
/// SM4 in XTS mode (GB/T 17964); the key has 32 bytes.
pub const CKM_SM4_XTS: CK_MECHANISM_TYPE = 0xD54B_0019;
/// Secret key from data encrypted with SM4-ECB; the parameter is `CK_KEY_DERIVATION_STRING_DATA`.
pub const CKM_SM4_ECB_ENCRYPT_DATA: CK_MECHANISM_TYPE = 0xD54B_001A;
/// Secret key from data encrypted with SM4-CBC; the layout is that of `CK_AES_CBC_ENCRYPT_DATA_PARAMS`.
pub const CKM_SM4_CBC_ENCRYPT_DATA: CK_MECHANISM_TYPE = 0xD54B_001B;

/// Parameter of [`CKM_SM2_KEY_AGREE`]. The length of the result is CKA_VALUE_LEN of the template.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct CK_SM2_KEY_AGREE_PARAMS {
    /// Whether the caller is A, who began.
    pub bInitiator: CK_BBOOL,
    /// Length of the caller's identifier; 0 for the default.
    pub ulIdLen: CK_ULONG,
    /// The caller's identifier.
    pub pId: *mut CK_BYTE,
    /// Length of the peer's identifier; 0 for the default.
    pub ulPeerIdLen: CK_ULONG,
    /// The peer's identifier.
    pub pPeerId: *mut CK_BYTE,
    /// The caller's temporary private key.
    pub hEphemeralPrivate: CK_OBJECT_HANDLE,
    /// Length of the peer's public key.
    pub ulPeerPublicLen: CK_ULONG,
    /// The peer's public key: 04 ‖ x ‖ y, or that in a DER OCTET STRING.
    pub pPeerPublic: *mut CK_BYTE,
    /// Length of the peer's temporary public key.
    pub ulPeerEphemeralLen: CK_ULONG,
    /// The peer's temporary public key, in the same forms.
    pub pPeerEphemeral: *mut CK_BYTE,
}

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
    (0xFFFF_F006, CKM_SM4_KEY_GEN),
    (0x8000_0107, CKM_SM4_KEY_GEN),
    (0xFFFF_F007, CKM_SM4_ECB),
    (0x8000_0108, CKM_SM4_ECB),
    (0x8005_0004, CKM_SM4_ECB),
    (0xFFFF_F008, CKM_SM4_CBC),
    (0x8000_0109, CKM_SM4_CBC),
    (0xFFFF_F00B, CKM_SM4_CBC_PAD),
    (0x8000_A102, CKM_SM4_CBC_PAD),
    (0x8000_010C, CKM_SM4_CBC_PAD),
    (0x8005_0003, CKM_SM4_CBC_PAD),
    (0xFFFF_F00D, CKM_SM4_GCM),
    (0x8000_010F, CKM_SM4_GCM),
    (0xFFFF_F00C, CKM_SM4_CCM),
    (0xFFFF_F00A, CKM_SM4_MAC),
    (0x8005_8007, CKM_SM4_MAC),
    (0xFFFF_F009, CKM_SM4_MAC_GENERAL),
    (0x8005_0007, CKM_SM4_MAC_GENERAL),
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
