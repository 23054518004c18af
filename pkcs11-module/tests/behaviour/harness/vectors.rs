//! Answers of standards for authenticated encryption.

use super::*;

/// One answer: key, nonce, additional data, plaintext, ciphertext, tag.
pub struct Aead {
    pub number: CK_MECHANISM_TYPE,
    pub key_type: CK_KEY_TYPE,
    pub key: Vec<u8>,
    pub nonce: Vec<u8>,
    pub aad: Vec<u8>,
    pub text: Vec<u8>,
    pub sealed: Vec<u8>,
    pub tag: Vec<u8>,
}

/// Test case 4 of GCM's specification (McGrew, Viega); SP 800-38C, example 1; RFC 8998, A.1 and A.2.
pub fn aead() -> [Aead; 4] {
    let case = |number, key_type, fields: [&str; 6]| {
        let [key, nonce, aad, text, sealed, tag] = fields.map(hex);
        Aead {
            number,
            key_type,
            key,
            nonce,
            aad,
            text,
            sealed,
            tag,
        }
    };
    let (sm4_key, sm4_nonce, sm4_aad) = (
        "0123456789abcdeffedcba9876543210",
        "00001234567800000000abcd",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
    );
    let sm4_text = concat!(
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd",
        "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
    );
    [
        case(
            CKM_AES_GCM,
            CKK_AES,
            [
                "feffe9928665731c6d6a8f9467308308",
                "cafebabefacedbaddecaf888",
                "feedfacedeadbeeffeedfacedeadbeefabaddad2",
                concat!(
                    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72",
                    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
                ),
                concat!(
                    "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e",
                    "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
                ),
                "5bc94fbc3221a5db94fae95ae7121a47",
            ],
        ),
        case(
            CKM_AES_CCM,
            CKK_AES,
            [
                "404142434445464748494a4b4c4d4e4f",
                "10111213141516",
                "0001020304050607",
                "20212223",
                "7162015b",
                "4dac255d",
            ],
        ),
        case(
            CKM_SM4_GCM,
            CKK_SM4,
            [
                sm4_key,
                sm4_nonce,
                sm4_aad,
                sm4_text,
                concat!(
                    "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735",
                    "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
                ),
                "83de3541e4c2b58177e065a9bf7b62ec",
            ],
        ),
        case(
            CKM_SM4_CCM,
            CKK_SM4,
            [
                sm4_key,
                sm4_nonce,
                sm4_aad,
                sm4_text,
                concat!(
                    "48af93501fa62adbcd414cce6034d895dda1bf8f132f042098661572e7483094",
                    "fd12e518ce062c98acee28d95df4416bed31a2f04476c18bb40c84a74b97dc5b"
                ),
                "16842d4fa186f56ab33256971fa110f4",
            ],
        ),
    ]
}

/// The parameter of one message, or of one key, whose nonce and tag lie in the caller's memory.
pub fn message_parameter(
    number: CK_MECHANISM_TYPE,
    nonce: &mut [u8],
    generator: CK_GENERATOR_FUNCTION,
    data_len: usize,
    tag: &mut [u8],
) -> Vec<u8> {
    let (nonce_at, nonce_len) = (nonce.as_mut_ptr(), nonce.len() as CK_ULONG);
    let (tag_at, tag_len) = (tag.as_mut_ptr(), tag.len() as CK_ULONG);
    if matches!(number, CKM_AES_GCM | CKM_SM4_GCM) {
        return bytes_of(&CK_GCM_MESSAGE_PARAMS {
            pIv: nonce_at,
            ulIvLen: nonce_len,
            ulIvFixedBits: 0,
            ivGenerator: generator,
            pTag: tag_at,
            ulTagBits: 8 * tag_len,
        });
    }
    bytes_of(&CK_CCM_MESSAGE_PARAMS {
        ulDataLen: data_len as CK_ULONG,
        pNonce: nonce_at,
        ulNonceLen: nonce_len,
        ulNonceFixedBits: 0,
        nonceGenerator: generator,
        pMAC: tag_at,
        ulMACLen: tag_len,
    })
}
