//! Signatures that hold their data, and functions that do two things with one part.

use crate::harness::*;
use std::ptr::null_mut;

fn recover(
    p11: &P11,
    session: CK_SESSION_HANDLE,
    number: CK_MECHANISM_TYPE,
    key: CK_OBJECT_HANDLE,
    signature: &[u8],
) -> Answer {
    let mut mechanism = Mechanism::plain(number);
    expect(call!(
        p11,
        C_VerifyRecoverInit(session, &mut mechanism.c(), key)
    ));
    let (mut out, mut len) = (vec![0; 512], 512);
    let rv = call!(
        p11,
        C_VerifyRecover(
            session,
            signature.as_ptr().cast_mut(),
            signature.len() as CK_ULONG,
            out.as_mut_ptr(),
            &raw mut len
        )
    );
    out.truncate(len as usize);
    if rv == CKR_OK { Ok(out) } else { Err(rv) }
}

fn sign_recover(
    p11: &P11,
    session: CK_SESSION_HANDLE,
    number: CK_MECHANISM_TYPE,
    key: CK_OBJECT_HANDLE,
    data: &[u8],
) -> Answer {
    let mut mechanism = Mechanism::plain(number);
    let rv = call!(p11, C_SignRecoverInit(session, &mut mechanism.c(), key));
    if rv != CKR_OK {
        return Err(rv);
    }
    let (at, data_len) = (data.as_ptr().cast_mut(), data.len() as CK_ULONG);
    // The length may be asked for first.
    let mut len = 0;
    expect(call!(
        p11,
        C_SignRecover(session, at, data_len, null_mut(), &raw mut len)
    ));
    let mut out = vec![0; len as usize];
    let rv = call!(
        p11,
        C_SignRecover(session, at, data_len, out.as_mut_ptr(), &raw mut len)
    );
    if rv == CKR_OK { Ok(out) } else { Err(rv) }
}

#[test]
fn openssl_recovers_what_we_sign_and_we_what_it_signs() {
    let (p11, session) = P11::user();
    let file = |name: &str| p11.folder.path().join(name);
    let (public, private) = p11.rsa_pair(session, "recover");
    let info = p11.attribute(session, public, CKA_PUBLIC_KEY_INFO).unwrap();
    std::fs::write(file("rsa.pub"), info).unwrap();
    let signature = sign_recover(&p11, session, CKM_RSA_PKCS, private, b"a tender").unwrap();
    std::fs::write(file("signature"), &signature).unwrap();
    #[rustfmt::skip]
    let recovered = p11.openssl(&["pkeyutl", "-verifyrecover", "-pubin", "-keyform", "DER", "-inkey", "rsa.pub",
        "-in", "signature"]);
    assert_eq!(recovered, b"a tender");
    assert_eq!(
        recover(&p11, session, CKM_RSA_PKCS, public, &signature).unwrap(),
        b"a tender"
    );

    p11.openssl(&["genrsa", "-out", "rsa.key", "2048"]);
    std::fs::write(file("message"), b"a bid").unwrap();
    #[rustfmt::skip]
    p11.openssl(&["pkeyutl", "-sign", "-inkey", "rsa.key", "-in", "message", "-out", "theirs"]);
    let modulus = p11.openssl(&["rsa", "-in", "rsa.key", "-noout", "-modulus"]);
    let modulus = String::from_utf8(modulus).unwrap();
    let theirs = Template::of(CKO_PUBLIC_KEY)
        .number(CKA_KEY_TYPE, CKK_RSA)
        .bytes(
            CKA_MODULUS,
            &hex(modulus.trim().trim_start_matches("Modulus=")),
        )
        .bytes(CKA_PUBLIC_EXPONENT, &[1, 0, 1]);
    let theirs = p11.create(session, theirs).unwrap();
    let signature = std::fs::read(file("theirs")).unwrap();
    assert_eq!(
        recover(&p11, session, CKM_RSA_PKCS, theirs, &signature).unwrap(),
        b"a bid"
    );
    // Without padding, the padding is there to be seen.
    let block = recover(&p11, session, CKM_RSA_X_509, theirs, &signature).unwrap();
    let mut expected = vec![0, 1];
    expected.resize(256 - 6, 0xFF);
    expected.extend_from_slice(b"\0a bid");
    assert_eq!(block, expected);
    assert_eq!(
        recover(&p11, session, CKM_RSA_PKCS, public, &signature),
        Err(CKR_SIGNATURE_INVALID)
    );
    assert_eq!(
        recover(&p11, session, CKM_RSA_PKCS, theirs, &signature[1..]),
        Err(CKR_SIGNATURE_LEN_RANGE)
    );
}

#[test]
fn signatures_with_recovery_refuse_what_cannot_be() {
    let (p11, session) = P11::user();
    let (public, private) = p11.rsa_pair(session, "recover");
    let (_, sm2) = p11.sm2_pair(session, "sm2");
    let sign = |number, key, data: &[u8]| sign_recover(&p11, session, number, key, data);
    assert_eq!(
        sign(CKM_RSA_PKCS, private, &[1; 246]),
        Err(CKR_DATA_LEN_RANGE)
    );
    assert_eq!(
        sign(CKM_RSA_PKCS, public, b"x"),
        Err(CKR_KEY_TYPE_INCONSISTENT)
    );
    assert_eq!(
        sign(CKM_RSA_PKCS, sm2, b"x"),
        Err(CKR_KEY_TYPE_INCONSISTENT)
    );
    assert_eq!(sign(CKM_SM2, sm2, &[1; 32]), Err(CKR_MECHANISM_INVALID));
    assert_eq!(
        sign(CKM_SHA256_RSA_PKCS, private, b"x"),
        Err(CKR_MECHANISM_INVALID)
    );
    let raw = sign(CKM_RSA_X_509, private, &[9; 256]).unwrap();
    assert_eq!(
        recover(&p11, session, CKM_RSA_X_509, public, &raw).unwrap(),
        [9; 256]
    );
}

const AES: &str = "2b7e151628aed2a6abf7158809cf4f3c";
const TEXT: &str = concat!(
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
);
const CBC: &str = concat!(
    "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2",
    "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7"
);
const CMAC: &str = "51f0bebf7e3b9d92fc49741779363cfe";

type Dual = unsafe extern "C" fn(
    CK_SESSION_HANDLE,
    *mut CK_BYTE,
    CK_ULONG,
    *mut CK_BYTE,
    *mut CK_ULONG,
) -> CK_RV;

/// Gives all of the input to one of the dual functions, in uneven parts, each after a query and a short buffer.
fn feed(session: CK_SESSION_HANDLE, function: Dual, input: &[u8]) -> Vec<u8> {
    let mut made = Vec::new();
    for part in input.chunks(21) {
        let give = |out: *mut CK_BYTE, len: *mut CK_ULONG| unsafe {
            function(
                session,
                part.as_ptr().cast_mut(),
                part.len() as CK_ULONG,
                out,
                len,
            )
        };
        let mut len = 0;
        expect(give(null_mut(), &raw mut len));
        if len > 0 {
            let (mut short, mut room) = (vec![0; len as usize], len - 1);
            assert_eq!(
                give(short.as_mut_ptr(), &raw mut room),
                CKR_BUFFER_TOO_SMALL
            );
        }
        let mut out = vec![0; 64];
        len = 64;
        expect(give(out.as_mut_ptr(), &raw mut len));
        made.extend_from_slice(&out[..len as usize]);
    }
    made
}

/// SP 800-38A, F.2.1, and RFC 4493, example 4: the same key and message.
#[test]
fn one_pass_encrypts_and_authenticates_as_the_standards_say() {
    let (p11, session) = P11::user();
    let key = p11.create(session, secret(CKK_AES, &hex(AES))).unwrap();
    let cbc = || Mechanism(CKM_AES_CBC, (0..16).collect());
    let cmac = || Mechanism::plain(CKM_AES_CMAC);
    expect(p11.sign_init(session, cmac(), key));
    expect(call!(p11, C_EncryptInit(session, &mut cbc().c(), key)));
    let made = feed(session, p11.list.C_SignEncryptUpdate.unwrap(), &hex(TEXT));
    assert_eq!(made, hex(CBC));
    let (mut out, mut len) = ([0; 16], 16);
    expect(call!(
        p11,
        C_EncryptFinal(session, out.as_mut_ptr(), &raw mut len)
    ));
    assert_eq!(len, 0);
    len = 16;
    expect(call!(
        p11,
        C_SignFinal(session, out.as_mut_ptr(), &raw mut len)
    ));
    assert_eq!(out[..], hex(CMAC));

    for (mac, answer) in [(hex(CMAC), CKR_OK), (vec![1; 16], CKR_SIGNATURE_INVALID)] {
        expect(p11.verify_init(session, cmac(), key));
        expect(call!(p11, C_DecryptInit(session, &mut cbc().c(), key)));
        let made = feed(session, p11.list.C_DecryptVerifyUpdate.unwrap(), &hex(CBC));
        assert_eq!(made, hex(TEXT));
        len = 16;
        expect(call!(
            p11,
            C_DecryptFinal(session, out.as_mut_ptr(), &raw mut len)
        ));
        let rv = call!(p11, C_VerifyFinal(session, mac.as_ptr().cast_mut(), 16));
        assert_eq!(rv, answer);
    }
}

/// GB/T 32905, A.2: SM3 of "abcd" sixteen times.
#[test]
fn one_pass_encrypts_and_digests_as_the_standards_say() {
    const DIGEST: &str = "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732";
    let (p11, session) = P11::user();
    let key = p11.create(session, secret(CKK_AES, &hex(AES))).unwrap();
    let text = b"abcd".repeat(16);
    let cbc = || Mechanism(CKM_AES_CBC, vec![3; 16]);
    let sealed = p11.encrypt(session, cbc(), key, &text).unwrap();
    let digest = || {
        let (mut out, mut len) = (vec![0; 32], 32);
        expect(call!(
            p11,
            C_DigestFinal(session, out.as_mut_ptr(), &raw mut len)
        ));
        out
    };
    let (mut out, mut len) = ([0; 16], 16);
    expect(p11.digest_init(session, Mechanism::plain(CKM_SM3)));
    expect(call!(p11, C_EncryptInit(session, &mut cbc().c(), key)));
    let made = feed(session, p11.list.C_DigestEncryptUpdate.unwrap(), &text);
    assert_eq!(made, sealed);
    expect(call!(
        p11,
        C_EncryptFinal(session, out.as_mut_ptr(), &raw mut len)
    ));
    assert_eq!(digest(), hex(DIGEST));

    expect(p11.digest_init(session, Mechanism::plain(CKM_SM3)));
    expect(call!(p11, C_DecryptInit(session, &mut cbc().c(), key)));
    let made = feed(session, p11.list.C_DecryptDigestUpdate.unwrap(), &sealed);
    assert_eq!(made, text);
    len = 16;
    expect(call!(
        p11,
        C_DecryptFinal(session, out.as_mut_ptr(), &raw mut len)
    ));
    assert_eq!(digest(), hex(DIGEST));
}

#[test]
fn a_dual_function_wants_both_operations_and_an_error_ends_both() {
    let (p11, session) = P11::user();
    let key = p11.create(session, secret(CKK_AES, &hex(AES))).unwrap();
    let ecb = || Mechanism::plain(CKM_AES_ECB);
    let (mut part, mut out, mut len) = ([0; 16], [0; 16], 16);
    let mut both = || {
        call!(
            p11,
            C_DigestEncryptUpdate(
                session,
                part.as_mut_ptr(),
                16,
                out.as_mut_ptr(),
                &raw mut len
            )
        )
    };
    assert_eq!(both(), CKR_OPERATION_NOT_INITIALIZED);
    expect(p11.digest_init(session, Mechanism::plain(CKM_SM3)));
    assert_eq!(both(), CKR_OPERATION_NOT_INITIALIZED);
    // The digest went with it.
    expect(p11.digest_init(session, Mechanism::plain(CKM_SM3)));
    expect(call!(p11, C_EncryptInit(session, &mut ecb().c(), key)));
    expect(both());
    let null = call!(
        p11,
        C_DigestEncryptUpdate(session, null_mut(), 16, null_mut(), null_mut())
    );
    assert_eq!(null, CKR_ARGUMENTS_BAD);
    expect(call!(p11, C_EncryptInit(session, &mut ecb().c(), key)));
    expect(p11.digest_init(session, Mechanism::plain(CKM_SM3)));
}
