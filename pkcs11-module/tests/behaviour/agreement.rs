//! CKM_SM2_KEY_AGREE.

use crate::harness::*;

/// A session's SM2 private key with a known value.
fn private(p11: &P11, session: CK_SESSION_HANDLE, value: &str) -> CK_OBJECT_HANDLE {
    let template = Template::of(CKO_PRIVATE_KEY)
        .number(CKA_KEY_TYPE, CKK_SM2)
        .bytes(CKA_VALUE, &hex(value));
    p11.create(session, template).unwrap()
}

fn parameter(
    initiator: bool,
    (id, peer_id): (&[u8], &[u8]),
    ephemeral: CK_OBJECT_HANDLE,
    peer_public: &[u8],
    peer_ephemeral: &[u8],
) -> Vec<u8> {
    let [id_at, id_len] = data(id);
    let [peer_id_at, peer_id_len] = data(peer_id);
    let [public_at, public_len] = data(peer_public);
    let [ephemeral_at, ephemeral_len] = data(peer_ephemeral);
    let mut bytes = vec![u8::from(initiator), 0, 0, 0, 0, 0, 0, 0];
    for number in [
        id_len,
        id_at,
        peer_id_len,
        peer_id_at,
        ephemeral,
        public_len,
        public_at,
        ephemeral_len,
        ephemeral_at,
    ] {
        bytes.extend(number.to_ne_bytes());
    }
    assert_eq!(bytes.len(), size_of::<CK_SM2_KEY_AGREE_PARAMS>());
    bytes
}

const A: &str = "81EB26E941BB5AF16DF116495F90695272AE2CD63D6C4AE1678418BE48230029";
const B: &str = "785129917D45A9EA5437A59356B82338EAADDA6CEB199088F14AE10DEFA229B5";
const RA: &str = "D4DE15474DB74D06491C440D305E012400990F3E390C7E87153C12DB2EA60BB3";
const RB: &str = "7E07124814B309489125EAED101113164EBF0F3458C5BD88335C1F9D596243D6";

/// The worked example of GB/T 32918.5, key agreement: both sides come to the standard's key.
#[test]
fn both_sides_agree_on_the_key_of_the_standard() {
    let (p11, session) = P11::user();
    let [a, b, ra, rb] = [A, B, RA, RB].map(|value| private(&p11, session, value));
    let point = |key| p11.attribute(session, key, CKA_EC_POINT).unwrap();
    let id = &b"1234567812345678"[..];
    for (own, ephemeral, peer, peer_ephemeral, initiator) in
        [(a, ra, b, rb, true), (b, rb, a, ra, false)]
    {
        let (public, temporary) = (point(peer), point(peer_ephemeral));
        // Wrapped in an OCTET STRING and bare; with the default identifier and with the same one given.
        for (public, temporary, ids) in [
            (&public[..], &temporary[..], (&[][..], &[][..])),
            (&public[2..], &temporary[2..], (id, id)),
        ] {
            let parameter = parameter(initiator, ids, ephemeral, public, temporary);
            let agree = Mechanism(CKM_SM2_KEY_AGREE, parameter);
            assert_eq!(
                derive(&p11, session, agree, own, Some(16)).unwrap(),
                hex("6C89347354DE2484C60B4AB1FDE4C6E5")
            );
        }
    }
}

#[test]
fn an_agreement_depends_on_everything_that_goes_into_it() {
    let (p11, session) = P11::user();
    let [a, b, ra, rb] = [A, B, RA, RB].map(|value| private(&p11, session, value));
    let point = |key| p11.attribute(session, key, CKA_EC_POINT).unwrap();
    let (pb, prb, pa) = (point(b), point(rb), point(a));
    let agree = |parameter, len| {
        let mechanism = Mechanism(CKM_SM2_KEY_AGREE, parameter);
        derive(&p11, session, mechanism, a, len)
    };
    let none = (&[][..], &[][..]);
    let right = agree(parameter(true, none, ra, &pb, &prb), Some(16)).unwrap();
    for other in [
        parameter(false, none, ra, &pb, &prb),
        parameter(true, (b"Alice", b""), ra, &pb, &prb),
        parameter(true, (b"", b"Bob"), ra, &pb, &prb),
        parameter(true, none, rb, &pb, &prb),
        parameter(true, none, ra, &pa, &prb),
        parameter(true, none, ra, &pb, &pa),
    ] {
        assert_ne!(agree(other, Some(16)).unwrap(), right);
    }
    let long = agree(parameter(true, none, ra, &pb, &prb), Some(100)).unwrap();
    assert_eq!((long.len(), &long[..16]), (100, &right[..]));
}

#[test]
fn an_agreement_that_cannot_be_is_refused() {
    let (p11, session) = P11::user();
    let [a, b, ra, rb] = [A, B, RA, RB].map(|value| private(&p11, session, value));
    let point = |key| p11.attribute(session, key, CKA_EC_POINT).unwrap();
    let (pb, prb) = (point(b), point(rb));
    let (_, on_token) = p11.sm2_pair(session, "token");
    let signs_only = Template::default().flag(CKA_SIGN, true);
    let signs_only = p11.copy(session, ra, signs_only.flag(CKA_DERIVE, false));
    let signs_only = signs_only.unwrap();
    let none = (&[][..], &[][..]);
    let long_id = vec![b'a'; 8192];
    let right = || parameter(true, none, ra, &pb, &prb);
    let with_ephemeral = |handle| parameter(true, none, handle, &pb, &prb);
    let invalid = CKR_MECHANISM_PARAM_INVALID;
    #[rustfmt::skip]
    let cases = [
        (a, right(), None, CKR_TEMPLATE_INCOMPLETE),
        (a, right(), Some(0), CKR_TEMPLATE_INCONSISTENT),
        (a, right(), Some(CK_ULONG::MAX), CKR_TEMPLATE_INCONSISTENT),
        (a, with_ephemeral(1 << 40), Some(16), CKR_KEY_HANDLE_INVALID),
        (a, with_ephemeral(on_token), Some(16), CKR_KEY_TYPE_INCONSISTENT),
        (a, with_ephemeral(signs_only), Some(16), CKR_KEY_FUNCTION_NOT_PERMITTED),
        (a, parameter(true, none, ra, &pb[..40], &prb), Some(16), invalid),
        (a, parameter(true, none, ra, &pb, &[4; 65]), Some(16), invalid),
        (a, parameter(true, (&long_id, b""), ra, &pb, &prb), Some(16), invalid),
        (a, vec![0; 79], Some(16), invalid),
        (on_token, right(), Some(16), CKR_KEY_TYPE_INCONSISTENT),
    ];
    for (own, parameter, len, expected) in cases {
        let mechanism = Mechanism(CKM_SM2_KEY_AGREE, parameter);
        assert_eq!(derive(&p11, session, mechanism, own, len), Err(expected));
    }
}
