//! SM2 key agreement between two tokens, and against the worked example of GB/T 32918.5.

use std::ffi::c_void;
use std::ptr::null_mut;

use ukey_crypto::sm2;
use ukey_crypto::sm2::agreement::{Ephemeral, Peer, Role, agree};
use ukey_skf::sar::*;
use ukey_skf::*;

use crate::ecc::{public_blob, public_key};
use crate::enveloped_key::import_pair;
use crate::symmetric::{IV, TEXT, init, whole};
use crate::token::{Token, USER_PIN, empty_public, parameters, set_key, verify_pin};

/// The ID of the worked example.
const ID: &[u8; 16] = b"1234567812345678";
/// Private keys of the two sides of the worked example.
const D_A: &str = "81eb26e941bb5af16df116495f90695272ae2cd63d6c4ae1678418be48230029";
const D_B: &str = "785129917d45a9ea5437a59356b82338eaadda6ceb199088f14ae10defa229b5";

type Blob = ECCPUBLICKEYBLOB;

fn begin(
    container: *mut c_void,
    algorithm: u32,
    id: &[u8],
    length: u32,
) -> Result<(Blob, *mut c_void), u32> {
    let (mut temporary, mut id, mut handle) = (empty_public(), id.to_vec(), null_mut());
    let code = unsafe {
        SKF_GenerateAgreementDataWithECC(
            container,
            algorithm,
            &mut temporary,
            id.as_mut_ptr(),
            length,
            &mut handle,
        )
    };
    if code == SAR_OK {
        Ok((temporary, handle))
    } else {
        Err(code)
    }
}

fn answer(
    container: *mut c_void,
    (sponsor, sponsor_temporary, sponsor_id): (&Blob, &Blob, &[u8]),
    id: &[u8],
) -> Result<(Blob, *mut c_void), u32> {
    let (mut sponsor, mut sponsor_temporary) = (*sponsor, *sponsor_temporary);
    let (mut temporary, mut handle) = (empty_public(), null_mut());
    let (mut id, mut sponsor_id) = (id.to_vec(), sponsor_id.to_vec());
    let code = unsafe {
        SKF_GenerateAgreementDataAndKeyWithECC(
            container,
            0x402,
            &mut sponsor,
            &mut sponsor_temporary,
            &mut temporary,
            id.as_mut_ptr(),
            id.len() as u32,
            sponsor_id.as_mut_ptr(),
            sponsor_id.len() as u32,
            &mut handle,
        )
    };
    if code == SAR_OK {
        Ok((temporary, handle))
    } else {
        Err(code)
    }
}

fn end(
    agreement: *mut c_void,
    peer: &Blob,
    temporary: &Blob,
    id: &[u8],
) -> Result<*mut c_void, u32> {
    let (mut peer, mut temporary, mut id) = (*peer, *temporary, id.to_vec());
    let mut handle = null_mut();
    let code = unsafe {
        SKF_GenerateKeyWithECC(
            agreement,
            &mut peer,
            &mut temporary,
            id.as_mut_ptr(),
            id.len() as u32,
            &mut handle,
        )
    };
    if code == SAR_OK {
        Ok(handle)
    } else {
        Err(code)
    }
}

/// What a key makes of [`TEXT`].
fn encrypted(key: *mut c_void) -> Vec<u8> {
    assert_eq!(init(key, true, parameters(&IV, 1)), SAR_OK);
    whole(key, true, TEXT).unwrap()
}

fn secret(digits: &str) -> sm2::SecretKey {
    sm2::SecretKey::from_bytes(&hex::decode(digits).unwrap()).unwrap()
}

/// Two tokens whose containers have nothing but signature pairs, as in the tests of a vendor.
#[test]
fn two_tokens_agree_on_a_key() {
    let (a, b) = (Token::blank(), Token::blank());
    let ((at_a, key_a), (at_b, key_b)) = (a.sm2_container(), b.sm2_container());
    let (temporary_a, agreement) = begin(at_a, 0x402, b"Alice", 5).unwrap();
    let (temporary_b, secret_b) = answer(at_b, (&key_a, &temporary_a, b"Alice"), b"Bob").unwrap();
    let secret_a = end(agreement, &key_b, &temporary_b, b"Bob").unwrap();
    assert_eq!(encrypted(secret_a), encrypted(secret_b));
    // The temporary key serves once.
    assert_eq!(
        end(agreement, &key_b, &temporary_b, b"Bob"),
        Err(SAR_NOTINITIALIZEERR)
    );
    assert_eq!(unsafe { SKF_CloseHandle(agreement) }, SAR_OK);
    assert_eq!(
        end(agreement, &key_b, &temporary_b, b"Bob"),
        Err(SAR_INVALIDHANDLEERR)
    );
}

#[test]
fn another_name_gives_another_key() {
    let (a, b) = (Token::blank(), Token::blank());
    let ((at_a, key_a), (at_b, key_b)) = (a.sm2_container(), b.sm2_container());
    let (temporary_a, agreement) = begin(at_a, 0x402, b"Alice", 5).unwrap();
    let (temporary_b, secret_b) = answer(at_b, (&key_a, &temporary_a, b"Alice"), b"Bob").unwrap();
    let secret_a = end(agreement, &key_b, &temporary_b, b"Rob").unwrap();
    assert_ne!(encrypted(secret_a), encrypted(secret_b));
}

/// The token is B of the worked example, with B's long-term key as its encryption pair; A computes on its own.
#[test]
fn the_token_answers_with_the_keys_of_the_standard() {
    let token = Token::blank();
    let (container, signing) = token.sm2_container();
    let (a, b) = (secret(D_A), secret(D_B));
    import_pair(container, &signing, &b);
    let ephemeral = Ephemeral::generate().unwrap();
    let temporary_a = public_blob(&ephemeral.public_key());
    let sponsor = (&public_blob(&a.public_key()), &temporary_a, &ID[..]);
    let (temporary_b, key) = answer(container, sponsor, ID).unwrap();
    let peer = Peer {
        public_key: b.public_key(),
        ephemeral: public_key(&temporary_b),
        id: ID,
    };
    let shared = agree(Role::Initiator, &a, ID, ephemeral, &peer, 16).unwrap();
    let outside = set_key(token.device, shared.key[..].try_into().unwrap(), 0x402);
    assert_eq!(encrypted(key), encrypted(outside));
}

/// The token is A of the worked example.
#[test]
fn the_token_asks_with_the_keys_of_the_standard() {
    let token = Token::blank();
    let (container, signing) = token.sm2_container();
    let (a, b) = (secret(D_A), secret(D_B));
    import_pair(container, &signing, &a);
    let (temporary_a, agreement) = begin(container, 0x402, ID, 16).unwrap();
    let ephemeral = Ephemeral::generate().unwrap();
    let temporary_b = ephemeral.public_key();
    let peer = Peer {
        public_key: a.public_key(),
        ephemeral: public_key(&temporary_a),
        id: ID,
    };
    let shared = agree(Role::Responder, &b, ID, ephemeral, &peer, 16).unwrap();
    let (b, temporary_b) = (public_blob(&b.public_key()), public_blob(&temporary_b));
    let key = end(agreement, &b, &temporary_b, ID).unwrap();
    let outside = set_key(token.device, shared.key[..].try_into().unwrap(), 0x402);
    assert_eq!(encrypted(key), encrypted(outside));
}

#[test]
fn bad_parties_are_refused_and_cost_nothing() {
    let token = Token::blank();
    let (container, own) = token.sm2_container();
    assert_eq!(
        begin(container, 0x101, ID, 16).err().unwrap(),
        SAR_NOTSUPPORTYETERR
    );
    for length in [33, 0x8000_0000, u32::MAX] {
        assert_eq!(
            begin(container, 0x402, &[0; 33], length).err().unwrap(),
            SAR_INDATALENERR
        );
    }
    let (temporary, agreement) = begin(container, 0x402, &[b'x'; 32], 32).unwrap();
    let with = |bits: u32, x: usize| {
        let mut blob = own;
        blob.BitLen = bits;
        blob.XCoordinate[x] ^= 1;
        blob
    };
    let wrong = [
        (with(0, 63), SAR_MODULUSLENERR),
        (with(257, 63), SAR_MODULUSLENERR),
        (with(u32::MAX, 63), SAR_MODULUSLENERR),
        (with(256, 63), SAR_INDATAERR),
        (with(256, 0), SAR_INDATAERR),
    ];
    for (blob, expected) in wrong {
        assert_eq!(
            answer(container, (&blob, &temporary, ID), ID)
                .err()
                .unwrap(),
            expected
        );
        assert_eq!(
            answer(container, (&own, &blob, ID), ID).err().unwrap(),
            expected
        );
        assert_eq!(
            end(agreement, &blob, &temporary, ID).err().unwrap(),
            expected
        );
        assert_eq!(end(agreement, &own, &blob, ID).err().unwrap(), expected);
    }
    // Nothing of that used the agreement up.
    assert!(end(agreement, &own, &temporary, ID).is_ok());
}

#[test]
fn agreement_needs_the_user_and_a_pair() {
    let token = Token::blank();
    let application = token.logged_in();
    let container = crate::token::create_container(application, "c");
    assert_eq!(
        begin(container, 0x402, ID, 16).err().unwrap(),
        SAR_KEYNOTFOUNTERR
    );
    let own = crate::token::generate_sm2(container);
    let (temporary, agreement) = begin(container, 0x402, ID, 16).unwrap();
    assert_eq!(unsafe { SKF_ClearSecureState(application) }, SAR_OK);
    assert_eq!(
        begin(container, 0x402, ID, 16).err().unwrap(),
        SAR_USER_NOT_LOGGED_IN
    );
    let refused = answer(container, (&own, &temporary, ID), ID).err().unwrap();
    assert_eq!(refused, SAR_USER_NOT_LOGGED_IN);
    // The agreement died with the secure state; the user comes back to none.
    assert_eq!(verify_pin(application, 1, USER_PIN).0, SAR_OK);
    assert_eq!(
        end(agreement, &own, &temporary, ID).err().unwrap(),
        SAR_NOTINITIALIZEERR
    );
}
