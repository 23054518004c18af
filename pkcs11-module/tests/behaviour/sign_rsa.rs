//! C_Sign*, C_Verify* with RSA.

use crate::harness::*;

fn plain(number: CK_MECHANISM_TYPE) -> Mechanism {
    Mechanism::plain(number)
}

fn pss(number: CK_MECHANISM_TYPE, hash: CK_ULONG, mgf: CK_ULONG, salt: CK_ULONG) -> Mechanism {
    Mechanism::numbers(number, &[hash, mgf, salt])
}

/// Signs, verifies, and verifies what is wrong.
fn round_trip(
    p11: &P11,
    session: CK_SESSION_HANDLE,
    pair: (CK_OBJECT_HANDLE, CK_OBJECT_HANDLE),
    mechanism: Mechanism,
    length: usize,
) {
    let (number, parameter) = (mechanism.0, mechanism.1);
    let mechanism = || Mechanism(number, parameter.clone());
    let data = vec![0x11; length];
    let signature = p11.sign(session, mechanism(), pair.1, &data);
    let signature = signature.unwrap_or_else(|rv| panic!("{number:#x}: {rv:#x}"));
    assert_eq!(signature.len(), 256);
    let verify = |made: &[u8]| p11.verify(session, mechanism(), pair.0, &data, made);
    expect(verify(&signature));
    assert_eq!(verify(&signature[1..]), CKR_SIGNATURE_LEN_RANGE);
    let mut altered = signature;
    altered[255] ^= 1;
    assert_eq!(verify(&altered), CKR_SIGNATURE_INVALID, "{number:#x}");
}

#[test]
fn signatures_verify_in_every_form() {
    let (p11, session) = P11::user();
    let pair = p11.rsa_pair(session, "rsa");
    for (mechanism, length) in [
        (plain(CKM_RSA_PKCS), 51),
        (plain(CKM_RSA_X_509), 256),
        (plain(CKM_SHA1_RSA_PKCS), 1000),
        (plain(CKM_SHA224_RSA_PKCS), 1000),
        (plain(CKM_SHA256_RSA_PKCS), 1000),
        (plain(CKM_SHA384_RSA_PKCS), 1000),
        (plain(CKM_SHA512_RSA_PKCS), 0),
        (pss(CKM_RSA_PKCS_PSS, CKM_SHA256, CKG_MGF1_SHA256, 32), 32),
        (
            pss(CKM_SHA1_RSA_PKCS_PSS, CKM_SHA_1, CKG_MGF1_SHA1, 20),
            1000,
        ),
        (
            pss(CKM_SHA256_RSA_PKCS_PSS, CKM_SHA256, CKG_MGF1_SHA1, 0),
            1000,
        ),
        (
            pss(CKM_SHA384_RSA_PKCS_PSS, CKM_SHA384, CKG_MGF1_SHA384, 48),
            1000,
        ),
        (
            pss(CKM_SHA512_RSA_PKCS_PSS, CKM_SHA512, CKG_MGF1_SHA512, 126),
            1000,
        ),
    ] {
        round_trip(&p11, session, pair, mechanism, length);
    }
}

#[test]
fn data_and_parameters_that_do_not_fit_are_refused() {
    let (p11, session) = P11::user();
    let (_, private) = p11.rsa_pair(session, "rsa");
    let refused = |mechanism, data: &[u8], expected| {
        assert_eq!(p11.sign(session, mechanism, private, data), Err(expected));
    };
    refused(plain(CKM_RSA_PKCS), &[1; 246], CKR_DATA_LEN_RANGE);
    refused(plain(CKM_RSA_X_509), &[1; 257], CKR_DATA_LEN_RANGE);
    refused(plain(CKM_RSA_X_509), &[0xFF; 256], CKR_DATA_INVALID);
    refused(plain(CKM_SM2), &[1; 32], CKR_KEY_TYPE_INCONSISTENT);
    let short = pss(CKM_RSA_PKCS_PSS, CKM_SHA256, CKG_MGF1_SHA256, 32);
    refused(short, &[1; 31], CKR_DATA_LEN_RANGE);
    for mechanism in [
        pss(CKM_RSA_PKCS_PSS, CKM_SHA256, CKG_MGF1_SHA256, 223),
        pss(CKM_RSA_PKCS_PSS, CKM_SHA256, 77, 32),
        pss(CKM_SHA256_RSA_PKCS_PSS, CKM_SHA384, CKG_MGF1_SHA256, 32),
        plain(CKM_SHA256_RSA_PKCS_PSS),
        Mechanism(CKM_SHA256_RSA_PKCS, vec![0; 8]),
    ] {
        refused(mechanism, &[1; 32], CKR_MECHANISM_PARAM_INVALID);
    }
}

#[test]
fn a_digest_info_may_come_in_parts() {
    let (p11, session) = P11::user();
    let (public, private) = p11.rsa_pair(session, "rsa");
    expect(p11.sign_init(session, plain(CKM_RSA_PKCS), private));
    for part in [b"first ", b"second"] {
        expect(call!(
            p11,
            C_SignUpdate(session, part.as_ptr().cast_mut(), 6)
        ));
    }
    let (mut made, mut len) = ([0; 256], 256);
    expect(call!(
        p11,
        C_SignFinal(session, made.as_mut_ptr(), &raw mut len)
    ));
    expect(p11.verify(session, plain(CKM_RSA_PKCS), public, b"first second", &made));
}

/// PKCS#11 3.2, "RSA private key objects": only CKA_MODULUS and CKA_PRIVATE_EXPONENT are asked for.
#[test]
fn a_private_key_comes_with_its_exponents_alone() {
    let (p11, session) = P11::user();
    let made = ukey_crypto::rsa::PrivateKey::generate(2048).unwrap();
    let (n, e, d) = (
        made.public_key().n(),
        made.public_key().e(),
        made.expose_d(),
    );
    let private = |modulus: &[u8]| {
        open(Template::of(CKO_PRIVATE_KEY))
            .number(CKA_KEY_TYPE, CKK_RSA)
            .bytes(CKA_MODULUS, modulus)
            .bytes(CKA_PRIVATE_EXPONENT, &d)
    };
    let public = Template::of(CKO_PUBLIC_KEY)
        .number(CKA_KEY_TYPE, CKK_RSA)
        .bytes(CKA_MODULUS, &n)
        .bytes(CKA_PUBLIC_EXPONENT, &e);
    let public = p11.create(session, public).unwrap();
    let pkcs = || Mechanism::plain(CKM_SHA256_RSA_PKCS);
    for template in [
        private(&n),
        private(&n).bytes(CKA_PUBLIC_EXPONENT, &e),
        private(&n).flag(CKA_TOKEN, true),
    ] {
        let key = p11.create(session, template).unwrap();
        let signature = p11.sign(session, pkcs(), key, b"message").unwrap();
        expect(p11.verify(session, pkcs(), public, b"message", &signature));
        let read = |attribute| p11.attribute(session, key, attribute).unwrap();
        assert_eq!(read(CKA_PUBLIC_EXPONENT), e);
        let primes = made.expose_primes();
        assert!(primes.iter().any(|prime| read(CKA_PRIME_1) == **prime));
    }
    let mut other = n.clone();
    other[100] ^= 1;
    assert_eq!(
        p11.create(session, private(&other)),
        Err(CKR_TEMPLATE_INCOMPLETE)
    );
    let contradicting = private(&other).bytes(CKA_PUBLIC_EXPONENT, &e);
    assert_eq!(
        p11.create(session, contradicting),
        Err(CKR_ATTRIBUTE_VALUE_INVALID)
    );
}
