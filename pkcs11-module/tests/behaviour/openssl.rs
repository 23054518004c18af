//! OpenSSL's signatures here, ours there.

use crate::harness::*;
use hex::FromHex;

const SM2_PARAMS: &[u8] = &[0x06, 0x08, 0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x82, 0x2D];

fn plain(number: CK_MECHANISM_TYPE) -> Mechanism {
    Mechanism::plain(number)
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
        p11.openssl(check);
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
        p11.openssl(step);
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

    let modulus = p11.openssl(&["rsa", "-in", "rsa.key", "-noout", "-modulus"]);
    let modulus = String::from_utf8(modulus).unwrap();
    let modulus = Vec::from_hex(modulus.trim().trim_start_matches("Modulus=")).unwrap();
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
