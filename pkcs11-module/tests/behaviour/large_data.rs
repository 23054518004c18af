//! Data of many pieces, in one buffer of the caller's or in two.

use crate::harness::*;
use crate::secret_mechanisms::{AES256, IV, counter, gcm_params, hex, in_parts, secret};

/// C_Encrypt with the data at `data_at` and the result at `out_at` of one buffer of the caller's.
fn encrypted_within(
    p11: &P11,
    session: CK_SESSION_HANDLE,
    mut mechanism: Mechanism,
    key: CK_OBJECT_HANDLE,
    data: &[u8],
    (data_at, out_at): (usize, usize),
) -> Vec<u8> {
    let mut buffer = vec![0; data.len() + 4096];
    buffer[data_at..data_at + data.len()].copy_from_slice(data);
    let mut len = (buffer.len() - out_at) as CK_ULONG;
    let mut c = mechanism.c();
    expect(call!(p11, C_EncryptInit(session, &raw mut c, key)));
    let start = buffer.as_mut_ptr();
    let (from, to) = (start.wrapping_add(data_at), start.wrapping_add(out_at));
    expect(call!(
        p11,
        C_Encrypt(session, from, data.len() as CK_ULONG, to, &raw mut len)
    ));
    buffer[out_at..out_at + len as usize].to_vec()
}

#[test]
fn large_data_is_the_same_in_place_overlapping_and_apart() {
    let (p11, session) = P11::user();
    let aes = secret(&p11, session, CKK_AES, AES256);
    let sm4 = secret(&p11, session, CKK_SM4, "0123456789abcdeffedcba9876543210");
    let iv = hex("00001234567800000000abcd");
    let gcm = || gcm_params(&iv, b"aad", 128);
    let data: Vec<u8> = (0..200_016u32)
        .map(|n| (n.wrapping_mul(n) >> 7) as u8)
        .collect();
    for (number, parameter, key, len) in [
        (CKM_AES_CBC, hex(IV), aes, 200_016),
        (CKM_AES_CBC_PAD, hex(IV), aes, 200_001),
        (CKM_AES_CTR, counter(), aes, 200_001),
        (CKM_AES_GCM, gcm(), aes, 200_001),
        (CKM_SM4_CBC, hex(IV), sm4, 131_072),
        (CKM_SM4_CTR, counter(), sm4, 200_001),
        (CKM_SM4_GCM, gcm(), sm4, 131_072),
        (CKM_SM4_GCM, gcm(), sm4, 200_001),
    ] {
        let (data, mechanism) = (&data[..len], || Mechanism(number, parameter.clone()));
        let apart = p11.encrypt(session, mechanism(), key, data).unwrap();
        assert_eq!(
            p11.decrypt(session, mechanism(), key, &apart).unwrap(),
            data
        );
        for places in [(0, 0), (1, 0), (0, 1), (0, 2048), (2048, 0)] {
            let within = encrypted_within(&p11, session, mechanism(), key, data, places);
            assert!(within == apart, "{number:#x} {places:?}");
        }
        let parts = in_parts(&p11, session, true, &mechanism, key, data, 70_000);
        assert!(parts == apart, "{number:#x} in parts");
    }
}
