//! C_Sign*, C_Verify*, against the standard's example and against OpenSSL.

use crate::harness::*;
use hex::FromHex;
use std::process::Command;
use std::ptr::null_mut;

const SM2_PARAMS: &[u8] = &[0x06, 0x08, 0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x82, 0x2D];

/// GB/T 32918.5, annex A: public key, message "message digest", default identifier.
const EXAMPLE_POINT: &str = "04410409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13";
const EXAMPLE_E: &str = "F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640";
const EXAMPLE_R_S: &str = "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA";

fn hex(text: &str) -> Vec<u8> {
    Vec::from_hex(text).unwrap()
}

fn plain(number: CK_MECHANISM_TYPE) -> Mechanism {
    Mechanism::plain(number)
}

fn example_key(p11: &P11, session: CK_SESSION_HANDLE) -> CK_OBJECT_HANDLE {
    let template = Template::of(CKO_PUBLIC_KEY).number(CKA_KEY_TYPE, CKK_SM2);
    p11.create(session, template.bytes(CKA_EC_POINT, &hex(EXAMPLE_POINT)))
        .unwrap()
}

/// r ‖ s as DER.
fn der(signature: &[u8]) -> Vec<u8> {
    let integer = |half: &[u8]| {
        let zeros = half.iter().take_while(|b| **b == 0).count().min(31);
        let mut content = half[zeros..].to_vec();
        if content[0] & 0x80 != 0 {
            content.insert(0, 0);
        }
        [&[2, content.len() as u8], &content[..]].concat()
    };
    let content = [integer(&signature[..32]), integer(&signature[32..])].concat();
    [&[0x30, content.len() as u8], &content[..]].concat()
}

#[test]
fn the_example_of_the_standard_verifies() {
    let p11 = P11::blank();
    let session = p11.open(p11.slot(), false);
    let key = example_key(&p11, session);
    let signature = hex(EXAMPLE_R_S);
    for mechanism in [CKM_SM2_SM3, 0xFFFF_F003, 0x8000_8102] {
        expect(p11.verify(
            session,
            plain(mechanism),
            key,
            b"message digest",
            &signature,
        ));
    }
    let id = Mechanism(CKM_SM2_SM3, b"1234567812345678".to_vec());
    expect(p11.verify(session, id, key, b"message digest", &signature));
    expect(p11.verify(session, plain(CKM_SM2), key, &hex(EXAMPLE_E), &signature));
    expect(p11.verify(
        session,
        plain(CKM_SM2_SM3_DER),
        key,
        b"message digest",
        &der(&signature),
    ));
    let other_id = Mechanism(CKM_SM2_SM3, b"1234567812345679".to_vec());
    for (mechanism, data, made, expected) in [
        (
            other_id,
            &b"message digest"[..],
            signature.clone(),
            CKR_SIGNATURE_INVALID,
        ),
        (
            plain(CKM_SM2_SM3),
            b"message Digest",
            signature.clone(),
            CKR_SIGNATURE_INVALID,
        ),
        (
            plain(CKM_SM2_SM3),
            b"message digest",
            signature[..63].to_vec(),
            CKR_SIGNATURE_LEN_RANGE,
        ),
        (
            plain(CKM_SM2_SM3),
            b"message digest",
            der(&signature),
            CKR_SIGNATURE_LEN_RANGE,
        ),
        (
            plain(CKM_SM2_SM3),
            b"message digest",
            vec![0; 64],
            CKR_SIGNATURE_INVALID,
        ),
        (
            plain(CKM_SM2_SM3_DER),
            b"message digest",
            signature.clone(),
            CKR_SIGNATURE_INVALID,
        ),
        (
            plain(CKM_SM2),
            &[1; 31],
            signature.clone(),
            CKR_DATA_LEN_RANGE,
        ),
        (
            plain(CKM_SM2),
            &[1; 33],
            signature.clone(),
            CKR_DATA_LEN_RANGE,
        ),
    ] {
        assert_eq!(p11.verify(session, mechanism, key, data, &made), expected);
        assert_eq!(
            call!(p11, C_VerifyFinal(session, null_mut(), 0)),
            CKR_OPERATION_NOT_INITIALIZED
        );
    }
}

#[test]
fn sm2_signatures_verify_in_every_form_whole_and_in_parts() {
    let (p11, session) = P11::user();
    let (public, private) = p11.sm2_pair(session, "signer");
    let message = vec![0x5A; 100_000];
    for mechanism in [CKM_SM2_SM3, CKM_SM2_SM3_DER] {
        let with_id = || Mechanism(mechanism, b"ALICE123@YAHOO.COM".to_vec());
        let signature = p11.sign(session, with_id(), private, &message).unwrap();
        expect(p11.verify(session, with_id(), public, &message, &signature));
        assert_eq!(
            p11.verify(session, plain(mechanism), public, &message, &signature),
            CKR_SIGNATURE_INVALID
        );

        expect(p11.sign_init(session, with_id(), private));
        for part in message.chunks(33_333) {
            expect(call!(
                p11,
                C_SignUpdate(session, part.as_ptr().cast_mut(), part.len() as CK_ULONG)
            ));
        }
        let (mut out, mut len) = ([0; 80], 80);
        expect(call!(p11, C_SignFinal(session, null_mut(), &raw mut len)));
        assert_eq!(len, if mechanism == CKM_SM2_SM3 { 64 } else { 72 });
        expect(call!(
            p11,
            C_SignFinal(session, out.as_mut_ptr(), &raw mut len)
        ));

        expect(p11.verify_init(session, with_id(), public));
        for part in message.chunks(7_777) {
            expect(call!(
                p11,
                C_VerifyUpdate(session, part.as_ptr().cast_mut(), part.len() as CK_ULONG)
            ));
        }
        expect(call!(p11, C_VerifyFinal(session, out.as_mut_ptr(), len)));
    }
    let signature = p11
        .sign(session, plain(CKM_SM2), private, &[9; 32])
        .unwrap();
    expect(p11.verify(session, plain(CKM_SM2), public, &[9; 32], &signature));
    assert_eq!(
        p11.sign(session, plain(CKM_SM2), private, &[9; 33]),
        Err(CKR_DATA_LEN_RANGE)
    );
    // An empty message is a message.
    let signature = p11.sign(session, plain(CKM_SM2_SM3), private, b"").unwrap();
    expect(p11.verify(session, plain(CKM_SM2_SM3), public, b"", &signature));
}

#[test]
fn the_two_call_rule_keeps_the_signature_going() {
    let (p11, session) = P11::user();
    let (_, private) = p11.sm2_pair(session, "signer");
    expect(p11.sign_init(session, plain(CKM_SM2), private));
    let e = [1; 32].as_mut_ptr();
    let mut len = 0;
    expect(call!(p11, C_Sign(session, e, 32, null_mut(), &raw mut len)));
    assert_eq!(len, 64);
    assert_eq!(
        p11.sign_data(session, &[1; 32], 63),
        Err(CKR_BUFFER_TOO_SMALL)
    );
    assert_eq!(
        p11.sign_init(session, plain(CKM_SM2), private),
        CKR_OPERATION_ACTIVE
    );
    assert_eq!(p11.sign_data(session, &[1; 32], 64).unwrap().len(), 64);
    assert_eq!(
        p11.sign_data(session, &[1; 32], 64),
        Err(CKR_OPERATION_NOT_INITIALIZED)
    );
    // Any other error ends it.
    for _ in 0..2 {
        expect(p11.sign_init(session, plain(CKM_SM2), private));
        assert_eq!(
            p11.sign_data(session, &[1; 31], 64),
            Err(CKR_DATA_LEN_RANGE)
        );
    }
    expect(p11.sign_init(session, plain(CKM_SM2), private));
    assert_eq!(
        call!(p11, C_Sign(session, null_mut(), 32, e, &raw mut len)),
        CKR_ARGUMENTS_BAD
    );
    assert_eq!(
        p11.sign_data(session, &[1; 32], 64),
        Err(CKR_OPERATION_NOT_INITIALIZED)
    );
    expect(p11.sign_init(session, plain(CKM_SM2), private));
    expect(call!(p11, C_SignInit(session, null_mut(), 0)));
    assert_eq!(
        p11.sign_data(session, &[1; 32], 64),
        Err(CKR_OPERATION_NOT_INITIALIZED)
    );
    // CKM_SM2 takes its 32 bytes in one piece.
    expect(p11.sign_init(session, plain(CKM_SM2), private));
    assert_eq!(
        call!(p11, C_SignUpdate(session, e, 32)),
        CKR_FUNCTION_NOT_SUPPORTED
    );
    assert_eq!(
        call!(p11, C_SignUpdate(session, e, 32)),
        CKR_OPERATION_NOT_INITIALIZED
    );
    // Parts and the one-shot call do not mix.
    expect(p11.sign_init(session, plain(CKM_SM2_SM3), private));
    expect(call!(p11, C_SignUpdate(session, e, 32)));
    assert_eq!(p11.sign_data(session, b"", 64), Err(CKR_OPERATION_ACTIVE));
}

#[test]
fn keys_are_checked_at_the_beginning() {
    let (p11, session) = P11::user();
    let (public, private) = p11.sm2_pair(session, "signer");
    let data = p11.create(session, Template::of(CKO_DATA)).unwrap();
    for (mechanism, key, expected) in [
        (plain(CKM_SM2), 0, CKR_KEY_HANDLE_INVALID),
        (plain(CKM_SM2), CK_ULONG::MAX, CKR_KEY_HANDLE_INVALID),
        (plain(CKM_SM2), data, CKR_KEY_HANDLE_INVALID),
        (plain(CKM_SM2), public, CKR_KEY_TYPE_INCONSISTENT),
        (plain(CKM_RSA_PKCS), private, CKR_KEY_TYPE_INCONSISTENT),
        (
            plain(CKM_SHA256_RSA_PKCS),
            private,
            CKR_KEY_TYPE_INCONSISTENT,
        ),
        (plain(CKM_ECDSA), private, CKR_MECHANISM_INVALID),
        (plain(CKM_SM3), private, CKR_MECHANISM_INVALID),
        (
            Mechanism(CKM_SM2, vec![1]),
            private,
            CKR_MECHANISM_PARAM_INVALID,
        ),
        (
            Mechanism(CKM_SM2_SM3, vec![1; 8192]),
            private,
            CKR_MECHANISM_PARAM_INVALID,
        ),
    ] {
        assert_eq!(p11.sign_init(session, mechanism, key), expected);
        assert_eq!(
            p11.sign_data(session, &[1; 32], 64),
            Err(CKR_OPERATION_NOT_INITIALIZED)
        );
    }
    expect(p11.set(session, private, Template::default().flag(CKA_SIGN, false)));
    assert_eq!(
        p11.sign_init(session, plain(CKM_SM2), private),
        CKR_KEY_FUNCTION_NOT_PERMITTED
    );
    expect(p11.set(session, private, Template::default().flag(CKA_SIGN, true)));
    // A logout in the middle is noticed by the token.
    expect(p11.sign_init(session, plain(CKM_SM2), private));
    expect(call!(p11, C_Logout(session)));
    assert_eq!(
        p11.sign_data(session, &[1; 32], 64),
        Err(CKR_USER_NOT_LOGGED_IN)
    );
    assert_eq!(
        p11.sign_init(session, plain(CKM_SM2), private),
        CKR_KEY_HANDLE_INVALID
    );
}

#[test]
fn rsa_signatures_verify_in_every_form() {
    let (p11, session) = P11::user();
    let (public, private) = p11.rsa_pair(session, "rsa");
    let pss = |number, hash, mgf, salt| Mechanism::numbers(number, &[hash, mgf, salt]);
    let forms: [(fn() -> Mechanism, usize); 12] = [
        (|| plain(CKM_RSA_PKCS), 51),
        (|| plain(CKM_RSA_X_509), 256),
        (|| plain(CKM_SHA1_RSA_PKCS), 1000),
        (|| plain(CKM_SHA224_RSA_PKCS), 1000),
        (|| plain(CKM_SHA256_RSA_PKCS), 1000),
        (|| plain(CKM_SHA384_RSA_PKCS), 1000),
        (|| plain(CKM_SHA512_RSA_PKCS), 0),
        (
            || Mechanism::numbers(CKM_RSA_PKCS_PSS, &[CKM_SHA256, CKG_MGF1_SHA256, 32]),
            32,
        ),
        (
            || Mechanism::numbers(CKM_SHA1_RSA_PKCS_PSS, &[CKM_SHA_1, CKG_MGF1_SHA1, 20]),
            1000,
        ),
        (
            || Mechanism::numbers(CKM_SHA256_RSA_PKCS_PSS, &[CKM_SHA256, CKG_MGF1_SHA1, 0]),
            1000,
        ),
        (
            || Mechanism::numbers(CKM_SHA384_RSA_PKCS_PSS, &[CKM_SHA384, CKG_MGF1_SHA384, 48]),
            1000,
        ),
        (
            || Mechanism::numbers(CKM_SHA512_RSA_PKCS_PSS, &[CKM_SHA512, CKG_MGF1_SHA512, 126]),
            1000,
        ),
    ];
    for (mechanism, length) in forms {
        let number = mechanism().0;
        let data = vec![0x11; length];
        let signature = p11
            .sign(session, mechanism(), private, &data)
            .unwrap_or_else(|rv| panic!("{number:#x}: {rv:#x}"));
        assert_eq!(signature.len(), 256);
        expect(p11.verify(session, mechanism(), public, &data, &signature));
        let mut altered = signature.clone();
        altered[255] ^= 1;
        assert_eq!(
            p11.verify(session, mechanism(), public, &data, &altered),
            CKR_SIGNATURE_INVALID,
            "{number:#x}"
        );
        assert_eq!(
            p11.verify(session, mechanism(), public, &data, &signature[1..]),
            CKR_SIGNATURE_LEN_RANGE
        );
    }
    for (mechanism, data, expected) in [
        (plain(CKM_RSA_PKCS), vec![1; 246], CKR_DATA_LEN_RANGE),
        (plain(CKM_RSA_X_509), vec![1; 257], CKR_DATA_LEN_RANGE),
        (plain(CKM_RSA_X_509), vec![0xFF; 256], CKR_DATA_INVALID),
        (
            pss(CKM_RSA_PKCS_PSS, CKM_SHA256, CKG_MGF1_SHA256, 32),
            vec![1; 31],
            CKR_DATA_LEN_RANGE,
        ),
        (
            pss(CKM_RSA_PKCS_PSS, CKM_SHA256, CKG_MGF1_SHA256, 223),
            vec![1; 32],
            CKR_MECHANISM_PARAM_INVALID,
        ),
        (
            pss(CKM_RSA_PKCS_PSS, CKM_SHA256, 77, 32),
            vec![1; 32],
            CKR_MECHANISM_PARAM_INVALID,
        ),
        (
            pss(CKM_SHA256_RSA_PKCS_PSS, CKM_SHA384, CKG_MGF1_SHA256, 32),
            vec![],
            CKR_MECHANISM_PARAM_INVALID,
        ),
        (
            plain(CKM_SHA256_RSA_PKCS_PSS),
            vec![],
            CKR_MECHANISM_PARAM_INVALID,
        ),
        (
            Mechanism(CKM_SHA256_RSA_PKCS, vec![0; 8]),
            vec![],
            CKR_MECHANISM_PARAM_INVALID,
        ),
        (plain(CKM_SM2), vec![1; 32], CKR_KEY_TYPE_INCONSISTENT),
    ] {
        assert_eq!(p11.sign(session, mechanism, private, &data), Err(expected));
    }
}

/// OpenSSL's answer, if it is there.
fn openssl(p11: &P11, arguments: &[&str]) -> Option<std::process::Output> {
    let output = Command::new("openssl")
        .args(arguments)
        .current_dir(p11.folder.path())
        .output()
        .ok()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(output)
}

#[test]
fn openssl_accepts_our_signatures() {
    let (p11, session) = P11::user();
    let write =
        |name: &str, data: &[u8]| std::fs::write(p11.folder.path().join(name), data).unwrap();
    write("message", b"a tender");
    let (public, private) = p11.sm2_pair(session, "sm2");
    write(
        "sm2.pub",
        &p11.attribute(session, public, CKA_PUBLIC_KEY_INFO).unwrap(),
    );
    write(
        "sm2.sig",
        &p11.sign(session, plain(CKM_SM2_SM3_DER), private, b"a tender")
            .unwrap(),
    );
    let (public, private) = p11.rsa_pair(session, "rsa");
    write(
        "rsa.pub",
        &p11.attribute(session, public, CKA_PUBLIC_KEY_INFO).unwrap(),
    );
    write(
        "rsa.sig",
        &p11.sign(session, plain(CKM_SHA256_RSA_PKCS), private, b"a tender")
            .unwrap(),
    );
    let pss = Mechanism::numbers(CKM_SHA256_RSA_PKCS_PSS, &[CKM_SHA256, CKG_MGF1_SHA256, 32]);
    write(
        "pss.sig",
        &p11.sign(session, pss, private, b"a tender").unwrap(),
    );
    #[rustfmt::skip]
    let checks: [&[&str]; 3] = [
        &["pkeyutl", "-verify", "-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678", "-pubin", "-keyform", "DER",
          "-inkey", "sm2.pub", "-in", "message", "-sigfile", "sm2.sig"],
        &["dgst", "-sha256", "-keyform", "DER", "-verify", "rsa.pub", "-signature", "rsa.sig", "message"],
        &["dgst", "-sha256", "-keyform", "DER", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32",
          "-verify", "rsa.pub", "-signature", "pss.sig", "message"],
    ];
    for check in checks {
        openssl(&p11, check).expect("openssl is a dependency of the tests");
    }
}

#[test]
fn we_accept_openssls_signatures() {
    let p11 = P11::blank();
    let session = p11.open(p11.slot(), false);
    let read = |name: &str| std::fs::read(p11.folder.path().join(name)).unwrap();
    std::fs::write(p11.folder.path().join("message"), b"a tender").unwrap();
    #[rustfmt::skip]
    let steps: [&[&str]; 6] = [
        &["ecparam", "-genkey", "-name", "SM2", "-noout", "-out", "sm2.key"],
        &["pkey", "-in", "sm2.key", "-pubout", "-outform", "DER", "-out", "sm2.pub"],
        &["pkeyutl", "-sign", "-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678", "-inkey", "sm2.key",
          "-in", "message", "-out", "sm2.sig"],
        &["genrsa", "-out", "rsa.key", "2048"],
        &["dgst", "-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32", "-sign", "rsa.key",
          "-out", "pss.sig", "message"],
        &["dgst", "-sha512", "-sign", "rsa.key", "-out", "rsa.sig", "message"],
    ];
    for step in steps {
        openssl(&p11, step).expect("openssl is a dependency of the tests");
    }
    let public = read("sm2.pub");
    let template = Template::of(CKO_PUBLIC_KEY)
        .number(CKA_KEY_TYPE, CKK_EC)
        .bytes(CKA_EC_PARAMS, SM2_PARAMS);
    let key = p11
        .create(
            session,
            template.bytes(CKA_EC_POINT, &public[public.len() - 65..]),
        )
        .unwrap();
    expect(p11.verify(
        session,
        plain(CKM_SM2_SM3_DER),
        key,
        b"a tender",
        &read("sm2.sig"),
    ));

    let modulus = openssl(&p11, &["rsa", "-in", "rsa.key", "-noout", "-modulus"])
        .unwrap()
        .stdout;
    let modulus = String::from_utf8(modulus).unwrap();
    let modulus = hex(modulus.trim().trim_start_matches("Modulus="));
    let template = Template::of(CKO_PUBLIC_KEY).number(CKA_KEY_TYPE, CKK_RSA);
    let template = template
        .bytes(CKA_MODULUS, &modulus)
        .bytes(CKA_PUBLIC_EXPONENT, &[1, 0, 1]);
    let key = p11.create(session, template).unwrap();
    expect(p11.verify(
        session,
        plain(CKM_SHA512_RSA_PKCS),
        key,
        b"a tender",
        &read("rsa.sig"),
    ));
    let pss = Mechanism::numbers(CKM_SHA256_RSA_PKCS_PSS, &[CKM_SHA256, CKG_MGF1_SHA256, 32]);
    expect(p11.verify(session, pss, key, b"a tender", &read("pss.sig")));
}
