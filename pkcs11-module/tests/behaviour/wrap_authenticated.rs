//! C_WrapKeyAuthenticated and C_UnwrapKeyAuthenticated, and AEAD parameters of C_WrapKey.

use crate::harness::vectors::{aead, message_parameter};
use crate::harness::*;

fn wrap_authenticated(
    p11: &P11,
    session: CK_SESSION_HANDLE,
    mut mechanism: Mechanism,
    keys: (CK_OBJECT_HANDLE, CK_OBJECT_HANDLE),
    aad: &[u8],
    room: usize,
) -> (CK_RV, Vec<u8>) {
    let (mut out, mut len) = (vec![0; room], room as CK_ULONG);
    let rv = call!(
        p11,
        C_WrapKeyAuthenticated(
            session,
            &mut mechanism.c(),
            keys.0,
            keys.1,
            aad.as_ptr().cast_mut(),
            aad.len() as CK_ULONG,
            out.as_mut_ptr(),
            &raw mut len
        )
    );
    out.truncate(len as usize);
    (rv, out)
}

fn unwrap_authenticated(
    p11: &P11,
    session: CK_SESSION_HANDLE,
    mut mechanism: Mechanism,
    unwrapping: CK_OBJECT_HANDLE,
    wrapped: &[u8],
    aad: &[u8],
) -> Result<Vec<u8>, CK_RV> {
    let mut template = open(Template::of(CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_GENERIC_SECRET));
    let (mut template, mut handle) = (template.c(), 0);
    let rv = call!(
        p11,
        C_UnwrapKeyAuthenticated(
            session,
            &mut mechanism.c(),
            unwrapping,
            wrapped.as_ptr().cast_mut(),
            wrapped.len() as CK_ULONG,
            template.as_mut_ptr(),
            template.len() as CK_ULONG,
            aad.as_ptr().cast_mut(),
            aad.len() as CK_ULONG,
            &raw mut handle
        )
    );
    match rv {
        CKR_OK => p11.attribute(session, handle, CKA_VALUE),
        rv => Err(rv),
    }
}

/// A key that wraps and unwraps, in the session or on the token.
fn kek(
    p11: &P11,
    session: CK_SESSION_HANDLE,
    key_type: CK_KEY_TYPE,
    value: &[u8],
    on_token: bool,
) -> CK_OBJECT_HANDLE {
    let template = Template::of(CKO_SECRET_KEY)
        .number(CKA_KEY_TYPE, key_type)
        .flag(CKA_TOKEN, on_token)
        .bytes(CKA_VALUE, value);
    p11.create(session, template).unwrap()
}

#[test]
fn keys_are_wrapped_as_the_standards_say_with_the_tag_apart() {
    let (p11, session) = P11::user();
    for case in aead() {
        let inner = p11.create(session, secret(CKK_GENERIC_SECRET, &case.text));
        let inner = inner.unwrap();
        for on_token in [false, true] {
            let kek = kek(&p11, session, case.key_type, &case.key, on_token);
            let (mut nonce, mut tag) = (case.nonce.clone(), vec![0; case.tag.len()]);
            let number = case.number;
            let parameter = message_parameter(number, &mut nonce, CKG_NO_GENERATE, 0, &mut tag);
            let mechanism = || Mechanism(number, parameter.clone());
            let (rv, wrapped) =
                wrap_authenticated(&p11, session, mechanism(), (kek, inner), &case.aad, 100);
            assert_eq!((rv, &wrapped), (CKR_OK, &case.sealed), "{number:#x}");
            assert_eq!(tag, case.tag);
            let open = |wrapped: &[u8], aad: &[u8]| {
                unwrap_authenticated(&p11, session, mechanism(), kek, wrapped, aad)
            };
            assert_eq!(open(&wrapped, &case.aad).unwrap(), case.text);
            assert_eq!(open(&wrapped, b"other"), Err(CKR_WRAPPED_KEY_INVALID));
            let mut altered = wrapped.clone();
            altered[0] ^= 1;
            assert_eq!(open(&altered, &case.aad), Err(CKR_WRAPPED_KEY_INVALID));
            tag[0] ^= 1;
            assert_eq!(open(&wrapped, &case.aad), Err(CKR_WRAPPED_KEY_INVALID));
        }
    }
}

#[test]
fn the_module_makes_the_nonce_where_it_is_asked_to() {
    let (p11, session) = P11::user();
    for case in aead() {
        let kek = kek(&p11, session, case.key_type, &case.key, false);
        let inner = p11
            .create(session, secret(CKK_GENERIC_SECRET, &[7; 40]))
            .unwrap();
        let (mut nonce, mut tag) = (vec![0; 12], vec![0; 16]);
        let number = case.number;
        let parameter = |generator, nonce: &mut [u8], tag: &mut [u8]| {
            Mechanism(number, message_parameter(number, nonce, generator, 0, tag))
        };
        let made = |nonce: &mut [u8], tag: &mut [u8], room| {
            let mechanism = parameter(CKG_GENERATE, nonce, tag);
            wrap_authenticated(&p11, session, mechanism, (kek, inner), b"aad", room)
        };
        // A buffer that is too short spends no nonce.
        assert_eq!(made(&mut nonce, &mut tag, 39).0, CKR_BUFFER_TOO_SMALL);
        assert_eq!(nonce, [0; 12]);
        let (rv, wrapped) = made(&mut nonce, &mut tag, 40);
        assert_eq!((rv, wrapped.len()), (CKR_OK, 40));
        let first = nonce.clone();
        assert_ne!(first, [0; 12]);
        let mechanism = parameter(CKG_NO_GENERATE, &mut nonce, &mut tag);
        let back = unwrap_authenticated(&p11, session, mechanism, kek, &wrapped, b"aad");
        assert_eq!(back.unwrap(), [7; 40]);
        expect(made(&mut nonce, &mut tag, 40).0);
        assert_ne!(nonce, first);
        // Each call would count from the beginning.
        let mechanism = parameter(CKG_GENERATE_COUNTER, &mut nonce, &mut tag);
        let (rv, _) = wrap_authenticated(&p11, session, mechanism, (kek, inner), b"", 40);
        assert_eq!(rv, CKR_MECHANISM_PARAM_INVALID);
    }
}

#[test]
fn c_wrap_key_takes_both_forms_of_the_parameters_and_appends_the_tag() {
    let (p11, session) = P11::user();
    for case in aead() {
        let kek = kek(&p11, session, case.key_type, &case.key, false);
        let inner = p11.create(session, secret(CKK_GENERIC_SECRET, &case.text));
        let inner = inner.unwrap();
        let [nonce_at, nonce_len] = data(&case.nonce);
        let [aad_at, aad_len] = data(&case.aad);
        let tag_len = case.tag.len() as CK_ULONG;
        let gcm = matches!(case.number, CKM_AES_GCM | CKM_SM4_GCM);
        let forms: [&[CK_ULONG]; 2] = if gcm {
            [
                &[nonce_at, nonce_len, 0, aad_at, aad_len, 8 * tag_len],
                &[
                    nonce_at,
                    nonce_len,
                    0,
                    CKG_NO_GENERATE,
                    aad_at,
                    aad_len,
                    8 * tag_len,
                ],
            ]
        } else {
            // A length of data that is not the key's is ignored.
            [
                &[77, nonce_at, nonce_len, aad_at, aad_len, tag_len],
                &[
                    77,
                    nonce_at,
                    nonce_len,
                    0,
                    CKG_NO_GENERATE,
                    aad_at,
                    aad_len,
                    tag_len,
                ],
            ]
        };
        let expected = [&case.sealed[..], &case.tag].concat();
        for form in forms {
            let mechanism = || Mechanism::numbers(case.number, form);
            let wrapped = wrap(&p11, session, mechanism(), kek, inner).unwrap();
            assert_eq!(wrapped, expected);
            let template =
                open(Template::of(CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_GENERIC_SECRET));
            let back = unwrap(&p11, session, mechanism(), kek, &wrapped, template).unwrap();
            assert_eq!(p11.attribute(session, back, CKA_VALUE).unwrap(), case.text);
        }
    }
}

#[test]
fn authenticated_wrapping_refuses_what_cannot_be() {
    let (p11, session) = P11::user();
    let kek = kek(&p11, session, CKK_AES, &[1; 16], false);
    let inner = p11
        .create(session, secret(CKK_GENERIC_SECRET, &[7; 40]))
        .unwrap();
    let hidden = Template::of(CKO_SECRET_KEY)
        .number(CKA_KEY_TYPE, CKK_GENERIC_SECRET)
        .bytes(CKA_VALUE, &[7; 40])
        .flag(CKA_EXTRACTABLE, false);
    let hidden = p11.create(session, hidden).unwrap();
    let (mut nonce, mut tag) = (vec![0; 12], vec![0; 16]);
    let right = message_parameter(CKM_AES_GCM, &mut nonce, CKG_GENERATE, 0, &mut tag);
    for (number, parameter, keys, expected) in [
        (
            CKM_AES_CBC,
            right.clone(),
            (kek, inner),
            CKR_MECHANISM_INVALID,
        ),
        (
            CKM_AES_GCM,
            vec![0; 16],
            (kek, inner),
            CKR_MECHANISM_PARAM_INVALID,
        ),
        (
            CKM_AES_GCM,
            vec![],
            (kek, inner),
            CKR_MECHANISM_PARAM_INVALID,
        ),
        (
            CKM_AES_CCM,
            right.clone(),
            (kek, inner),
            CKR_MECHANISM_PARAM_INVALID,
        ),
        (
            CKM_AES_GCM,
            right.clone(),
            (0, inner),
            CKR_WRAPPING_KEY_HANDLE_INVALID,
        ),
        (
            CKM_SM4_GCM,
            right.clone(),
            (kek, inner),
            CKR_WRAPPING_KEY_TYPE_INCONSISTENT,
        ),
        (CKM_AES_GCM, right.clone(), (kek, 0), CKR_KEY_HANDLE_INVALID),
        (CKM_AES_GCM, right, (kek, hidden), CKR_KEY_UNEXTRACTABLE),
    ] {
        let mechanism = Mechanism(number, parameter);
        let (rv, _) = wrap_authenticated(&p11, session, mechanism, keys, b"", 100);
        assert_eq!(rv, expected);
    }
}
