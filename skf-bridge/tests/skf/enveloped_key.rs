//! SKF_ImportECCKeyPair with blobs that are laid out here by hand.

use std::ffi::c_void;
use std::ptr::null_mut;

use ukey_crypto::{sm2, sm4};
use ukey_skf::sar::*;
use ukey_skf::*;

use crate::ecc::{cipher_blob, public_blob, public_key, sign, verify};
use crate::token::{SM4_ECB, Token, collect, create_container, generate_sm2};

/// An ENVELOPEDKEYBLOB as a CA makes it: private key under a session key under the container's signature key.
struct Enveloped {
    version: u32,
    algorithm: u32,
    bits: u32,
    private: [u8; 64],
    public: ECCPUBLICKEYBLOB,
    cipher: Vec<u8>,
}

impl Enveloped {
    /// `place`: where in the 64-byte field the private key stands before encryption.
    fn new(key: &sm2::SecretKey, recipient: &ECCPUBLICKEYBLOB, place: usize) -> Self {
        let session_key = *b"a session key 16";
        let mut private = [0; 64];
        private[place..place + 32].copy_from_slice(&key.expose_bytes()[..]);
        sm4::ecb_encrypt(&sm4::Key::from(session_key), &mut private).unwrap();
        let cipher = public_key(recipient).encrypt(&session_key).unwrap();
        Self {
            version: 1,
            algorithm: SM4_ECB,
            bits: 256,
            private,
            public: public_blob(&key.public_key()),
            cipher: cipher_blob(&cipher),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let bits = self.public.BitLen.to_ne_bytes();
        [
            &self.version.to_ne_bytes()[..],
            &self.algorithm.to_ne_bytes(),
            &self.bits.to_ne_bytes(),
            &self.private,
            &bits,
            &self.public.XCoordinate,
            &self.public.YCoordinate,
            &self.cipher,
        ]
        .concat()
    }

    fn import(&self, container: *mut c_void) -> u32 {
        let mut bytes = self.bytes();
        assert_eq!(bytes.len(), 372 + self.cipher.len() - 164);
        unsafe { SKF_ImportECCKeyPair(container, bytes.as_mut_ptr().cast()) }
    }
}

/// Gives the container this encryption pair.
pub(crate) fn import_pair(
    container: *mut c_void,
    signing: &ECCPUBLICKEYBLOB,
    key: &sm2::SecretKey,
) {
    assert_eq!(Enveloped::new(key, signing, 32).import(container), SAR_OK);
}

#[test]
fn an_enveloped_key_is_imported_and_decrypts() {
    let token = Token::blank();
    let (container, signing) = token.sm2_container();
    let key = sm2::SecretKey::generate().unwrap();
    assert_eq!(Enveloped::new(&key, &signing, 32).import(container), SAR_OK);
    let blob = collect(|out, len| unsafe { SKF_ExportPublicKey(container, 0, out, len) }).unwrap();
    assert_eq!(blob[36..68], key.public_key().x());

    let mut cipher = cipher_blob(&key.public_key().encrypt(b"the key of the tender").unwrap());
    let mut decrypt = |signing: i32| {
        collect(|out, len| unsafe {
            SKF_ECCDecrypt(container, signing, cipher.as_mut_ptr().cast(), out, len)
        })
    };
    assert_eq!(decrypt(0).unwrap(), b"the key of the tender");
    assert_eq!(decrypt(1), Err(SAR_INDATAERR));
}

#[test]
fn an_enveloped_key_at_the_front_of_its_field_is_accepted() {
    let token = Token::blank();
    let (container, signing) = token.sm2_container();
    let key = sm2::SecretKey::generate().unwrap();
    assert_eq!(Enveloped::new(&key, &signing, 0).import(container), SAR_OK);
}

#[test]
fn damaged_enveloped_keys_are_refused_and_change_nothing() {
    let token = Token::blank();
    let (container, signing) = token.sm2_container();
    let key = sm2::SecretKey::generate().unwrap();
    let fresh = || Enveloped::new(&key, &signing, 32);

    assert_eq!(
        Enveloped {
            version: 2,
            ..fresh()
        }
        .import(container),
        SAR_INDATAERR
    );
    assert_eq!(
        Enveloped {
            algorithm: 0x101,
            ..fresh()
        }
        .import(container),
        SAR_NOTSUPPORTYETERR
    );
    assert_eq!(
        Enveloped {
            algorithm: 0x402,
            ..fresh()
        }
        .import(container),
        SAR_NOTSUPPORTYETERR
    );
    for bits in [0, 257, u32::MAX] {
        assert_eq!(
            Enveloped { bits, ..fresh() }.import(container),
            SAR_MODULUSLENERR
        );
    }
    let other = public_blob(&sm2::SecretKey::generate().unwrap().public_key());
    assert_eq!(
        Enveloped {
            public: other,
            ..fresh()
        }
        .import(container),
        SAR_INDATAERR
    );
    let mut off_curve = fresh();
    off_curve.public.XCoordinate[63] ^= 1;
    assert_eq!(off_curve.import(container), SAR_INDATAERR);
    let mut wrong_private = fresh();
    wrong_private.private = [5; 64];
    assert_eq!(wrong_private.import(container), SAR_INDATAERR);
    let mut wrong_hash = fresh();
    wrong_hash.cipher[130] ^= 1;
    assert_eq!(wrong_hash.import(container), SAR_INDATAERR);
    for length in [0u32, 15, 17, u32::MAX] {
        let mut wrong_length = fresh();
        wrong_length.cipher[160..164].copy_from_slice(&length.to_ne_bytes());
        assert_eq!(wrong_length.import(container), SAR_INDATALENERR, "{length}");
    }
    let mut len = 0;
    let code = unsafe { SKF_ExportPublicKey(container, 0, null_mut(), &mut len) };
    assert_eq!(code, SAR_KEYNOTFOUNTERR);
    // The signature pair is what it was.
    let e = [9; 32];
    assert_eq!(
        verify(token.device, &signing, &e, &sign(container, &e).unwrap()),
        SAR_OK
    );
}

#[test]
fn an_import_needs_a_signature_pair_and_a_login() {
    let token = Token::blank();
    let application = token.logged_in();
    let empty = create_container(application, "empty");
    let full = create_container(application, "full");
    let signing = generate_sm2(full);
    let key = sm2::SecretKey::generate().unwrap();
    assert_eq!(
        Enveloped::new(&key, &signing, 32).import(empty),
        SAR_KEYNOTFOUNTERR
    );
    assert_eq!(unsafe { SKF_ClearSecureState(application) }, SAR_OK);
    assert_eq!(
        Enveloped::new(&key, &signing, 32).import(full),
        SAR_USER_NOT_LOGGED_IN
    );
}
