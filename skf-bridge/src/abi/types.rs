//! C types and structures of GM/T 0016 chapter 6, as `include/skf.h` declares them.
//!
//! `ULONG` is 32 bits (table 1 of the standard) and structures are packed to one byte, as practically all headers in the
//! field have it. Byte arrays hold big-endian numbers, `ULONG` members are in host order.

use std::ffi::c_void;
use std::mem::{offset_of, size_of};

/// 8 bits, unsigned.
pub type BYTE = u8;
/// 8 bits, unsigned (table 1).
pub type CHAR = u8;
/// 32 bits by definition of the standard, on LP64 too.
pub type ULONG = u32;
/// 32 bits, unsigned.
pub type DWORD = u32;
/// 32 bits; anything but zero is TRUE.
pub type BOOL = i32;
/// NUL-terminated UTF-8.
pub type LPSTR = *mut CHAR;
/// Opaque handle; never an address.
pub type HANDLE = *mut c_void;
/// Handle of a connected device.
pub type DEVHANDLE = HANDLE;
/// Handle of an open application.
pub type HAPPLICATION = HANDLE;
/// Handle of an open container.
pub type HCONTAINER = HANDLE;

/// Bytes of an RSA modulus field (2048 bits).
pub const MAX_RSA_MODULUS_LEN: usize = 256;
/// Bytes of an RSA exponent field.
pub const MAX_RSA_EXPONENT_LEN: usize = 4;
/// Bytes of an elliptic curve number field (512 bits).
pub const ECC_FIELD_LEN: usize = 64;
/// Bytes of the IV field.
pub const MAX_IV_LEN: usize = 32;
/// Bytes of an [`ECCCIPHERBLOB`] before its ciphertext.
pub const ECC_CIPHER_HEAD_LEN: usize = 164;

/// Version, one byte each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(C, packed)]
pub struct VERSION {
    /// Major number.
    pub major: BYTE,
    /// Minor number.
    pub minor: BYTE,
}

/// Device information (6.4.2).
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub struct DEVINFO {
    /// Version of this structure: 1.0.
    pub Version: VERSION,
    /// Manufacturer, NUL padded.
    pub Manufacturer: [CHAR; 64],
    /// Issuer, NUL padded.
    pub Issuer: [CHAR; 64],
    /// Label, NUL padded.
    pub Label: [CHAR; 32],
    /// Serial number, NUL padded.
    pub SerialNumber: [CHAR; 32],
    /// Hardware version.
    pub HWVersion: VERSION,
    /// Firmware version.
    pub FirmwareVersion: VERSION,
    /// Block ciphers, ORed identifiers.
    pub AlgSymCap: ULONG,
    /// Public-key algorithms, ORed identifiers.
    pub AlgAsymCap: ULONG,
    /// Digests, ORed identifiers.
    pub AlgHashCap: ULONG,
    /// The one identifier used for device authentication.
    pub DevAuthAlgId: ULONG,
    /// Bytes in all.
    pub TotalSpace: ULONG,
    /// Bytes free.
    pub FreeSpace: ULONG,
    /// Longest SM2 plaintext in bytes.
    pub MaxECCBufferSize: ULONG,
    /// Most bytes per call of the block ciphers and digests.
    pub MaxBufferSize: ULONG,
    /// Reserved.
    pub Reserved: [BYTE; 64],
}

/// RSA public key (6.4.3); numbers right-aligned.
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub struct RSAPUBLICKEYBLOB {
    /// `SGD_RSA`.
    pub AlgID: ULONG,
    /// Bits of the modulus.
    pub BitLen: ULONG,
    /// Modulus.
    pub Modulus: [BYTE; MAX_RSA_MODULUS_LEN],
    /// Public exponent.
    pub PublicExponent: [BYTE; MAX_RSA_EXPONENT_LEN],
}

/// RSA private key (6.4.4); numbers right-aligned.
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub struct RSAPRIVATEKEYBLOB {
    /// `SGD_RSA`.
    pub AlgID: ULONG,
    /// Bits of the modulus.
    pub BitLen: ULONG,
    /// Modulus n.
    pub Modulus: [BYTE; MAX_RSA_MODULUS_LEN],
    /// Public exponent e.
    pub PublicExponent: [BYTE; MAX_RSA_EXPONENT_LEN],
    /// Private exponent d.
    pub PrivateExponent: [BYTE; MAX_RSA_MODULUS_LEN],
    /// Prime p.
    pub Prime1: [BYTE; MAX_RSA_MODULUS_LEN / 2],
    /// Prime q.
    pub Prime2: [BYTE; MAX_RSA_MODULUS_LEN / 2],
    /// d mod (p-1).
    pub Prime1Exponent: [BYTE; MAX_RSA_MODULUS_LEN / 2],
    /// d mod (q-1).
    pub Prime2Exponent: [BYTE; MAX_RSA_MODULUS_LEN / 2],
    /// q^-1 mod p.
    pub Coefficient: [BYTE; MAX_RSA_MODULUS_LEN / 2],
}

/// SM2 public key (6.4.5); the 32 significant bytes of each field stand last.
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub struct ECCPUBLICKEYBLOB {
    /// 256.
    pub BitLen: ULONG,
    /// X.
    pub XCoordinate: [BYTE; ECC_FIELD_LEN],
    /// Y.
    pub YCoordinate: [BYTE; ECC_FIELD_LEN],
}

/// SM2 private key (6.4.6).
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub struct ECCPRIVATEKEYBLOB {
    /// 256.
    pub BitLen: ULONG,
    /// d, right-aligned.
    pub PrivateKey: [BYTE; ECC_FIELD_LEN],
}

/// SM2 ciphertext (6.4.7); real size 164 + `CipherLen`.
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub struct ECCCIPHERBLOB {
    /// X of C1, right-aligned.
    pub XCoordinate: [BYTE; ECC_FIELD_LEN],
    /// Y of C1, right-aligned.
    pub YCoordinate: [BYTE; ECC_FIELD_LEN],
    /// C3.
    pub HASH: [BYTE; 32],
    /// Bytes at `Cipher`.
    pub CipherLen: ULONG,
    /// C2; the first of `CipherLen` bytes.
    pub Cipher: [BYTE; 1],
}

/// SM2 signature (6.4.8).
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub struct ECCSIGNATUREBLOB {
    /// r, right-aligned.
    pub r: [BYTE; ECC_FIELD_LEN],
    /// s, right-aligned.
    pub s: [BYTE; ECC_FIELD_LEN],
}

/// Block cipher parameters (6.4.9).
#[derive(Debug, Clone, Copy)]
#[repr(C, packed)]
pub struct BLOCKCIPHERPARAM {
    /// Initial value.
    pub IV: [BYTE; MAX_IV_LEN],
    /// Bytes used of `IV`.
    pub IVLen: ULONG,
    /// 0 none, 1 PKCS#5.
    pub PaddingType: ULONG,
    /// Bits of feedback, for CFB and OFB.
    pub FeedBitLen: ULONG,
}

/// Encryption key pair protected for one container (6.4.10); real size 372 + `ECCCipherBlob.CipherLen`.
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub struct ENVELOPEDKEYBLOB {
    /// 1.
    pub Version: ULONG,
    /// Block cipher of the private key, in ECB mode.
    pub ulSymmAlgID: ULONG,
    /// Bits of the key: 256.
    pub ulBits: ULONG,
    /// Private key under the session key.
    pub cbEncryptedPriKey: [BYTE; 64],
    /// Public key of the pair.
    pub PubKey: ECCPUBLICKEYBLOB,
    /// Session key under the container's signature public key.
    pub ECCCipherBlob: ECCCIPHERBLOB,
}

/// File name, size and rights (6.4.11).
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub struct FILEATTRIBUTE {
    /// Name, NUL padded.
    pub FileName: [CHAR; 32],
    /// Size in bytes.
    pub FileSize: ULONG,
    /// Who may read.
    pub ReadRights: ULONG,
    /// Who may write.
    pub WriteRights: ULONG,
}

// The layout that C sees; the same numbers are asserted in tests/c/skf_layout.c against the header.
const _: () = {
    assert!(size_of::<ULONG>() == 4 && size_of::<BOOL>() == 4);
    assert!(size_of::<VERSION>() == 2);
    assert!(size_of::<DEVINFO>() == 294);
    assert!(offset_of!(DEVINFO, Manufacturer) == 2 && offset_of!(DEVINFO, Issuer) == 66);
    assert!(offset_of!(DEVINFO, Label) == 130 && offset_of!(DEVINFO, SerialNumber) == 162);
    assert!(offset_of!(DEVINFO, HWVersion) == 194 && offset_of!(DEVINFO, FirmwareVersion) == 196);
    assert!(offset_of!(DEVINFO, AlgSymCap) == 198 && offset_of!(DEVINFO, AlgAsymCap) == 202);
    assert!(offset_of!(DEVINFO, AlgHashCap) == 206 && offset_of!(DEVINFO, DevAuthAlgId) == 210);
    assert!(offset_of!(DEVINFO, TotalSpace) == 214 && offset_of!(DEVINFO, FreeSpace) == 218);
    assert!(offset_of!(DEVINFO, MaxECCBufferSize) == 222 && offset_of!(DEVINFO, Reserved) == 230);
    assert!(offset_of!(DEVINFO, MaxBufferSize) == 226);
    assert!(size_of::<RSAPUBLICKEYBLOB>() == 268);
    assert!(offset_of!(RSAPUBLICKEYBLOB, Modulus) == 8);
    assert!(offset_of!(RSAPUBLICKEYBLOB, PublicExponent) == 264);
    assert!(size_of::<RSAPRIVATEKEYBLOB>() == 1164);
    assert!(offset_of!(RSAPRIVATEKEYBLOB, PrivateExponent) == 268);
    assert!(offset_of!(RSAPRIVATEKEYBLOB, Prime1) == 524);
    assert!(offset_of!(RSAPRIVATEKEYBLOB, Prime2) == 652);
    assert!(offset_of!(RSAPRIVATEKEYBLOB, Prime1Exponent) == 780);
    assert!(offset_of!(RSAPRIVATEKEYBLOB, Prime2Exponent) == 908);
    assert!(offset_of!(RSAPRIVATEKEYBLOB, Coefficient) == 1036);
    assert!(size_of::<ECCPUBLICKEYBLOB>() == 132);
    assert!(offset_of!(ECCPUBLICKEYBLOB, XCoordinate) == 4);
    assert!(offset_of!(ECCPUBLICKEYBLOB, YCoordinate) == 68);
    assert!(size_of::<ECCPRIVATEKEYBLOB>() == 68);
    assert!(size_of::<ECCCIPHERBLOB>() == ECC_CIPHER_HEAD_LEN + 1);
    assert!(offset_of!(ECCCIPHERBLOB, YCoordinate) == 64 && offset_of!(ECCCIPHERBLOB, HASH) == 128);
    assert!(offset_of!(ECCCIPHERBLOB, CipherLen) == 160);
    assert!(offset_of!(ECCCIPHERBLOB, Cipher) == ECC_CIPHER_HEAD_LEN);
    assert!(size_of::<ECCSIGNATUREBLOB>() == 128 && offset_of!(ECCSIGNATUREBLOB, s) == 64);
    assert!(size_of::<BLOCKCIPHERPARAM>() == 44);
    assert!(offset_of!(BLOCKCIPHERPARAM, IVLen) == 32);
    assert!(offset_of!(BLOCKCIPHERPARAM, PaddingType) == 36);
    assert!(offset_of!(BLOCKCIPHERPARAM, FeedBitLen) == 40);
    assert!(size_of::<ENVELOPEDKEYBLOB>() == 373);
    assert!(offset_of!(ENVELOPEDKEYBLOB, ulSymmAlgID) == 4);
    assert!(offset_of!(ENVELOPEDKEYBLOB, ulBits) == 8);
    assert!(offset_of!(ENVELOPEDKEYBLOB, cbEncryptedPriKey) == 12);
    assert!(offset_of!(ENVELOPEDKEYBLOB, PubKey) == 76);
    assert!(offset_of!(ENVELOPEDKEYBLOB, ECCCipherBlob) == 208);
    assert!(size_of::<FILEATTRIBUTE>() == 44);
    assert!(offset_of!(FILEATTRIBUTE, FileSize) == 32);
    assert!(offset_of!(FILEATTRIBUTE, ReadRights) == 36);
    assert!(offset_of!(FILEATTRIBUTE, WriteRights) == 40);
};
